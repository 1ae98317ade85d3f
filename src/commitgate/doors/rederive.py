"""``derive: write``: the hook writes the derived gates itself, says so, and still fails once.

The pre-commit convention: a hook that changes files leaves it to the person to look at them and to add them.
"""

from __future__ import annotations

from commitgate.git.repository import Repository
from commitgate.judge.verdict import Verdict
from commitgate.working.derived import apply, plan
from commitgate.working.run_folder import RunFolder
from commitgate.writing import lock


def rederive(repo: Repository, verdict: Verdict, now: int) -> list[str]:
    """Write into the work tree what the index's verdict derives; the paths written. Nothing is staged."""
    planned = tuple(one for one in plan(verdict, now) if one.data is not None)
    with lock(repo):
        apply(RunFolder(repo, repo.top(), verdict.snapshot.root), planned)
    return [one.path for one in planned]
