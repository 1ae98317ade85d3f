"""One process of git: started without waiting, read later, so that several run side by side.

Started with posix_spawn and not with :mod:`subprocess`, whose import alone costs as much as the whole hook may.
"""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import NoReturn


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
