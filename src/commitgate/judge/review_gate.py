"""The derived gate of one reviewed area: what the verdicts add up to, and comparing that with a written gate."""

from __future__ import annotations

from commitgate.judge.ledger import Escalation
from commitgate.judge.verdicts import APPROVED, CHANGES_REQUESTED, Entry
from commitgate.policy.model import Track
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COUNTED = "counted"
STALE = "stale"
UNBOUND = "unbound"
OWN_AREA = "own-area"
CONTRIBUTOR = "contributor"
MIXED = "mixed-commit"
IDENTITY = "identity"
SAME_PERSON = "same-person"

_NOT_COUNTED = {
    STALE: "approved an earlier state of this change",
    UNBOUND: "approved, but on a change that is not known any more",
    OWN_AREA: "does not review their own area",
    CONTRIBUTOR: "wrote part of this change",
    MIXED: "approved in a commit that also changes the area",
    IDENTITY: "the approval was committed by somebody else",
    SAME_PERSON: "committed by a person whose approval counts under another name already",
}


class Counted(Record):
    """One verdict and whether it counts. ``why`` is a sentence; ``command`` renews the verdict."""

    entry: Entry
    state: str  # COUNTED or the reason why not
    why: str
    command: str
    line: int


class AreaReview(Record):
    """Everything about the review of one area, and the fields of its derived gate (without timestamps)."""

    area: str
    shape: str
    required: int
    verdicts: tuple[Counted, ...]
    approvals: tuple[str, ...]
    requested: tuple[str, ...]  # reviewers whose change request stands
    escalations: tuple[Escalation, ...]  # without a decision
    status: str
    failure_reason: str
    gate: dict[str, Any]


def derived_gate(
    track: Track, review: AreaReview, entries: dict[tuple[str, str], Entry], subject: dict[str, Any]
) -> dict[str, Any]:
    """The derived gate's fields, in order; "timestamp" is the writer's and stands empty."""
    blockers: list[str] = []
    for who in review.requested:
        entry = entries.get((who, review.area))
        said = entry.section.blockers if entry is not None and entry.verdict == CHANGES_REQUESTED else ()
        if entry is None or entry.verdict != CHANGES_REQUESTED:
            said = (f"{who} requested changes; taking the section away does not answer it",)
        blockers += [f"{who}: {text}" for text in said] or [f"{who} requests changes"]
    missing = review.required - len(review.approvals)
    if missing > 0 and review.status != "PASS":
        blockers.append(f"{len(review.approvals)} of {review.required} approvals")
        # Only what stays true under amend and rebase: no commit ids, unlike in Counted.why.
        blockers += [
            f"{one.entry.reviewer}: {_NOT_COUNTED[one.state]}"
            for one in review.verdicts
            if one.state != COUNTED and one.entry.verdict == APPROVED
        ]
    gate: dict[str, Any] = {
        "stage": f"stage-06-{review.area}",
        "status": review.status,
        "agent": "commitgate",
        "track": track.name,
        "timestamp": "",
        "area": review.area,
        "review_shape": review.shape,
        "required_approvals": review.required,
        "approvals": list(review.approvals),
        "changes_requested": [{"reviewer": who, "timestamp": ""} for who in review.requested],
        "escalated_to_principal": bool(review.escalations),
        "blockers": [] if review.status == "PASS" else blockers,
        "warnings": [],
    }
    if review.status == "FAIL":
        gate["failure_reason"] = review.failure_reason
    if review.escalations:
        first = review.escalations[0]
        gate["escalation_reason"] = "; ".join(dict.fromkeys(one.reason for one in review.escalations))
        gate["decision_needed"] = "; ".join(
            dict.fromkeys(one.decision_needed for one in review.escalations if one.decision_needed)
        )
        gate["options"] = list(dict.fromkeys(option for one in review.escalations for option in one.options))
        gate["escalated_by"] = first.by
    gate["evidence"] = [
        {"reviewer": one.entry.reviewer, "file": one.entry.path, "token": subject["token"]}
        for one in review.verdicts
        if one.state == COUNTED and one.entry.verdict == APPROVED
    ]
    gate["subject"] = subject
    return gate


def same_gate(written: dict[str, Any], derived: dict[str, Any]) -> bool:
    """Whether a written derived gate says what was derived; timestamps are not compared."""
    return _without_times(written) == _without_times(derived)


def differences(written: dict[str, Any], derived: dict[str, Any]) -> list[str]:
    """The keys that differ, sorted."""
    mine, right = _without_times(written), _without_times(derived)
    return sorted(key for key in mine.keys() | right.keys() if mine.get(key) != right.get(key))


def _without_times(gate: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in gate.items() if key != "timestamp"}
    requested = plain.get("changes_requested")
    if isinstance(requested, list):
        plain["changes_requested"] = [
            {key: value for key, value in one.items() if key != "timestamp"} if isinstance(one, dict) else one
            for one in requested
        ]
    return plain
