"""The status table for people: one row for each gate, then the warnings that gates carry forward."""

from __future__ import annotations

from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHOWN = {
    "pass": "PASS",
    "fail": "FAIL",
    "escalate": "ESCALATE",
    "stale": "STALE",
    "open": "open",
    "waiting": "waiting",
    "missing": "·",
    "skipped": "not needed",
}
_NOTE_WIDTH = 60


def table(data: dict[str, Any], colour: Colours) -> str:
    """The table of :func:`commitgate.report.status.status_data`, for data with a run."""
    feature = neutral(data["run"]["feature"])
    rows = [(f"{row['label']:<4}{neutral(row['name'])}", row) for row in data["stages"]]
    width = max([30, *(len(name) + 2 for name, _ in rows)])
    roles = max([14, *(len(row["role"]) + 2 for _, row in rows)])
    rule = width + 12 + roles + 22
    lines = [
        colour.bold(f"Pipeline status — {feature}") + f"   (track {data['run']['track']})",
        "=" * rule,
        f"{'Stage':<{width}}{'Status':<12}{'Role':<{roles}}Notes",
        "-" * rule,
    ]
    for name, row in rows:
        shown = f"{_SHOWN[row['state']]:<12}"
        painted = _paint(row["state"], shown, colour)
        waits = [f"waits for {', '.join(row['waits_for'])}"] if row["waits_for"] else []
        note = neutral("; ".join((*row["notes"], *waits)), _NOTE_WIDTH)
        lines.append(f"{name:<{width}}{painted}{neutral(row['role']):<{roles}}{note}".rstrip())
    lines.append("-" * rule)
    warnings = data["warnings"]
    if warnings:
        lines.append(f"{len(warnings)} warning{'s' if len(warnings) != 1 else ''} carried forward:")
        lines += [f"  {one['stage']}: {neutral(one['text'])}" for one in warnings]
    return "\n".join(lines) + "\n"


def _paint(state: str, text: str, colour: Colours) -> str:
    if state == "pass":
        return colour.good(text)
    if state in ("fail", "escalate"):
        return colour.error(text)
    if state == "stale":
        return colour.warning(text)
    return colour.dim(text) if state in ("missing", "skipped") else text
