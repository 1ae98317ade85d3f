"""``git gate uninstall``: take the hooks of this clone away."""

from __future__ import annotations

import os

import click

from commitgate.git.repository import Repository
from commitgate.setup import hooks_folder, install, shims


@click.command()
@click.option("--hooks-path", metavar="DIR", default="", help="Remove from this folder. Without it: where git looks.")
def command(hooks_path: str) -> int:
    """Remove the git hooks and put back what stood there before. Hooks of others are left alone."""
    repo = hooks_folder.work_tree()
    used = hooks_folder.find(repo)
    # A shim in the repository's own folder is ours to remove, too, when core.hooksPath was set after installing.
    chosen = os.path.abspath(hooks_path) if hooks_path else used.path
    folders = [chosen] if hooks_path or chosen == used.common else [chosen, used.common]
    for folder in folders:
        for hook, said in install.remove(folder, _looked_for(repo, folder)):
            click.echo(f"{hooks_folder.shown(os.path.join(folder, hook))}: {said}")
    return 0


def _looked_for(repo: Repository, folder: str) -> tuple[str, ...]:
    """The hooks to speak of: those that install writes here, and of the optional ones what stands in the folder."""
    usual = () if hooks_folder.is_bare(repo) else shims.HOOKS
    return tuple(hook for hook in shims.ALL if hook in usual or _is_there(os.path.join(folder, hook)))


def _is_there(path: str) -> bool:
    return any(shims.look(one).kind != shims.MISSING for one in (path, path + shims.KEPT))
