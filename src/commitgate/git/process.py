"""Running git: the environment rules, one-shot commands, and the repository that they are run in.

Started with posix_spawn and not with :mod:`subprocess`, whose import alone costs as much as the whole hook
may. Processes are started first and read later, so that several run side by side.
"""

from __future__ import annotations

import os

from commitgate.digest import sha256
from commitgate.errors import CannotDecide
from commitgate.git.cat_file import CatFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import NoReturn

__all__ = ["GitFailed", "Process", "Repository", "environment", "sha256"]

# Inherited GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE, GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES and
# GIT_QUARANTINE_PATH are kept: git sets them for its hooks, and they name the very tree to be judged.
_FORCED = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # a replace ref must not swap the judged object for another
    "GIT_GRAFT_FILE": os.devnull,  # nor a graft its parents
    "GIT_OPTIONAL_LOCKS": "0",  # never refresh the index behind the user's back
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
_REMOVED = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")

# Variables that tie a process to one repository. To be dropped only when another repository is meant.
LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


class GitFailed(CannotDecide):
    """git ended with a status that was not expected; what it said is the message."""

    def __init__(self, command: str, status: int, stderr: str) -> None:
        said = stderr.strip().splitlines()
        if "not a git repository" in stderr:
            super().__init__("this is not a git repository", "go to one, or make one: git init", "engine/no-repository")
        elif "Unable to read current working directory" in stderr:
            super().__init__("the current folder is not there any more", "go to one that is", "engine/no-repository")
        else:
            message = f"git {command} failed ({status}): {said[-1] if said else 'no message'}"
            super().__init__(message, "git fsck, if git itself seems broken", "engine/git-failed")
        self.status = status
        self.stderr = stderr


def environment(inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for every git process: what is inherited, with replace refs, grafts and locks ruled out."""
    env = dict(os.environ if inherited is None else inherited)
    for name in _REMOVED:
        env.pop(name, None)
    env.update(_FORCED)
    return env


def _scratch() -> int:
    """A nameless file for stderr: a pipe could fill up while stdout is being read."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("git-stderr")
    import tempfile

    handle, name = tempfile.mkstemp()
    os.unlink(name)
    return handle


_LEFT: list[int] = []  # processes that were left to end by themselves, until they have


def _reap() -> None:
    """Take note of the ends of those that have ended, so that a long-lived caller collects none."""
    for pid in [*_LEFT]:
        try:
            ended, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # not ours: this process was forked off the one that started it
            ended = pid
        if ended:
            _LEFT.remove(pid)


class Process:
    """A started git process. ``output()`` reads it to the end; starting never waits."""

    status = 0
    stderr = ""

    def __init__(self, args: list[str], env: Mapping[str, str], feed: bytes | None) -> None:
        _reap()
        self.args = args
        self._stderr = _scratch()
        self._out, child_out = os.pipe()
        child_in, self._in = os.pipe()
        try:
            self.pid = os.posix_spawnp(
                "git",
                args,
                env,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, child_in, 0),
                    (os.POSIX_SPAWN_DUP2, child_out, 1),
                    (os.POSIX_SPAWN_DUP2, self._stderr, 2),
                ],
            )
        except FileNotFoundError:
            raise CannotDecide(
                "git is not on the PATH", "install git 2.38 or newer", rule="engine/git-failed"
            ) from None
        finally:
            os.close(child_in)
            os.close(child_out)
        if feed is not None:
            self._feed(feed)

    def _feed(self, data: bytes) -> None:
        # Callers keep this below what a pipe holds, or write in turns (CatFile): git must not block on its own output.
        self.write(data)
        os.close(self._in)
        self._in = -1

    def write(self, data: bytes) -> None:
        """Send bytes to git's standard input and keep it open. Where git has ended early, reading says why."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._in, view) :]
        except BrokenPipeError:
            pass

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes of git's standard output; b"" at its end."""
        return os.read(self._out, size)

    def output(self, accept: tuple[int, ...] = (0,)) -> bytes:
        """All of standard output. Any exit status outside ``accept`` raises GitFailed."""
        return b"".join(self.chunks(accept))

    def chunks(self, accept: tuple[int, ...] = (0,)) -> Iterator[bytes]:
        """Standard output as it comes, so that git goes on working; a bad exit status is raised at its end."""
        try:
            while chunk := os.read(self._out, 1 << 20):
                yield chunk
        finally:  # whoever reads may stop early
            self.close()
        if self.status not in accept:
            raise GitFailed(" ".join(self.args[1:]), self.status, self.stderr)

    def close(self) -> int:
        """Close the pipes, wait, and return the exit status; ``stderr`` then holds what git said."""
        if self._out == -1:
            return self.status
        self._hang_up()
        _, waited = os.waitpid(self.pid, 0)
        size = os.lseek(self._stderr, 0, os.SEEK_END)
        self.stderr = os.pread(self._stderr, min(size, 65536), 0).decode("utf-8", "replace")
        os.close(self._stderr)
        self.status = os.waitstatus_to_exitcode(waited)
        return self.status

    def fail(self) -> NoReturn:
        """GitFailed, for whoever still wanted something of a process that came to its end."""
        status = self.close()
        raise GitFailed(" ".join(self.args[1:]), status, self.stderr)

    def leave(self) -> None:
        """Close the pipes of a process that nothing more is wanted of; it ends by itself, and nobody waits for it."""
        if self._out == -1:
            return
        self._hang_up()
        os.close(self._stderr)
        _LEFT.append(self.pid)

    def _hang_up(self) -> None:
        if self._in != -1:
            os.close(self._in)
            self._in = -1
        os.close(self._out)
        self._out = -1


