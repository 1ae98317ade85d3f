"""A verdict as rows of plain data: the run, and its stages with what each waits for."""

from __future__ import annotations

from commitgate.judge.notes import labels, notes
from commitgate.judge.places import waits_for
from commitgate.judge.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.policy.model import Policy


def run_data(verdict: Verdict) -> dict[str, str] | None:
    """The active run, or None."""
    return {"id": verdict.run, "feature": verdict.feature, "track": verdict.track} if verdict.run else None


def stage_data(verdict: Verdict) -> list[dict[str, Any]]:
    """One row for each gate of the track; [] without a run."""
    if verdict.board is None:
        return []
    gates = verdict.snapshot.gates()
    board = verdict.board
    rows = []
    for box in board.boxes:
        gate = gates.get(box.stage_id)
        rows.append(
            {
                "stage": box.stage_id,
                "name": box.title,
                "state": box.state,
                "role": gate.agent if gate is not None and gate.agent and box.stage != "peer-review" else box.role,
                "needs": [one.stage_id for one in board.boxes if one.stage in board.needs[box.stage]],
                "notes": list(notes(verdict.snapshot, verdict.history, verdict.reviews, box)),
            }
        )
    return rows


def placed_stages(policy: Policy, verdict: Verdict) -> list[dict[str, Any]]:
    """The same rows with their short labels, and what each waits for."""
    board = verdict.board
    if board is None:
        return []
    short = labels(board)
    return [
        {"label": short[box.stage_id], **row, "waits_for": list(waits_for(policy, verdict, box))}
        for box, row in zip(board.boxes, stage_data(verdict), strict=True)
    ]
