"""``git gate install``: write the hooks of this clone."""

from __future__ import annotations

import os

import click

from commitgate.setup import hooks_folder, install, precommit_config, shims


@click.command()
@click.option(
    "--hooks-path",
    metavar="DIR",
    default="",
    help="Install into this folder. Without it: the folder that git uses (core.hooksPath is respected).",
)
def command(hooks_path: str) -> int:
    """Install the git hooks of this clone.

    A hook that stands there already is kept and run first. Installing twice changes nothing; a newer version
    replaces an older one. `git gate uninstall` takes the hooks away again.
    """
    repo = hooks_folder.work_tree()
    folder = hooks_folder.choose(repo, hooks_path)
    steps = install.plan(folder)
    install.apply(folder, steps)
    for step in steps:
        click.echo(f"{hooks_folder.shown(step.path)}: {step.said}")
    for warning in _warnings(repo.directory, folder, hooks_folder.find(repo)):
        click.echo(f"warning: {warning}", err=True)
    return 0


def _warnings(top: str, folder: str, used: hooks_folder.HooksFolder) -> list[str]:
    warnings = []
    if os.path.realpath(folder) != os.path.realpath(used.path):
        warnings.append(f"git does not look into that folder yet; tell it: git config core.hooksPath {folder!r}")
    hosted = precommit_config.hosted(top)
    doubled = [
        hook
        for hook in shims.HOOKS
        if hook in hosted and shims.look(os.path.join(folder, hook + shims.KEPT)).kind == shims.FRAMEWORK
    ]
    if doubled:
        warnings.append(
            f"{', '.join(doubled)}: the gate runs twice, once here and once in the pre-commit framework; "
            f"take the commitgate hooks out of {precommit_config.NAME}, or run: git gate uninstall"
        )
    return warnings
