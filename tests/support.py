"""Real git repositories for the tests: a small class around one, and the environment that isolates them.

Nothing here fakes git. Every process gets the environment of the test, which ``conftest.py`` has cleaned.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

import in_process
from commitgate.__main__ import main

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "src"
SETTLED = 1_700_000_000  # seconds since 1970: older than anything that a test writes


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


def gate(
    *args: str,
    cwd: str | os.PathLike[str],
    check: bool = False,
    env: Mapping[str, str] | None = None,
    feed: bytes = b"",
) -> Result:
    """``git gate <args>``, called in this process as if it had one of its own; :class:`Gate` gives it one.

    What it does is what ``python -m commitgate`` does (some tests start that, too), without paying for the process
    and its imports each time. ``env`` is laid over the environment of the test.
    """
    result = Result(*in_process.call(args, cwd, {**os.environ, **(env or {})}, feed))
    if check and result.code != 0:
        raise AssertionError(f"git gate {' '.join(args)}: exit {result.code}\n{result.said}")
    return result


class Gate:
    """A running ``git gate <args>``, forked from this process: for what happens at the same time, or is killed."""

    def __init__(
        self,
        *args: str,
        cwd: str | os.PathLike[str],
        env: Mapping[str, str] | None = None,
        feed: bytes = b"",
    ) -> None:
        self._streams = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115
        self._streams[0].write(feed)
        self._streams[0].seek(0)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _become(args, os.fspath(cwd), {**os.environ, **(env or {})}, self._streams)
            finally:
                os._exit(70)  # it never gets here: a child must not go on with the tests

    def kill(self) -> None:
        """End it as a crash of the machine would."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self, timeout: float = 120) -> Result:
        """Wait for its end, and what it said."""
        code = _ended(self.pid, timeout)
        _, out, err = (_all(stream) for stream in self._streams)
        return Result(code, out, err)


def _become(args: tuple[str, ...], cwd: str, env: dict[str, str], streams: Iterable[BinaryIO]) -> NoReturn:
    """Be ``python -m commitgate <args>``, as far as anybody can tell from outside."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.argv = ["git-gate", *args]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
        code = 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120  # as the interpreter's own end has it
    os._exit(code)


def _ended(child: int, timeout: float) -> int:
    """The exit code of a child, which is killed when it takes too long; negative for a signal, as subprocess has it."""
    handle = os.pidfd_open(child)
    try:
        if not select.select([handle], [], [], timeout)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"no end after {timeout} seconds")
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _all(stream: BinaryIO) -> bytes:
    with stream:
        stream.seek(0)
        return stream.read()


class Repo:
    """One repository with a work tree."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def git(self, *args: str, check: bool = True, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Result:
        """``git <args>`` in this repository; with ``check`` any status but 0 fails the test."""
        return run("git", *args, cwd=self.path, check=check, env=env, feed=feed)

    def gate(self, *args: str, check: bool = False, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Result:
        """``git gate <args>`` in this repository, by this interpreter and this checkout."""
        return gate(*args, cwd=self.path, check=check, env=env, feed=feed)

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
    settle(repo)
    return repo


def settle(repo: Repo) -> None:
    """Let the files of a repository that will be copied look old: git then need not read them to see no change."""
    for folder, folders, files in os.walk(repo.path):
        if ".git" in folders:
            folders.remove(".git")
        for name in files:
            os.utime(os.path.join(folder, name), (SETTLED, SETTLED), follow_symlinks=False)
    repo.git("update-index", "-q", "--refresh")
