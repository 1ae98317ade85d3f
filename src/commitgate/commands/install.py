"""``git gate install``: write the hooks of this clone."""

from __future__ import annotations

import os

import click

from commitgate.errors import UserError
from commitgate.git.repository import Repository
from commitgate.setup import hooks_folder, install, precommit_config, shims
from commitgate.setup.ignored import rule_for


@click.command()
@click.option(
    "--hooks-path",
    metavar="DIR",
    default="",
    help="Install into this folder. Without it: the folder that git uses (core.hooksPath is respected).",
)
@click.option(
    "--reference-transaction",
    is_flag=True,
    help="Also the hook that keeps the target branch of this clone from moving to what is not ready, whatever command "
    "moves it.",
)
@click.option("--pre-receive", is_flag=True, help="Also the hook of a server; in a bare repository that hook alone.")
def command(hooks_path: str, reference_transaction: bool, pre_receive: bool) -> int:
    """Install the git hooks of this clone, or of a server's repository.

    A hook that stands there already is kept and run first. Installing twice changes nothing; a newer version
    replaces an older one. `git gate uninstall` takes the hooks away again.
    """
    repo = hooks_folder.work_tree()
    optional = [
        hook
        for hook, wanted in ((shims.REFERENCE_TRANSACTION, reference_transaction), (shims.PRE_RECEIVE, pre_receive))
        if wanted
    ]
    if hooks_folder.is_bare(repo):
        if optional != [shims.PRE_RECEIVE]:
            raise UserError(
                "this repository is bare: nobody commits here, and only pushes can be judged",
                "git gate install --pre-receive",
            )
        hooks: tuple[str, ...] = (shims.PRE_RECEIVE,)
    else:
        hooks = (*shims.HOOKS, *optional)
    folder = hooks_folder.choose(repo, hooks_path)
    steps = install.plan(folder, hooks)
    install.apply(folder, steps)
    for step in steps:
        click.echo(f"{hooks_folder.shown(step.path)}: {step.said}")
    for warning in _warnings(repo, folder, hooks_folder.find(repo)):
        click.echo(f"warning: {warning}", err=True)
    return 0


def _warnings(repo: Repository, folder: str, used: hooks_folder.HooksFolder) -> list[str]:
    warnings = []
    if _may_be_committed(repo, folder, used):
        warnings.append(
            f"{hooks_folder.shown(folder)} is in the work tree: do not commit these hooks, they name paths of this "
            f"machine; everybody runs git gate install in their own clone"
        )
    if os.path.realpath(folder) != os.path.realpath(used.path):
        warnings.append(f"git does not look into that folder yet; tell it: git config core.hooksPath {folder!r}")
    hosted = precommit_config.hosted(repo.directory)
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


def _may_be_committed(repo: Repository, folder: str, used: hooks_folder.HooksFolder) -> bool:
    """Whether the folder lies in the work tree, where ``git add -A`` would take the shims along."""
    top, place, inside = (os.path.realpath(path) for path in (repo.directory, folder, os.path.dirname(used.common)))
    if not place.startswith(f"{top}/") or place.startswith(f"{inside}/") or f"{inside}/".startswith(f"{place}/"):
        return False
    return rule_for(repo, os.path.relpath(os.path.join(place, shims.HOOKS[0]), top)) is None
