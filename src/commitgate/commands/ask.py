"""``git gate ask``: put a question into the context file."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.finding import PASS
from commitgate.working import records
from commitgate.working.run_folder import run_folder


@click.command()
@click.argument("question")
@click.option("--to", metavar="ROLE", default="PM", show_default=True, help="Who is asked.")
def command(question: str, to: str) -> int:
    """Put a QUESTION into the context file. Clarification cannot pass while it is open."""
    with run_folder() as folder:
        done, number = records.ask(folder, question, to)
    tell(folder.top, done.path, f"question {number}, written to" if done.written else f"question {number} is open in")
    if done.written:
        add_and_commit(folder.top, [done.path])
        click.echo(f'to answer it: git gate answer {number} "<answer>"')
    return PASS
