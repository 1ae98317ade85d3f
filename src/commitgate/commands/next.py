"""``git gate next``: the one thing to do now, and doing it where nobody has to decide."""

from __future__ import annotations

import click

from commitgate.finding import PASS
from commitgate.report.plain import json_text
from commitgate.report.step import next_data
from commitgate.working.looking import look, step


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
    seen = look()
    click.echo(json_text(next_data(*seen)) if as_json else step(seen), nl=False)
    return PASS
