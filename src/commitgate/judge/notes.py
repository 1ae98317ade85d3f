"""The short notes of the status table, and the warnings that gates carry forward."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.judge.binding import fired
from commitgate.judge.ledger import History
from commitgate.judge.stages import PASSED, Board, Box

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.judge.review_gate import AreaReview


def notes(snapshot: Snapshot, history: History, reviews: tuple[AreaReview, ...], box: Box) -> tuple[str, ...]:
    """What is worth knowing of one stage in a few words; the reason first when it is not PASS."""
    gate = snapshot.gates().get(box.stage_id)
    found = [] if box.state == PASSED or not box.why else [box.why]
    if box.stage == "peer-review":
        found += _review_notes(history, reviews, box)
    elif gate is not None and box.good:
        found += _gate_notes(snapshot, gate)
    return tuple(found)


def _gate_notes(snapshot: Snapshot, gate: GateFacts) -> list[str]:
    fields = gate.fields
    if gate.stage == "stage-05-security":
        return [f"{', '.join(fired(snapshot)) or 'nothing'} triggered"]
    if gate.number == "01":
        return [_count(fields.get("acceptance_criteria_count"), "criterion", "criteria")]
    if gate.number == "02":
        return [_count(fields.get("adr_count"), "ADR", "ADRs")]
    if gate.number == "03":
        answered = [one.answer for one in snapshot.context.questions if one.answer] if snapshot.context else []
        return [answered[-1]] if answered else []
    if gate.number == "07":
        if fields.get("auto_from_stage_04") is True:
            return ["folded from the build"]
        return [f"{fields.get('tests_passed')}/{fields.get('tests_total')} pass"]
    if gate.number == "08":
        if fields.get("auto_from_stage_07") is True:
            return ["signed off from stage-07"]
        return ["smoke tests pass"] if fields.get("smoke_test_passed") is True else []
    if gate.number == "09":
        promoted = fields.get("lessons_promoted")
        return [f"{_count(len(promoted), 'lesson', 'lessons')} promoted"] if isinstance(promoted, list) else []
    return []


def _review_notes(history: History, reviews: tuple[AreaReview, ...], box: Box) -> list[str]:
    review = next((one for one in reviews if one.area == box.area), None)
    if review is None:
        return []
    resolved = [one for one in history.escalations.values() if one.stage_id == box.stage_id]
    settled = len({one.reason for one in resolved}) - len({one.reason for one in review.escalations})
    found = [f"approved by {', '.join(review.approvals)}"] if review.approvals and box.state == PASSED else []
    return [*found, f"{_count(settled, 'escalation', 'escalations')} resolved"] if settled > 0 else found


def _count(number: object, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def labels(board: Board) -> dict[str, str]:
    """``01``, ``04a``, ``04b``, ``05a`` …: the short name of every row, by stage id."""
    numbers = [box.stage_id.removeprefix("stage-")[:2] for box in board.boxes]
    found = {}
    for position, (box, number) in enumerate(zip(board.boxes, numbers, strict=True)):
        if numbers.count(number) == 1:
            found[box.stage_id] = number
        else:
            found[box.stage_id] = number + chr(ord("a") + numbers[:position].count(number))
    return found
