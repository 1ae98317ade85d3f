"""Merges: what git makes of two parents by itself is no work of whoever merged; everything else is."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.finding import Finding

_SHOWN = 5


def evil_findings(snapshot: Snapshot, level: int) -> list[Finding]:
    """The files that a merge changes although git would have merged them; ``level`` is what that counts as.

    They are judged like the changes of any commit. That they stand in a merge, where hardly anybody looks, is said on
    top. Where the parents conflict somebody had to edit, so those files are not named.
    """
    if len(snapshot.parents) < 2:
        return []
    made = {row.path for row in snapshot.touched_process} | {change.path for change in snapshot.touched}
    paths = sorted(made.difference(snapshot.conflicting))
    if not paths:
        return []
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return [
        Finding(
            "merge/evil",
            level,
            f"this merge is not what git makes of its parents: it edits {', '.join(paths[:_SHOWN])}{more}",
            "merge without editing, and make the change in a commit of its own",
            paths[0],
        )
    ]
