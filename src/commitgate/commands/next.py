"""``git gate next``: the one thing to do now, and doing it where nobody has to decide."""

from __future__ import annotations

import time

import click

from commitgate.engine import WORKTREE, open_engine
from commitgate.finding import PASS
from commitgate.judge.advice import advise
from commitgate.report.plain import json_text
from commitgate.report.step import next_data, next_text
from commitgate.report.terminal import colours
from commitgate.working.asking import asked


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text (gates/next.schema.json).")
@click.option("--apply", "doing", is_flag=True, help="Do it, if it is mechanical.")
def command(as_json: bool, doing: bool) -> int:
    """Show the one thing to do next: for which stage, by whom, why, and the command for it.

    The work tree is judged: what is written and not committed yet counts already, and what is finished is named with
    the command that commits it. With --apply the step is done where it follows from the tree alone: templates of a
    stage, derived approvals, a folded sign-off, and a checkpoint whose auto_pass_when holds. What is somebody's work
    or decision is never done; then it says why. Nothing is staged or committed. Exit 0 whenever it could be told.
    """
    if doing:
        from commitgate.commands import applied  # whoever only looks does not load what writes

        tell = applied.told_as_data if as_json else applied.told_as_text
        tell(*applied.apply())
        return PASS
    with open_engine() as engine:
        answer = engine.ask(asked(WORKTREE), int(time.time()))
    advice = advise(answer.policy, answer.verdict)
    if as_json:
        click.echo(json_text(next_data(answer.policy, answer.verdict, advice)), nl=False)
    else:
        click.echo(next_text(answer.policy, answer.verdict, advice, colours()), nl=False)
    return PASS
