"""Fired security triggers, one row for each trigger and path."""

from __future__ import annotations

from commitgate.facts import Change
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Hit(Record):
    """One trigger on one path. ``line`` is 0 for what the path alone fires; ``place``: where the policy defines it."""

    id: str
    path: str
    line: int
    pattern: str
    why: str
    place: str


def hits(policy: Policy, changes: Iterable[Change]) -> list[Hit]:
    """What fires in the changes: the triggers in the policy's order, the paths of each sorted."""
    order = {trigger.id: position for position, trigger in enumerate(policy.triggers)}
    known = {trigger.id: trigger for trigger in policy.triggers}
    found = [
        Hit(name, change.path, 0, matched, known[name].why, known[name].place)
        for change in changes
        for name, matched in change.triggers
    ]
    return sorted(found, key=lambda hit: (order[hit.id], hit.path))
