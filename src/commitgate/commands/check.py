"""``git gate check``: the verdict on the work tree, the index or a commit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import click

from commitgate.doors import marker
from commitgate.engine import COMMIT, INDEX, WORKTREE, Answer, PolicyRefused, Question, open_engine
from commitgate.errors import CannotDecide, UserError
from commitgate.finding import PASS, UNKNOWN, Finding, exit_code
from commitgate.git.repository import Repository
from commitgate.judge.verdict import OBSTACLES, STATE, Verdict, Waived
from commitgate.report import formats
from commitgate.report.model import Report, of_findings, of_verdicts
from commitgate.report.terminal import colours
from commitgate.report.text import Colours, neutral, render, waived_lines
from commitgate.working import summary as job_summary
from commitgate.working.asking import asked_of_all
from commitgate.working.output import emit
from commitgate.working.pasting import naming

# What each composable hook looks at: prefixes of rule ids. What nobody can decide concerns every one of them.
FAMILIES = {
    "validate": ("json/", "gate/", "run/", "context/", "policy/", "waiver/", "budget/"),
    "approvals": ("review/", "gate/derived-", "policy/"),
    "security": ("security/", "track/", "policy/"),
    "order": ("order/", "checkpoint/", "consistency/", "brief/", "design/", "report/", "policy/"),
}
_ALWAYS = ("engine/",)
_SIDES = {INDEX: "the index", WORKTREE: "the work tree"}


@click.command()
@click.option("--index", "side", flag_value=INDEX, help="Judge the commit about to be made, as the hook does.")
@click.option("--worktree", "side", flag_value=WORKTREE, default=WORKTREE, help="Judge the work tree (the default).")
@click.option("--rev", metavar="REV", help="Judge a commit.")
@click.option("--ready", is_flag=True, help="Also ask whether the branch may be merged.")
@click.option("--only", type=click.Choice(sorted(FAMILIES)), help="Restrict the answer to one family of rules.")
@click.option(
    "--format",
    "form",
    type=click.Choice(formats.NAMES),
    default=formats.TEXT,
    show_default=True,
    help="How to write the answer.",
)
@click.option("--output", metavar="FILE", help="Write the answer to this file instead of standard output.")
def command(side: str, rev: str | None, ready: bool, only: str | None, form: str, output: str | None) -> int:
    """Judge the work tree, the index or a commit.

    With --index the question is "may this commit be made?": a FAIL, an ESCALATE or an unfinished stage is no
    obstacle to recording it. Otherwise the state counts too: exit 2 for what is not PASS, 3 for an open escalation.
    """
    if rev is not None and side == INDEX:
        raise UserError("--index and --rev exclude each other", "git gate check --rev HEAD")
    question = asked_of_all(COMMIT, rev) if rev is not None else asked_of_all(side)
    findings, answers = ask("", question, ready)
    waived = waived_of(answers, question, ready)
    if only is not None:
        rules = (*FAMILIES[only], *_ALWAYS)
        findings = [one for one in findings if one.rule.startswith(rules)]
        waived = [one for one in waived if one.finding.rule.startswith(rules)]
    if form == formats.TEXT:
        closing = summary([one.verdict for one in answers], ready, question, exit_code(findings))
        colour = colours() if output is None else Colours(False)
        text = render(findings, colour) + waived_lines(((one.finding, one.told) for one in waived), colour) + closing
    else:
        report = report_of(
            f"commitgate: {f'commit {rev}' if rev is not None else _SIDES[side]}", findings, answers, waived
        )
        text = formats.render(form, report)
        if form == formats.GITHUB:
            job_summary.add(report)
    emit(text, output)
    if question.kind == INDEX and exit_code(findings) == PASS:
        marker.leave(Repository())  # where a framework runs this at pre-commit, the hooks after it look for the mark
    return exit_code(findings)


def ask(directory: str, question: Question, ready: bool) -> tuple[list[Finding], tuple[Answer, ...]]:
    """The findings that a question about the repository at ``directory`` ("" = here) has, and the answers behind them.

    One answer for each run of the side; none when nothing could be judged; the findings say why.
    """
    try:
        with open_engine(directory) as engine:
            answers = engine.ask_each(question, int(time.time()))
        found = []
        for answer in answers:
            run = answer.place.folder if len(answers) > 1 else question.run
            found += [one._replace(hint=naming(one.hint, run)) for one in _asked(answer.verdict, question, ready)]
        return list(dict.fromkeys(found)), answers
    except PolicyRefused as refused:
        return list(refused.findings), ()
    except CannotDecide as unknown:
        return [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)], ()


def report_of(title: str, findings: list[Finding], answers: Sequence[Answer], waived: Iterable[Waived] = ()) -> Report:
    """The report of a question's findings, and of those that waivers cover."""
    if not answers:
        return of_findings(title, findings)
    return of_verdicts(title, findings, [(one.policy, one.verdict) for one in answers], waived)


def waived_of(answers: Iterable[Answer], question: Question, ready: bool) -> list[Waived]:
    """What the question would have found without waivers."""
    parts = [] if question.kind == INDEX and not ready else [STATE]
    parts += [OBSTACLES] if ready else []
    found = []
    for verdict in (answer.verdict for answer in answers):
        found += [*verdict.lawful_by_waiver, *(one for one in verdict.waived if one.part in parts)]
    return list({one.finding: one for one in found}.values())


def _asked(verdict: Verdict, question: Question, ready: bool) -> list[Finding]:
    """The findings of the verdict that the question asks for."""
    findings = list(verdict.lawful)
    if question.kind != INDEX:
        findings += verdict.state
    if ready:
        findings += [one for one in (*verdict.state, *verdict.obstacles) if one not in findings]
    return findings


def summary(verdicts: Sequence[Verdict], ready: bool, question: Question, code: int) -> str:
    """The last line of the text answer; "" where silence says it all (a clean index)."""
    if question.kind == INDEX and not ready:
        return ""
    if not verdicts:
        return "nothing could be judged\n"
    running = [verdict for verdict in verdicts if verdict.board is not None]
    if not running:
        return "no run is active, so nothing was judged beyond the documents themselves\n" if not code else ""
    if ready:
        return "ready to merge\n" if all(verdict.ready for verdict in verdicts) else "not ready to merge\n"
    return "" if code else "".join(f'the run "{neutral(verdict.feature)}" is in order\n' for verdict in running)