class Repository:
    """A repository to ask. ``directory`` "" means the current one, as git itself finds it (hooks: GIT_DIR)."""

    def __init__(self, directory: str = "", inherited: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.env = environment(inherited)
        self._batch: CatFile | None = None
        self._begun: dict[tuple[str, ...], Process] = {}
        self._top = ""

    def start(self, *args: str, feed: bytes | None = b"") -> Process:
        """Start ``git <args>`` and return at once. ``feed`` is its standard input; None keeps it open."""
        where = ["-C", self.directory] if self.directory else []
        return Process(["git", *where, *args], self.env, feed)

    def begin(self, *args: str) -> None:
        """Start ``git <args>`` for whoever is going to ask for just that: git works while something else is done."""
        if args not in self._begun:
            self._begun[args] = self.start(*args)

    def started(self, *args: str) -> Process:
        """``git <args>``, taken over where it has been begun already."""
        return self._begun.pop(args, None) or self.start(*args)

    def run(self, *args: str, feed: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
        """Run ``git <args>`` to its end and return its standard output; GitFailed on an unexpected status."""
        return (self.start(*args, feed=feed) if feed else self.started(*args)).output(accept)

    def line(self, *args: str, accept: tuple[int, ...] = (0,)) -> str:
        """Like :meth:`run`, the output as one stripped str (file names may hold surrogates)."""
        return os.fsdecode(self.run(*args, accept=accept)).rstrip("\n")

    @property
    def batch(self) -> CatFile:
        """The one long-lived ``cat-file --batch`` of this repository."""
        if self._batch is None:
            self._batch = CatFile(self.start("cat-file", "--batch", feed=None))
        return self._batch

    def close(self) -> None:
        """Let go of the long-lived process and of what nobody asked for; the repository may be used again."""
        if self._batch is not None:
            self._batch.close()
            self._batch = None
        for process in self._begun.values():
            process.leave()
        self._begun = {}

    def git_path(self, name: str) -> str:
        """Where git keeps ``name`` for this work tree, as ``rev-parse --git-path`` says."""
        return os.path.join(self.directory, self.line("rev-parse", "--git-path", name))

    def from_here(self, path: str) -> str:
        """A path from the repository's root as a pathspec for the current folder, which may be a subfolder."""
        return self.line("rev-parse", "--show-cdup") + path

    def top(self) -> str:
        """The root of the work tree; CannotDecide where there is none (a bare repository, inside ``.git``)."""
        try:
            self._top = self._top or self.line("rev-parse", "--show-toplevel")
            return self._top
        except GitFailed as failed:
            if "work tree" not in failed.stderr:
                raise
            raise CannotDecide(
                "there is no work tree and no index here to judge",
                "judge a commit: git gate check --rev HEAD",
                rule="engine/no-work-tree",
            ) from failed
