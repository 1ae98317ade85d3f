"""``git gate start``: begin a run."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.finding import PASS
from commitgate.working.desk import desk
from commitgate.working.starting import start


@click.command()
@click.argument("feature")
@click.option("--track", default="full", show_default=True, metavar="TRACK", help="The way through the stages.")
def command(feature: str, track: str) -> int:
    """Begin a run: one FEATURE on one track.

    Writes pipeline/run.json and pipeline/context.md; nothing is staged. A run that is not archived yet is never
    replaced.
    """
    with desk() as one:
        paths = start(one, feature, track)
        top = one.folder.top
        first = one.policy.tracks[track].stages[0].name
    for path in paths:
        tell(top, path, "wrote")
    add_and_commit(top, paths)
    click.echo(f"then: git gate stage {first}")
    return PASS
