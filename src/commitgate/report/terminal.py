"""How to print to whoever runs a command."""

from __future__ import annotations

import os
import sys

from commitgate.report.text import Colours


def colours() -> Colours:
    """Colours when standard output is a terminal, unless NO_COLOR asks for none."""
    return Colours(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
