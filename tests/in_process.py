"""Commands called in this process as if each had one of its own: folder, variables and streams are put back after it.

Starting an interpreter costs more than most commands do, and forking this large process costs as much. Nothing of a
command is replaced: what it prints goes to real files, and git is started by it as always.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from commitgate.__main__ import main
from commitgate.report import terminal
from commitgate.working import asking


@contextlib.contextmanager
def placed(folder: str | os.PathLike[str], environment: Mapping[str, str]) -> Iterator[None]:
    """This process in a folder, with these variables and no others."""
    here, before = os.getcwd(), dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(here)


@contextlib.contextmanager
def streams(read: int, out: int, err: int) -> Iterator[None]:
    """Standard streams from and to other files, for this process and those that it starts."""
    kept = os.dup(0), os.dup(1), os.dup(2)
    names = sys.stdin, sys.stdout, sys.stderr
    for stream in names[1:]:
        stream.flush()
    for number, file in enumerate((read, out, err)):
        os.dup2(file, number)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)  # noqa: SIM115
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdin, sys.stdout, sys.stderr = names
        for number, copy in enumerate(kept):
            os.dup2(copy, number)
            os.close(copy)


def as_new() -> None:
    """Forget what an earlier command line has chosen for the rest of its process."""
    terminal.choose(terminal.AUTO)
    asking.choose("")


def call(
    arguments: tuple[str, ...], folder: str | os.PathLike[str], environment: Mapping[str, str], feed: bytes
) -> tuple[int, bytes, bytes]:
    """``python -m commitgate <arguments>``: exit code, standard output and standard error."""
    as_new()
    words, sys.argv = sys.argv, ["git-gate", *arguments]
    with contextlib.ExitStack() as stack:
        files: list[BinaryIO] = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(feed)
        files[0].seek(0)
        try:
            with placed(folder, environment), streams(*(file.fileno() for file in files)):
                code = _code()
        finally:
            sys.argv = words
            as_new()
        for file in files[1:]:
            file.seek(0)
        return code, files[1].read(), files[2].read()


def _code() -> int:
    """The exit code of the command line, with the interpreter's own endings."""
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        traceback.print_exc()
        return 1
    return 0
