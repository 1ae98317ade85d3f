"""What happens when there is a bug: one short line for the person, the whole traceback in a file for its author."""

from __future__ import annotations

import os
import tempfile
import time
import traceback

from commitgate.errors import GateError
from commitgate.git.repository import Repository


def _folder() -> str:
    """``commitgate/`` in the git directory; the temporary folder where there is none."""
    try:
        folder = os.path.abspath(Repository().git_path("commitgate"))
        os.makedirs(folder, exist_ok=True)
    except (GateError, OSError):
        return tempfile.gettempdir()
    return folder


def record(error: BaseException) -> str:
    """Write the traceback of ``error`` to a new file; return its path, or "" when no file can be written."""
    text = "".join(traceback.format_exception(error))
    prefix = time.strftime("crash-%Y%m%dT%H%M%SZ-", time.gmtime())
    for folder in (_folder(), tempfile.gettempdir()):
        try:
            handle, path = tempfile.mkstemp(".txt", prefix, folder)
        except OSError:
            continue
        with open(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        return path
    return ""


def line(error: BaseException) -> str:
    """One line that says what failed and where the traceback is; it writes that file."""
    path = record(error)
    said = " ".join(str(error).split())
    if len(said) > 200:
        said = said[:200] + "…"
    kind = type(error).__name__
    where = f"the traceback is in {path}" if path else "and no file could be written for the traceback"
    return f"internal error, nothing was decided: {kind}: {said} ({where})"
