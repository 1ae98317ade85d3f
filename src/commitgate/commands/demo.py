"""``git gate demo``: a whole feature as real commits in a scratch repository."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from commitgate.demo.play import play
from commitgate.demo.scenario import FEATURE, STORY
from commitgate.demo.screen import Screen, console
from commitgate.errors import UserError


@click.command()
@click.option(
    "--keep", metavar="DIR", default=None, type=click.Path(path_type=Path), help="Leave the repository in DIR."
)
@click.option("--fast", is_flag=True, help="No pauses. Without it, a terminal gets time to read.")
def command(keep: Path | None, fast: bool) -> int:
    """Play a whole feature through all stages.

    Makes a scratch repository that knows nothing of your git configuration, installs the hooks there, and commits
    "Add password reset via email" role by role, from the brief to the retrospective. In between it tries what must be
    refused. Exit 0 when every commit was accepted or refused as scripted, else 2 with what differed.
    """
    out = console()
    screen = Screen(out, pace=0.0 if fast or not sys.stdout.isatty() else 1.0)
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="gate-demo-") as scratch:
            code = play(STORY, FEATURE, screen, Path(scratch).resolve())
        click.echo("The repository is gone again; `git gate demo --keep DIR` leaves it in DIR.")
        return code
    directory = keep.absolute()
    _ask_for_room(directory)
    code = play(STORY, FEATURE, screen, directory)
    screen.kept(directory)
    return code


def _ask_for_room(directory: Path) -> None:
    """Refuse anything but a missing or an empty directory: the demonstration never mixes with other files."""
    if directory.is_dir() and not any(directory.iterdir()):
        return
    if directory.exists() or directory.is_symlink():
        raise UserError(f"{directory} exists and is not an empty directory", "name a directory that does not exist yet")
    directory.mkdir(parents=True)
