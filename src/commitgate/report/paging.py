"""Long output, through the user's pager."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

# What git itself gives to a pager that is not told otherwise.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}


def page(chunks: Iterable[bytes], pager: str) -> None:
    """Send the chunks through a shell command, or straight to standard output when ``pager`` is ""."""
    if not pager:
        sys.stdout.flush()
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    with subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env={**_DEFAULTS, **os.environ}) as process:
        assert process.stdin is not None
        try:
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
        except BrokenPipeError:
            pass  # the reader has seen enough
