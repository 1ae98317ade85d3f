"""Changes as people read them: git's own patch between two commits, and the pager that the user has chosen."""

from __future__ import annotations

from commitgate.git.repository import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEVER = "never"
ALWAYS = "always"
# What may stand on one command line; systems take at least 128 KiB.
_LONGEST = 60_000


def patches(repo: Repository, old: str, new: str, paths: Iterable[str], colour: str) -> Iterator[bytes]:
    """The patch of ``paths`` (from the root) between two commits or trees, in pieces; ``colour``: NEVER or ALWAYS."""
    root = Repository(repo.top(), repo.env)
    for turn in _turns(paths):
        yield root.run("diff", "--no-ext-diff", "--no-relative", f"--color={colour}", old, new, "--", *turn)


def _turns(paths: Iterable[str]) -> Iterator[list[str]]:
    turn: list[str] = []
    size = 0
    for path in paths:
        if turn and size + len(path) > _LONGEST:
            yield turn
            turn, size = [], 0
        turn.append(path)
        size += len(path) * 4  # in bytes, at worst
    if turn:
        yield turn


def pager(repo: Repository) -> str:
    """The shell command that git would page with."""
    return repo.line("var", "GIT_PAGER")
