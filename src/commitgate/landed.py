"""A run that has landed: which rows are the change it was merged with, and which came since and are none of it."""

from __future__ import annotations

from commitgate.base import BRANCH, PENDING
from commitgate.git.history import diff_trees
from commitgate.objects import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commitgate.base import Reference
    from commitgate.git.repository import Repository


def frozen_rows(repo: Repository, reference: Reference, pending: Sequence[Row]) -> Sequence[Row]:
    """What the merge of a run brought; ``pending``: the rows of a tree that is about to be committed."""
    return pending if reference.frozen_to == PENDING else diff_trees(repo, reference.frozen_from, reference.frozen_to)


def rows_outside(repo: Repository, reference: Reference, base: str, rows: Mapping[str, Row]) -> list[Row]:
    """The rows of a side (``rows``: base→side by path) that its run, which is frozen, says nothing about."""
    if reference.mode == BRANCH:
        return [rows[path] for path in reference.loose if path in rows]
    landed = {row.path: row for row in diff_trees(repo, base, reference.since)}
    found = []
    for path, row in {**landed, **rows}.items():
        before = landed[path][3:5] if path in landed else row[1:3]
        after = rows[path][3:5] if path in rows else row[1:3]
        if before != after:
            found.append(Row(path, *before, *after))
    return found
