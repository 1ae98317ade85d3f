"""``git gate archive``: put a finished run away."""

from __future__ import annotations

import shlex

import click

from commitgate.commands.outcome import here
from commitgate.finding import PASS
from commitgate.report.text import neutral
from commitgate.working.archiving import archive
from commitgate.working.desk import desk


@click.command()
def command() -> int:
    """Move the finished run to archive/<date>-<feature>/ of its folder, unchanged; the lessons stay.

    Refused while a stage is missing, stale or waiting. Nothing is staged.
    """
    with desk() as one:
        folder, moved = archive(one)
        top, root = one.folder.top, one.folder.root
    click.echo(f"moved {len(moved)} files to {neutral(here(top, folder))}")
    click.echo(f"next: git add -A {shlex.quote(neutral(here(top, root)))} && git commit")
    click.echo('then: git gate start "<feature>"')
    return PASS
