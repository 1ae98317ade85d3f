"""``git gate check``: the verdict on the work tree, the index or a commit."""

from __future__ import annotations

import json
import os
import sys
import time

import click

from commitgate.engine import COMMIT, INDEX, WORKTREE, PolicyRefused, Question, open_engine
from commitgate.errors import CannotDecide, UserError
from commitgate.finding import UNKNOWN, Finding, exit_code
from commitgate.judge.verdict import Verdict
from commitgate.report.plain import check_data
from commitgate.report.text import Colours, render

# What each composable hook looks at: prefixes of rule ids. What nobody can decide concerns every one of them.
FAMILIES = {
    "validate": ("json/", "gate/", "run/", "context/", "policy/"),
    "approvals": ("review/", "gate/derived-", "policy/"),
    "security": ("security/", "track/", "policy/"),
    "order": ("order/", "checkpoint/", "consistency/", "brief/", "design/", "report/", "policy/"),
}
_ALWAYS = ("engine/",)


@click.command()
@click.option("--index", "side", flag_value=INDEX, help="Judge the commit about to be made, as the hook does.")
@click.option("--worktree", "side", flag_value=WORKTREE, default=WORKTREE, help="Judge the work tree (the default).")
@click.option("--rev", metavar="REV", help="Judge a commit.")
@click.option("--ready", is_flag=True, help="Also ask whether the branch may be merged.")
@click.option("--only", type=click.Choice(sorted(FAMILIES)), help="Restrict the answer to one family of rules.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(side: str, rev: str | None, ready: bool, only: str | None, form: str) -> int:
    """Judge the work tree, the index or a commit.

    With --index the question is "may this commit be made?": a FAIL, an ESCALATE or an unfinished stage is no
    obstacle to recording it. Otherwise the state counts too: exit 2 for what is not PASS, 3 for an open escalation.
    """
    if rev is not None and side == INDEX:
        raise UserError("--index and --rev exclude each other", "git gate check --rev HEAD")
    question = Question(COMMIT, rev) if rev is not None else Question(side)
    verdict: Verdict | None = None
    try:
        with open_engine() as engine:
            verdict = engine.ask(question, int(time.time())).verdict
        findings = list(verdict.lawful)
        if question.kind != INDEX:
            findings += verdict.state
        if ready:
            findings += [one for one in (*verdict.state, *verdict.obstacles) if one not in findings]
    except PolicyRefused as refused:
        findings = list(refused.findings)
    except CannotDecide as unknown:
        findings = [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]
    if only is not None:
        findings = [one for one in findings if one.rule.startswith((*FAMILIES[only], *_ALWAYS))]
    if form == "json":
        click.echo(json.dumps(check_data(findings, verdict), indent=2, ensure_ascii=False))
    else:
        colour = Colours(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
        click.echo(render(findings, colour) + summary(verdict, ready, question, exit_code(findings)), nl=False)
    return exit_code(findings)


def summary(verdict: Verdict | None, ready: bool, question: Question, code: int) -> str:
    """The last line of the text answer; "" where silence says it all (a clean index)."""
    if question.kind == INDEX and not ready:
        return ""
    if verdict is None:
        return "nothing could be judged\n"
    if verdict.board is None:
        return "no run is active, so nothing was judged beyond the documents themselves\n" if not code else ""
    if ready:
        return "ready to merge\n" if verdict.ready else "not ready to merge\n"
    return "" if code else f'the run "{verdict.feature}" is in order\n'
