"""Fired security triggers as text and as data."""

from __future__ import annotations

from commitgate.judge.triggers import Hit
from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REQUIRED = "SECURITY_REVIEW: required"
SKIP = "SECURITY_REVIEW: skip"
_SHOWN = 10  # paths of one trigger


def security_text(hits: list[Hit], colour: Colours) -> str:
    """The answer on the first line, then every trigger with its paths and the place that defines it."""
    if not hits:
        return f"{SKIP}\n"
    lines = [colour.bold(REQUIRED)]
    for name in dict.fromkeys(hit.id for hit in hits):
        mine = [hit for hit in hits if hit.id == name]
        why = mine[0].why if not mine[0].removed else mine[0].why.partition(" (removed")[0]
        lines.append(f"{colour.warning(name)} {neutral(why)} {colour.dim(f'({neutral(mine[0].place)})')}")
        for hit in mine[:_SHOWN]:
            where = f"{neutral(hit.path)}:{hit.line}" if hit.line else neutral(hit.path)
            lines.append(f"    {where}{' (removed)' if hit.removed else ''}: {neutral(hit.pattern)}")
        if len(mine) > _SHOWN:
            lines.append(f"    and {len(mine) - _SHOWN} more")
    return "\n".join(lines) + "\n"


def security_data(hits: list[Hit]) -> dict[str, Any]:
    """What ``git gate security --format json`` prints."""
    triggers = [
        {"id": hit.id, "path": hit.path, "line": hit.line, "pattern": hit.pattern, "why": hit.why} for hit in hits
    ]
    return {"schema": 1, "required": bool(hits), "triggers": triggers}
