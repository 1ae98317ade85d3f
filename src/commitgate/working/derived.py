"""The derived gates of the work tree: what they should say, and writing what differs.

A gate that already says what is derived is left alone, byte for byte, whatever its timestamps and its layout.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.documents.gate import render
from commitgate.facts import Snapshot
from commitgate.judge.review_gate import AreaReview, same_gate
from commitgate.judge.verdict import Verdict
from commitgate.policy.layout import gate_path
from commitgate.record import Record
from commitgate.working.run_folder import RunFolder, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Planned(Record):
    """One derived gate. ``data`` is None when the file says so already."""

    review: AreaReview
    path: str  # from the repository's root
    data: bytes | None


def plan(verdict: Verdict, now: int) -> tuple[Planned, ...]:
    """What the derived gates of a side must become. ``now`` (epoch seconds) goes into what has no timestamp yet."""
    return tuple(_planned(verdict.snapshot, review, timestamp(now)) for review in verdict.reviews)


def left_over(verdict: Verdict) -> list[str]:
    """Paths of derived gates for areas that have neither a change nor a verdict (any more)."""
    known = {review.area for review in verdict.reviews}
    gates = verdict.snapshot.gates()
    return [
        gate_path(verdict.snapshot.root, stage_id)
        for stage_id, gate in sorted(gates.items())
        if gate.number == "06" and gate.suffix not in known
    ]


def apply(folder: RunFolder, planned: tuple[Planned, ...]) -> None:
    """Write what differs; to be called inside the lock that the plan was made in."""
    for one in planned:
        if one.data is not None:
            folder.write(one.path, one.data)


def _planned(snapshot: Snapshot, review: AreaReview, when: str) -> Planned:
    stage_id = f"stage-06-{review.area}"
    path = gate_path(snapshot.root, stage_id)
    written = snapshot.gates().get(stage_id)
    if (
        written is not None
        and not any(one.level for one in written.findings)
        and same_gate(written.fields, review.gate)
    ):
        return Planned(review, path, None)
    since = _requests(written)
    fields = {
        **review.gate,
        "timestamp": when,
        "changes_requested": [
            {**one, "timestamp": since.get(one["reviewer"], when)} for one in review.gate["changes_requested"]
        ],
    }
    return Planned(review, path, render(fields))


def _requests(written: GateFacts | None) -> dict[str, Any]:
    """Since when a reviewer's change request stands, as the gate of before tells it."""
    if written is None or any(one.level for one in written.findings):
        return {}
    return {one["reviewer"]: one["timestamp"] for one in written.fields.get("changes_requested", ())}
