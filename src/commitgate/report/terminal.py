"""Whether to print in colour: the one place that decides, for every command, hook and report.

The order: ``--color always`` or ``--color never``; then NO_COLOR (any value but the empty one, as no-color.org says);
then whether the stream is a terminal that can do more than TERM=dumb. Other variables are not read.
"""

from __future__ import annotations

import os
import sys

from commitgate.report.text import Colours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

AUTO, ALWAYS, NEVER = "auto", "always", "never"
CHOICES = (AUTO, ALWAYS, NEVER)

_chosen = AUTO


def choose(word: str) -> None:
    """What the command line says: one of CHOICES, for the rest of the process."""
    global _chosen
    _chosen = word


def coloured(stream: TextIO | None = None) -> bool:
    """Whether text for ``stream`` (None: standard output) is to be coloured."""
    if _chosen != AUTO:
        return _chosen == ALWAYS
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return (sys.stdout if stream is None else stream).isatty()


def colours(stream: TextIO | None = None) -> Colours:
    """The colours for ``stream`` (None: standard output), or none."""
    return Colours(coloured(stream))
