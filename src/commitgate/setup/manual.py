"""Whether man finds the installed manual page, which ``git help gate`` and ``git gate --help`` show."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys

from commitgate.setup.inspect import NOTE, Remark

_FOLDER = os.path.join(sys.prefix, "share", "man")


def examine() -> list[Remark]:
    """A note with the line to add, when the page is installed and man does not find it; else nothing."""
    if not os.path.isfile(os.path.join(_FOLDER, "man1", "git-gate.1")) or shutil.which("man") is None:
        return []
    asked = subprocess.run(
        ["man", "-w", "git-gate"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if asked.returncode == 0:
        return []
    # The empty part at the end stands for where man looks anyway.
    hint = f'in your shell\'s file: export MANPATH={shlex.quote(_FOLDER)}:"$MANPATH"'
    return [Remark(NOTE, "manual", "man does not find the page that git help gate shows", hint)]
