"""``git gate answer``: answer a question of the context file."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.finding import PASS
from commitgate.working import records
from commitgate.working.run_folder import run_folder


@click.command()
@click.argument("number", type=int)
@click.argument("text")
def command(number: int, text: str) -> int:
    """Answer question NUMBER of the context file with TEXT."""
    with run_folder() as folder:
        done = records.answer(folder, number, text)
    tell(folder.top, done.path, "answered in" if done.written else "answered already in")
    if done.written:
        add_and_commit(folder.top, [done.path])
    return PASS
