"""The hooks by name: pre-commit and pre-merge-commit judge the index here, those about refs have doors of their own."""

from __future__ import annotations

import sys
import time

from commitgate.doors import marker
from commitgate.errors import CannotDecide, GateError
from commitgate.finding import PASS, UNKNOWN, USAGE, Finding, exit_code
from commitgate.git.reads import start_index_reads
from commitgate.git.repository import Repository

_DERIVED = ("gate/derived-drift", "gate/derived-missing")
_ABOUT_REFS = ("pre-push", "pre-receive", "reference-transaction")


def run(hook: str, arguments: list[str]) -> int:
    """Run the named hook and return its exit code."""
    if hook in ("pre-commit", "pre-merge-commit"):
        return before_commit()
    if hook in _ABOUT_REFS:
        return about_refs(hook)
    sys.stderr.write(f"git gate: {hook or 'no name'} is no hook of commitgate\n")
    return USAGE


def before_commit() -> int:
    """Judge the index: may this commit be made? State that is merely unfinished never refuses."""
    repo = Repository()
    waived: list[tuple[Finding, str]] = []
    try:
        findings = _lawful(repo, waived)
    except CannotDecide as unknown:
        findings = [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]
    code = exit_code(findings)
    if findings or waived:
        from commitgate.report.terminal import colours
        from commitgate.report.text import render, waived_lines

        colour = colours(sys.stderr)
        sys.stderr.write(render(findings, colour) + waived_lines(waived, colour))
    if code == PASS:
        marker.leave(repo)
    else:
        marker.take_away(repo)
        sys.stderr.write("git gate: this commit is refused; `git gate explain <rule>` says more about a rule\n")
    return code


def about_refs(hook: str) -> int:
    """Judge the updates of refs on standard input. What concerns all of them is said once."""
    data = sys.stdin.buffer.read()
    try:
        if hook == "pre-push":
            from commitgate.doors.push import before_push

            return before_push(data)
        if hook == "pre-receive":
            from commitgate.doors.receive import before_receive

            return before_receive(data)
        from commitgate.doors.transaction import prepared

        return prepared(data)
    except GateError as error:
        return refuse(error)


def refuse(error: GateError) -> int:
    """Say why nothing can be judged; the exit code."""
    from commitgate.doors.branches import tell

    rule = error.rule if isinstance(error, CannotDecide) else "engine/git-failed"
    findings = list(error.findings) or [Finding(rule, UNKNOWN, error.message, error.hint)]
    return tell([("every ref", findings)], "nothing could be judged, so nothing is changed")


def _lawful(repo: Repository, waived: list[tuple[Finding, str]]) -> list[Finding]:
    """What speaks against committing the index; what would without a waiver is added to ``waived``."""
    started = start_index_reads(repo)
    # Imported only now: git works while Python loads.
    from commitgate.engine import INDEX, PolicyRefused, Question, engine_of

    try:
        with engine_of(repo, started) as engine:
            now = int(time.time())
            found: list[Finding] = []
            for answer in engine.ask_each(Question(INDEX), now):
                lawful = answer.verdict.lawful
                waived += [(one.finding, one.told) for one in answer.verdict.lawful_by_waiver]
                if answer.policy.derive == "write" and any(one.rule in _DERIVED for one in lawful):
                    from commitgate.doors.rederive import rederive

                    for path in rederive(repo, answer.verdict, now):
                        sys.stderr.write(f"git gate: wrote {path}; look at it, git add it, and commit again\n")
                found += [one for one in lawful if one not in found]
            return found
    except PolicyRefused as refused:
        return list(refused.findings)
