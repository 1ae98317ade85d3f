"""A run that has landed: its own delta no longer moves, and what changes since is none of it."""

from __future__ import annotations

from commitgate.base import BRANCH, PENDING
from commitgate.git.history import diff_trees
from commitgate.objects import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.base import Reference
    from commitgate.facts import Change
    from commitgate.gather import Gathering, State


def frozen_delta(gathering: Gathering, reference: Reference, track: str) -> tuple[Change, ...]:
    """The product delta of a landed run: what its merge brought."""
    if reference.frozen_to == PENDING:
        rows = list(gathering.pending)
    else:
        rows = diff_trees(gathering.repo, reference.frozen_from, reference.frozen_to)
    return gathering.classify(gathering.split(rows, True, gathering.share)[1], track)


def outside_of(gathering: Gathering, state: State, reference: Reference, track: str) -> tuple[Change, ...]:
    """The product changes of a side that its run, which has landed or is frozen, says nothing about."""
    if reference.mode == BRANCH:
        rows = [state.rows[path] for path in reference.loose if path in state.rows]
        return gathering.classify(gathering.split(rows, True)[1], track)
    landed = {row.path: row for row in diff_trees(gathering.repo, state.base, reference.since)}
    rows = []
    for path, row in {**landed, **state.rows}.items():
        before = landed[path][3:5] if path in landed else row[1:3]
        after = state.rows[path][3:5] if path in state.rows else row[1:3]
        if before != after:
            rows.append(Row(path, *before, *after))
    return gathering.classify(gathering.split(rows, True)[1], track)
