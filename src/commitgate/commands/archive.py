"""``git gate archive``: put a finished run away."""

from __future__ import annotations

import click

from commitgate.finding import PASS
from commitgate.working.archiving import archive
from commitgate.working.desk import desk


@click.command()
def command() -> int:
    """Move the finished run to pipeline/archive/<date>-<feature>/, unchanged; the lessons stay.

    Refused while a stage is missing, stale or waiting. Nothing is staged.
    """
    with desk() as one:
        folder, moved = archive(one)
    click.echo(f"moved {len(moved)} files to {folder}")
    click.echo("next: git add -A pipeline && git commit")
    click.echo('then: git gate start "<feature>"')
    return PASS
