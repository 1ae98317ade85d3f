"""What every question about the index asks of git first, started before anything else is even imported.

git loads the index while Python loads its modules: on two cores the one hides behind the other.
"""

from __future__ import annotations

from commitgate.git.refs import Refs
from commitgate.git.side import start_index
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.git.process import Process, Repository


class Reads(Record):
    """Started processes: the candidate target refs, and the index against HEAD (None when it is not asked for).

    The batch has been asked for HEAD and MERGE_HEAD, in this order; the answers are still to be read.
    """

    refs: Refs
    staged: Process | None


def start_index_reads(repo: Repository) -> Reads:
    """Start everything that a question about the index needs."""
    staged = start_index(repo, "HEAD")
    repo.batch.ask(["HEAD", "MERGE_HEAD"])
    return Reads(Refs(repo), staged)


def start_worktree_reads(repo: Repository) -> Reads:
    """Start everything that a question about the work tree needs before its rows."""
    repo.batch.ask(["HEAD", "MERGE_HEAD"])
    return Reads(Refs(repo), None)
