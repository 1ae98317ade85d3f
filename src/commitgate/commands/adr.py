"""``git gate adr``: write a numbered architecture decision record."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.finding import PASS
from commitgate.working import records
from commitgate.working.desk import desk


@click.command()
@click.argument("title")
def command(title: str) -> int:
    """Write pipeline/adr/NNNN-<TITLE>.md with the next number. A number is never given twice."""
    records.check_title(title)
    with desk() as here:
        records.refuse_early_record(here)
        folder = here.folder
        done = records.adr(folder, title)
    tell(folder.top, done.path, "wrote" if done.written else "already there:")
    if done.written:
        click.echo("next: fill in what was decided, and why")
        add_and_commit(folder.top, [done.path])
    return PASS
