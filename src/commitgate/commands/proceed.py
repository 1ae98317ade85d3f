"""``git gate proceed``: let the run pass a checkpoint."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.finding import PASS
from commitgate.sides import author
from commitgate.working.decisions import proceed
from commitgate.working.desk import desk


@click.command()
@click.argument("checkpoint", metavar="LETTER")
@click.option("--who", metavar="NAME", default="", help="Who decides. Default: the author of your commits.")
def command(checkpoint: str, who: str) -> int:
    """Let the run pass the checkpoint LETTER (a, b or c): you have looked, and the next stage may begin."""
    with desk() as one:
        letter = checkpoint.strip().lower()
        written = proceed(one, letter, who or author(one.engine.repo).name or "user")
        top, context = one.folder.top, one.folder.context_file
    if not written:
        click.echo(f"checkpoint {letter} is decided already")
        return PASS
    tell(top, context, f"checkpoint {letter} passed, recorded in")
    add_and_commit(top, [context])
    return PASS
