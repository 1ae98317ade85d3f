"""The scratch repository of the demonstration, shielded from the user's git configuration and environment."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from git import Repo

from commitgate import share
from commitgate.demo.failure import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commitgate.demo.roles import Role


class Done(NamedTuple):
    """A process that has ended: exit code, standard output, and everything it said on both channels."""

    code: int
    out: str
    said: str


@contextlib.contextmanager
def shielded(home: Path) -> Iterator[None]:
    """Run with an environment in which neither the user's configuration nor a calling git has a say.

    GitPython reads os.environ itself, so the variables are exchanged there and put back at the end. All GIT_*
    variables go: started as ``git gate`` or from a hook, GIT_DIR or GIT_INDEX_FILE would name another repository,
    and GIT_CONFIG_PARAMETERS would carry settings into this one. SKIP and friends would switch hooks off.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_") or name in {"SKIP", "PAGER", "EDITOR", "VISUAL"}:
            del os.environ[name]
    os.environ |= {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_PAGER": "cat",
        "NO_COLOR": "1",  # the output of hooks and commands is read here; the player colours it itself
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Scratch:
    """A repository with the hooks installed, and what a role can do in it.

    ``path`` is the work tree, ``story`` the folder of shipped texts, ``repo`` GitPython's view.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.story = Path(share.path("templates", "demo"))
        self.repo: Repo = Repo.init(path, initial_branch="main")

    def gate(self, words: Sequence[str], role: Role) -> Done:
        """Run ``git gate <words>`` as ``role``."""
        done = subprocess.run(
            [sys.executable, "-I", "-m", "commitgate", *words],
            cwd=self.path,
            env=os.environ | role.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stdout + done.stderr)

    def commit(self, message: str, role: Role) -> Done:
        """Stage the whole work tree and run a plain ``git commit`` as ``role``, with every installed hook."""
        git = self.repo.git
        with git.custom_environment(**role.environment()):
            git.add(all=True)
            code, out, err = git.commit(message=message, with_extended_output=True, with_exceptions=False)
        return Done(int(code), str(out), "\n".join(part for part in (str(out), str(err)) if part))

    def head(self) -> str:
        """The commit that HEAD names, abbreviated; "" before the first commit."""
        return str(self.repo.git.rev_parse("HEAD", short=7)) if self.repo.head.is_valid() else ""

    def restore(self) -> None:
        """Bring index and work tree back to HEAD, and see that nothing is left over."""
        self.repo.git.restore(".", source="HEAD", staged=True, worktree=True)
        left = self.repo.git.status(porcelain=True)
        if left:
            raise Difference("after a refusal the work tree should be as it was", left)

    def check(self, role: Role) -> dict[str, Any]:
        """The verdict on HEAD, as ``git gate check --format json`` prints it."""
        done = self.gate(("check", "--format", "json"), role)
        try:
            verdict = json.loads(done.out)
        except ValueError:
            verdict = None
        if not isinstance(verdict, dict):
            raise Difference("git gate check --format json should print one JSON object", done.said)
        return verdict
