"""``git gate derive``: the peer review gates, computed from the review files."""

from __future__ import annotations

import time

import click

from commitgate.commands.outcome import go_on
from commitgate.engine import WORKTREE, Answer, open_engine
from commitgate.finding import MALFORMED, PASS, Finding, exit_code
from commitgate.judge.verdicts import read_verdicts
from commitgate.report.derived import derived_line
from commitgate.report.terminal import colours
from commitgate.report.text import render
from commitgate.working.asking import asked
from commitgate.working.derived import apply, left_over, plan
from commitgate.working.desk import desk


@click.command()
@click.option(
    "--check", "only_compare", is_flag=True, help="Write nothing; exit 1 when a gate does not say what it should."
)
def command(only_compare: bool) -> int:
    """Compute the peer review gates from the review files of the work tree, and write what differs.

    Nothing is staged: add the files to the commit that brings the verdicts.
    """
    if only_compare:
        now = int(time.time())
        with open_engine() as engine:
            return tell(engine.ask(asked(WORKTREE), now), now, "differs")
    with desk() as here:
        apply(here.folder, plan(here.answer.verdict, here.now))
    return tell(here.answer, here.now, "written")


def tell(answer: Answer, now: int, change: str) -> int:
    """Say what was derived from an answer; ``change`` is the word for a gate that differs. Returns the exit code."""
    verdict = answer.verdict
    if verdict.board is None:
        findings = [one for one in verdict.lawful if one.level]
        click.echo(render(findings, colours()) or "no run is active: there is nothing to derive\n", nl=False)
        return exit_code(findings)
    planned = plan(verdict, now)
    for one in planned:
        click.echo(derived_line(answer.policy, verdict, one, "unchanged" if one.data is None else change))
    for path in left_over(verdict):
        click.echo(f"{path}: left alone, there is neither a change nor a verdict that it could be derived from")
    if not planned:
        click.echo("no area has a change to review or a verdict: there is nothing to derive")
    findings = review_findings(answer)
    click.echo(render(findings, colours()), nl=False)
    differs = change == "differs" and any(one.data is not None for one in planned)
    if differs:
        go_on("→ git gate derive")
    return max(exit_code(findings), MALFORMED if differs else PASS)


def review_findings(answer: Answer) -> list[Finding]:
    """What is wrong with the review files themselves: what cannot be read is not counted, and is never passed over."""
    return read_verdicts(answer.policy, answer.verdict.snapshot)[1]
