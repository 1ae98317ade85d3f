"""Real git repositories for the tests: a small class around one, and the environment that isolates them.

Nothing here fakes git. Every process gets the environment of the test, which ``conftest.py`` has cleaned.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "src"


class Result(NamedTuple):
    """What a process said: exit code, raw output, and the output as text (undecodable bytes as surrogates)."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode("utf-8", "surrogateescape")

    @property
    def err(self) -> str:
        return self.stderr.decode("utf-8", "surrogateescape")

    @property
    def said(self) -> str:
        """Both streams, for assertions on messages."""
        return self.out + self.err


def run(
    *command: str | os.PathLike[str],
    cwd: str | os.PathLike[str],
    check: bool = False,
    env: Mapping[str, str] | None = None,
    feed: bytes = b"",
    timeout: float = 120,
) -> Result:
    """Run a process to its end. ``env`` is laid over the environment of the test."""
    done = subprocess.run(
        [os.fspath(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=feed,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    result = Result(done.returncode, done.stdout, done.stderr)
    if check and result.code != 0:
        words = " ".join(os.fspath(part) for part in command)
        raise AssertionError(f"{words}: exit {result.code}\n{result.said}")
    return result


class Repo:
    """One repository with a work tree."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def git(self, *args: str, check: bool = True, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Result:
        """``git <args>`` in this repository; with ``check`` any status but 0 fails the test."""
        return run("git", *args, cwd=self.path, check=check, env=env, feed=feed)

    def gate(self, *args: str, check: bool = False, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Result:
        """``git gate <args>`` in this repository, by this interpreter and this checkout."""
        return run(sys.executable, "-m", "commitgate", *args, cwd=self.path, check=check, env=env, feed=feed)

    def write(self, path: str, content: str | bytes, *, mode: int | None = None) -> Path:
        """Write a file of the work tree (text as UTF-8, line ends as given), making its folders."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mode is not None:
            target.chmod(mode)
        return target

    def read(self, path: str) -> str:
        """A file of the work tree as text."""
        return (self.path / path).read_bytes().decode()

    def remove(self, path: str) -> None:
        """Remove a file or a folder of the work tree."""
        target = self.path / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()

    def commit(
        self,
        message: str = "change",
        *,
        author: str | None = None,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        args: tuple[str, ...] = (),
    ) -> Result:
        """Stage everything and commit it, through whatever hooks there are. ``author``: "Name <mail>", both roles."""
        names = dict(env or {})
        if author is not None:
            name, _, mail = author.partition(" <")
            mail = mail.rstrip(">") or f"{name}@example.com"
            names |= {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail}
            names |= {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail}
        self.git("add", "-A")
        return self.git("commit", "-q", "-m", message, *args, check=check, env=names)

    def oid(self, name: str = "HEAD") -> str:
        """The object id that ``name`` stands for."""
        return self.git("rev-parse", "--verify", name).out.strip()

    def branch(self, name: str) -> None:
        """Make a branch here and switch to it."""
        self.git("switch", "-q", "-c", name)

    def config(self, key: str, value: str) -> None:
        """Set a value in the repository's own configuration."""
        self.git("config", key, value)

    def hook(self, name: str, text: str, *, mode: int = 0o755) -> Path:
        """Write a hook into ``.git/hooks``."""
        return self.write(f".git/hooks/{name}", text, mode=mode)

    def snapshot(self) -> dict[str, tuple[int, bytes]]:
        """Every path below the work tree, ``.git`` included, with its mode and content: "nothing has changed"."""
        found = {}
        for folder, folders, files in os.walk(self.path):
            for name in [*folders, *files]:
                path = os.path.join(folder, name)
                mode = os.lstat(path).st_mode
                if stat.S_ISLNK(mode):
                    content = os.fsencode(os.readlink(path))
                elif stat.S_ISREG(mode):
                    with open(path, "rb") as stream:
                        content = stream.read()
                else:
                    content = b""
                found[os.path.relpath(path, self.path)] = (mode, content)
        return found


def project_files() -> list[str]:
    """Every file of this project: what git tracks or would add, or what is there when it is no checkout of git."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=CHECKOUT)
    if listed.code == 0:
        names = [name for name in listed.out.split("\0") if name]
    else:
        names = [
            path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.rglob("*") if "__pycache__" not in path.parts
        ]
    return sorted(name for name in names if (CHECKOUT / name).is_file())


def copy_project(target: Path) -> Path:
    """A copy of this project's files, so that building it leaves nothing behind in the checkout."""
    for name in project_files():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, place)
    return target


def make_template(path: Path) -> Repo:
    """A repository on ``main`` with one commit and one file, without hooks: what most tests start from."""
    path.mkdir(parents=True)
    repo = Repo(path)
    repo.git("init", "-q", "-b", "main", "--template=")
    (path / ".git" / "hooks").mkdir()
    (path / ".git" / "info").mkdir()
    repo.write("README.md", "# Product\n")
    repo.commit("chore: begin")
    return repo
