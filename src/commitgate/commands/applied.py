"""What ``git gate next --apply`` says: what was done, or why it is left to a person."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, show, tell
from commitgate.judge.advice import SCAFFOLD
from commitgate.report.plain import json_text
from commitgate.report.step import next_data, next_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working.applying import Applied, apply_next
from commitgate.working.asking import named_run
from commitgate.working.desk import Desk, desk
from commitgate.working.pasting import pasteable


def apply() -> tuple[Desk, Applied]:
    """Do the next step if it is mechanical; the state before, and what came of it."""
    with desk() as one:
        return one, apply_next(one)


def told_as_data(one: Desk, done: Applied) -> None:
    """The step as it was before, and what came of it."""
    data = next_data(one.policy, one.answer.verdict, pasteable(done.advice, one.folder.top, named_run()))
    data |= {"applied": not done.obstacle, "written": list(done.written), "obstacle": done.obstacle}
    click.echo(json_text(data), nl=False)


def told_as_text(one: Desk, done: Applied) -> None:
    """What was done and how to record it; else the step, and why it is left."""
    advice, top = done.advice, one.folder.top
    if done.obstacle:
        click.echo(next_text(one.policy, one.answer.verdict, pasteable(advice, top, named_run()), colours()), nl=False)
        click.echo(f"not applied: {neutral(done.obstacle)}")
        return
    click.echo(f"{advice.kind} {neutral(advice.gate or advice.stage)}: {neutral(advice.reason)}")
    for path in done.written:
        tell(top, path, "wrote")
    show(done.warnings)
    if advice.kind == SCAFFOLD:
        click.echo(f"next: fill in what is asked there ({neutral(advice.role)})")
    elif done.written:
        add_and_commit(top, done.written)
