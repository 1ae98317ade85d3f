"""``git gate start``: begin a run."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, go_on, tell
from commitgate.finding import PASS
from commitgate.working.starting import start, starting


@click.command()
@click.argument("feature")
@click.option("--track", default="full", show_default=True, metavar="TRACK", help="The way through the stages.")
def command(feature: str, track: str) -> int:
    """Begin a run: one FEATURE on one track.

    Writes run.json and context.md into the run folder, pipeline/ unless the policy's runs: says otherwise: pipelines/*
    gives each feature a folder of its own, services/*/pipeline each service one. Nothing is staged. A run that is not
    archived yet is never replaced.
    """
    with starting(feature) as one:
        paths = start(one, feature, track)
        top = one.folder.top
        first = one.policy.tracks[track].stages[0].name
    for path in paths:
        tell(top, path, "wrote")
    add_and_commit(top, paths)
    go_on(f"then: git gate stage {first}")
    return PASS
