"""The client-side hooks: pre-commit and pre-merge-commit judge the index; commit-msg has nothing to say yet."""

from __future__ import annotations

import sys
import time

from commitgate.errors import CannotDecide
from commitgate.finding import PASS, UNKNOWN, USAGE, Finding, exit_code
from commitgate.git.process import Repository
from commitgate.git.reads import start_index_reads

_DERIVED = ("gate/derived-drift", "gate/derived-missing")


def run(hook: str, arguments: list[str]) -> int:
    """Run the named hook and return its exit code."""
    if hook in ("pre-commit", "pre-merge-commit"):
        return before_commit()
    sys.stderr.write(f"git gate: {hook or 'no name'} is no hook of commitgate\n")
    return USAGE


def before_commit() -> int:
    """Judge the index: may this commit be made? State that is merely unfinished never refuses."""
    try:
        findings = _lawful()
    except CannotDecide as unknown:
        findings = [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]
    code = exit_code(findings)
    if findings:
        from commitgate.report.terminal import colours
        from commitgate.report.text import render

        sys.stderr.write(render(findings, colours(sys.stderr)))
    if code != PASS:
        sys.stderr.write("git gate: this commit is refused; `git gate explain <rule>` says more about a rule\n")
    return code


def _lawful() -> list[Finding]:
    repo = Repository()
    started = start_index_reads(repo)
    # Imported only now: git works while Python loads.
    from commitgate.engine import INDEX, PolicyRefused, Question, engine_of

    try:
        with engine_of(repo, started) as engine:
            now = int(time.time())
            answer = engine.ask(Question(INDEX), now)
            lawful = answer.verdict.lawful
            if answer.policy.derive == "write" and any(one.rule in _DERIVED for one in lawful):
                from commitgate.doors.rederive import rederive

                for path in rederive(repo, answer.verdict, now):
                    sys.stderr.write(f"git gate: wrote {path}; look at it, git add it, and commit again\n")
            return list(lawful)
    except PolicyRefused as refused:
        return list(refused.findings)
