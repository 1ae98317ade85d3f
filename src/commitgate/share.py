"""Where the shipped data folders (gates/, rules/, hooks/, templates/) are.

A wheel carries them as ``commitgate/share/<folder>``; an editable install and a plain checkout have them at
the root of the checkout. No importlib.resources: it costs three times the bare interpreter.
"""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_SHIPPED = os.path.join(_PACKAGE, "share")
ROOT = _SHIPPED if os.path.isdir(_SHIPPED) else os.path.dirname(os.path.dirname(_PACKAGE))


def path(*parts: str) -> str:
    """Absolute path of a shipped file, e.g. ``path("rules", "stages.yaml")``."""
    return os.path.join(ROOT, *parts)
