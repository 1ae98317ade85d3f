"""Writing files of the work tree: whole or not at all, one writer at a time.

A write is a temporary file beside its target, synced, then a rename. Writers are serialised by ``flock``, which the
kernel takes back from a process that dies. The lock's file names the temporary file that is being written, so that the
next one who takes the lock removes what a killed writer left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator

from commitgate.errors import GateError
from commitgate.finding import BLOCKED
from commitgate.git.repository import Repository

_LEFT = re.compile(r"\..+\.[0-9a-f]{16}\.commitgate\.tmp")
# A name of 255 bytes is the most that file systems take; the temporary one is 35 bytes longer than its target's.
_LONGEST = 200
_held: list[int] = []  # the descriptor of the lock while this process holds it


ANY = b"\0whatever it holds"


def write(path: str, data: bytes, read: bytes | None = ANY) -> bool:
    """Make ``data`` the content of ``path``; whether anything had to be written. Call it inside :func:`lock`.

    ``read`` is what the caller made ``data`` of (None: no file). When the file holds something else by now, somebody
    without the lock has written it, an editor for instance, and GateError says so instead of undoing that.

    ``path`` is absolute (below ``Repository.top()``) or relative to the current folder. Missing folders are made, and
    the mode of an existing file is kept. GateError when a symbolic link is in the way, or the system refuses.
    """
    folder, name = os.path.split(os.path.abspath(path))
    try:
        _refuse_links(path, folder)
        before = _existing(path)
        if read is not ANY and read != (before[1] if before is not None else None):
            raise GateError(f"{path} was changed meanwhile", "nothing was written; run the command again", BLOCKED)
        if before is not None and before[1] == data:
            return False
        os.makedirs(folder, exist_ok=True)
        _replace(folder, name, data, before[0] if before is not None else None)
    except OSError as error:
        raise GateError(f"{path} cannot be written: {error.strerror}", "nothing was changed") from None
    return True


@contextlib.contextmanager
def lock(repo: Repository) -> Iterator[None]:
    """Hold the one right to write to this work tree's run folder; waits for whoever holds it.

    Not reentrant: the same process would wait for itself.
    """
    folder = repo.git_path("commitgate")
    try:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(os.path.join(folder, "writing.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise GateError(f"the lock in {folder} cannot be taken: {error.strerror}", "is the folder writable?") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _clean(handle)
        _held.append(handle)
        yield
    finally:
        if handle in _held:
            _held.remove(handle)
        os.close(handle)  # the lock goes with its only descriptor


def _refuse_links(path: str, folder: str) -> None:
    if os.path.islink(path):
        raise GateError(f"{path} is a symbolic link; a plain file is expected", f"rm {path}", 1)
    # The root of a work tree is told without links, so one on the way lies inside the work tree.
    if os.path.realpath(folder) != folder:
        raise GateError(f"{folder} leads through a symbolic link", "replace the link by a plain folder", 1)


def _existing(path: str) -> tuple[int, bytes] | None:
    """(mode, bytes) of a file; None when there is none."""
    try:
        # Not to be opened before it is known to be a plain file: a pipe would never answer.
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise GateError(f"{path} is not a plain file", "move it out of the way", 1)
        with open(path, "rb") as stream:
            return stat.S_IMODE(os.fstat(stream.fileno()).st_mode), stream.read()
    except FileNotFoundError:
        return None


def _replace(folder: str, name: str, data: bytes, mode: int | None) -> None:
    temporary = os.path.join(folder, f".{name[:_LONGEST]}.{secrets.token_hex(8)}.commitgate.tmp")
    _note(temporary)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        os.replace(temporary, os.path.join(folder, name))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync(folder)


def _sync(folder: str) -> None:
    """Make the rename itself last; file systems that cannot sync a folder do it by themselves."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _note(temporary: str) -> None:
    """Name in the lock's file what is being written: who is killed now leaves it behind."""
    for handle in _held:
        os.ftruncate(handle, 0)
        os.pwrite(handle, os.fsencode(temporary), 0)


def _clean(handle: int) -> None:
    """Remove what a killed writer left: whoever holds the lock is the only writer, so that file is dead."""
    left = os.fsdecode(os.pread(handle, 1 << 16, 0))
    if _LEFT.fullmatch(os.path.basename(left)):
        with contextlib.suppress(OSError):
            os.unlink(left)
