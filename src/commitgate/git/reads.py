"""What every question about the index asks of git first, started before anything else is even imported.

git loads the index while Python loads its modules: on two cores the one hides behind the other.
"""

from __future__ import annotations

from commitgate.git.refs import Refs
from commitgate.git.side import start_index
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.git.process import Process
    from commitgate.git.repository import Repository


# Where the policy of HEAD is, and what tells whether it is a plain file: wanted whenever HEAD has moved.
HEAD_POLICY = ("HEAD^{tree}", "HEAD:.gates.yaml")
HEADS = ("HEAD", "MERGE_HEAD")


class Reads(Record):
    """Started: the refs that may be the target, and the index against HEAD (None when it is not asked for)."""

    refs: Refs
    staged: Process | None


def start_index_reads(repo: Repository) -> Reads:
    """Start everything that a question about the index needs; the batch is asked for HEADS and HEAD_POLICY."""
    staged = start_index(repo, "HEAD")
    return start_worktree_reads(repo)._replace(staged=staged)


def start_worktree_reads(repo: Repository) -> Reads:
    """Start everything that a question about the work tree needs before its rows."""
    repo.batch.expect([*HEADS, *HEAD_POLICY])
    return Reads(Refs(repo), None)
