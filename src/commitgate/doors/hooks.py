"""The client-side hooks: pre-commit and pre-merge-commit judge the index; commit-msg has nothing to say yet."""

from __future__ import annotations

import os
import sys
import time

from commitgate.engine import INDEX, PolicyRefused, Question, open_engine
from commitgate.errors import CannotDecide
from commitgate.finding import PASS, UNKNOWN, USAGE, Finding, at, exit_code
from commitgate.report.text import Colours, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def run(hook: str, arguments: list[str]) -> int:
    """Run the named hook and return its exit code."""
    if hook in ("pre-commit", "pre-merge-commit"):
        return before_commit()
    sys.stderr.write(f"git gate: {hook or 'no name'} is no hook of commitgate\n")
    return USAGE


def before_commit() -> int:
    """Judge the index: may this commit be made? State that is merely unfinished never refuses."""
    try:
        with open_engine() as engine:
            verdict = engine.ask(Question(INDEX), int(time.time())).verdict
        findings: Iterable[Finding] = verdict.lawful
    except PolicyRefused as refused:
        findings = at(".gates.yaml", refused.findings)
    except CannotDecide as unknown:
        findings = [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]
    code = exit_code(findings)
    text = render(findings, colours())
    if text:
        sys.stderr.write(text)
    if code != PASS:
        sys.stderr.write("git gate: this commit is refused; `git gate explain <rule>` says more about a rule\n")
    return code


def colours() -> Colours:
    """Colours on a terminal, unless NO_COLOR asks for none."""
    return Colours(not os.environ.get("NO_COLOR") and sys.stderr.isatty())
