"""Whether git ignores a path, and by which line of which file."""

from __future__ import annotations

import os
from typing import NamedTuple

from commitgate.git.repository import Repository


class Ignored(NamedTuple):
    """The rule: its place as ``file:line``, and its pattern."""

    place: str
    pattern: str


def rule_for(repo: Repository, path: str) -> Ignored | None:
    """The rule by which git ignores ``path`` (from the root of the work tree), tracked or not; None for none."""
    asking = Repository(repo.directory)
    # check-ignore refuses to run with literal pathspecs; read from standard input, a path is literal anyway.
    asking.env["GIT_LITERAL_PATHSPECS"] = "0"
    asked = os.fsencode(path) + b"\0"
    # --no-index: what is tracked today may be a new file tomorrow.
    if not asking.run("check-ignore", "--no-index", "-z", "--stdin", feed=asked, accept=(0, 1)):
        return None
    answer = asking.run("check-ignore", "--no-index", "-z", "-v", "--stdin", feed=asked)
    source, line, pattern, *_ = (os.fsdecode(part) for part in answer.split(b"\0"))
    return Ignored(f"{source}:{line}", pattern)
