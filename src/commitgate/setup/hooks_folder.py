"""Which folder git takes its hooks from, and who says so."""

from __future__ import annotations

import os
from typing import NamedTuple

from commitgate.errors import UserError
from commitgate.git.repository import Repository


class HooksFolder(NamedTuple):
    """path: absolute. setting: the value of core.hooksPath, "" when unset, and scope: which configuration file holds it
    (local, worktree, global, system, command). common: the folder of hooks that git would use without the setting."""

    path: str
    setting: str
    scope: str
    common: str
    outside: bool  # it belongs to neither this repository's git directory nor its work tree


def work_tree(directory: str = "") -> Repository:
    """The repository of the current directory, asked at the root of its work tree (of the git directory, when bare)."""
    here = Repository(directory)
    return Repository(here.line("rev-parse", "--absolute-git-dir") if is_bare(here) else here.top())


def is_bare(repo: Repository) -> bool:
    """Whether the repository has no work tree, as on a server."""
    return repo.line("rev-parse", "--is-bare-repository") == "true"


def find(repo: Repository) -> HooksFolder:
    """The folder that git uses in ``repo``, which must be asked at its root: git takes a relative path from there."""
    common = os.path.abspath(os.path.join(repo.directory, repo.line("rev-parse", "--git-common-dir")))
    path = os.path.abspath(repo.git_path("hooks"))
    setting = scope = ""
    answer = repo.run("config", "--show-scope", "-z", "--get", "core.hooksPath", accept=(0, 1))
    if answer:
        scope, setting = (os.fsdecode(part) for part in answer.split(b"\0")[:2])
    real = os.path.realpath(path)
    homes = [os.path.realpath(common)]
    if not is_bare(repo):
        homes.append(os.path.realpath(repo.directory))
    outside = not any(real == home or real.startswith(home.rstrip("/") + "/") for home in homes)
    return HooksFolder(path, setting, scope, os.path.join(common, "hooks"), outside)


def choose(repo: Repository, wanted: str) -> str:
    """The folder to install into: ``wanted`` (taken from the current directory) or the one git uses.

    GateError when git's own folder is outside the repository: it serves other repositories too.
    """
    if wanted:
        return os.path.abspath(wanted)
    folder = find(repo)
    if folder.outside:
        raise UserError(
            f"core.hooksPath ({folder.scope} configuration) sends git to {folder.path}, outside this repository",
            f"git config core.hooksPath {folder.common!r} makes this repository use its own folder; "
            f"or name the shared one on purpose: git gate install --hooks-path {folder.path!r}",
        )
    if os.path.realpath(folder.path) == os.path.realpath(repo.directory):
        raise UserError(
            f"core.hooksPath ({folder.scope} configuration) is {folder.setting!r}: git takes no hook from anywhere",
            f"git config {'--global ' if folder.scope == 'global' else ''}--unset core.hooksPath",
        )
    return folder.path


def shown(path: str) -> str:
    """``path`` as a person reads it best: relative when it is below the current directory."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return path if relative.startswith("..") else relative
