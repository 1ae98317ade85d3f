"""Writing files so that nobody ever sees half of one: a temporary file beside the target, then a rename."""

from __future__ import annotations

import contextlib
import os
import tempfile


def prepare(target: str, data: bytes, mode: int) -> str:
    """Write ``data`` beside ``target`` under a temporary name with ``mode``; return that name. OSError as it comes."""
    handle, temporary = tempfile.mkstemp(
        prefix=f".{os.path.basename(target)}.", suffix=".tmp", dir=os.path.dirname(target)
    )
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            os.fchmod(stream.fileno(), mode)
    except BaseException:
        discard(temporary)
        raise
    return temporary


def write(target: str, data: bytes, mode: int = 0o644) -> None:
    """Put ``data`` at ``target`` in one step, making its folder when needed."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    temporary = prepare(target, data, mode)
    try:
        os.replace(temporary, target)
    except BaseException:
        discard(temporary)
        raise


def discard(path: str) -> None:
    """Remove a file that may be gone already."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
