"""Paths as people type them: from the current folder, or from the root, as every answer of the tool prints them."""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide
from commitgate.git.repository import Repository


def from_here(repo: Repository, path: str) -> str:
    """``path``; where nothing is there from here and something is from the root of the work tree, the way to that."""
    if os.path.isabs(path) or os.path.lexists(path):
        return path
    try:
        rooted = os.path.join(repo.top(), path)
    except CannotDecide:  # no work tree, so there is one reading only
        return path
    return os.path.relpath(rooted) if os.path.lexists(rooted) else path
