"""A line that counts on a terminal while something takes longer than a moment."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_PATIENCE_SECONDS = 1.0
_EVERY_SECONDS = 0.1


class Progress:
    """Counts on ``stream`` when it is a terminal and a second has passed; silent otherwise."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + _PATIENCE_SECONDS
        self._shown = False

    def show(self, count: int) -> None:
        """Say how many commits have been judged so far."""
        now = time.monotonic()
        if now < self._next or not self._stream.isatty():
            return
        self._stream.write(f"\rcommits judged: {count}")
        self._stream.flush()
        self._next = now + _EVERY_SECONDS
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
