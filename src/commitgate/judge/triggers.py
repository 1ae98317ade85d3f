"""Fired security triggers, one row for each trigger and path, or line."""

from __future__ import annotations

from commitgate.facts import Change
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commitgate.documents.facts import LineHit


class Hit(Record):
    """One trigger on one path. ``place``: where the policy defines it.

    ``line`` is 0 for what the path alone or the file as a whole fires; of a removed line it is that of the old file.
    """

    id: str
    path: str
    line: int
    pattern: str
    why: str
    place: str
    removed: bool = False


def hits(policy: Policy, changes: Iterable[Change], lines: Mapping[str, tuple[LineHit, ...]]) -> list[Hit]:
    """What fires in the changes, by name and by ``lines`` (by path): in the policy's order, then by path and line."""
    order = {trigger.id: position for position, trigger in enumerate(policy.triggers)}
    known = {trigger.id: trigger for trigger in policy.triggers}
    found = []
    for change in changes:
        for name, matched in change.triggers:
            found.append(Hit(name, change.path, 0, matched, known[name].why, known[name].place))
        for one in lines.get(change.path, ()):
            rule = known[one.trigger]
            why = f"{rule.why} (removed; the line is that of the old file)" if one.removed else rule.why
            found.append(Hit(rule.id, change.path, one.line, one.pattern, why.strip(), rule.place, one.removed))
    return sorted(found, key=lambda hit: (order[hit.id], hit.path, hit.removed, hit.line))
