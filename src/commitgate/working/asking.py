"""Which run a command is about: the one that is named with ``--run``, else the one around the current folder."""

from __future__ import annotations

from commitgate.engine import Question
from commitgate.run_folders import HERE

_named = ""


def choose(folder: str) -> None:
    """Let every later question of this process be about one run folder, given from the root or the current folder."""
    global _named
    _named = folder.rstrip("/")


def named_run() -> str:
    """The run folder that the user named, "" when none is."""
    return _named


def asked(kind: str, revision: str = "") -> Question:
    """The question a command puts: about one side, and about the run that the user means."""
    return Question(kind, revision, _named, HERE)


def asked_of_all(kind: str, revision: str = "") -> Question:
    """The same about every run of the side, wherever the user stands, unless one is named."""
    return Question(kind, revision, _named)
