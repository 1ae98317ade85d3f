"""What to do next about the review of one area."""

from __future__ import annotations

from commitgate.judge.approvals import last_decision
from commitgate.judge.awaited import awaited, next_reviewer
from commitgate.judge.binding import area_token
from commitgate.judge.review_gate import AreaReview
from commitgate.judge.stages import Box
from commitgate.judge.unrecorded import commit_command
from commitgate.judge.verdict import Verdict
from commitgate.judge.verdicts import find_reviewer
from commitgate.policy.model import Policy

COMPLETE = "complete-stage"
WRITE = "derive-approvals"


def review_advice(
    policy: Policy, verdict: Verdict, box: Box, review: AreaReview
) -> tuple[str, str, str, str, str, str]:
    """(kind, stage, gate, role, reason, command)."""
    place = (box.stage, box.stage_id)
    if review.status == "PASS":
        return (
            WRITE,
            *place,
            "reviewers",
            f"{review.area} is approved; its gate does not say so yet",
            "git gate derive",
        )
    waits = awaited(policy, verdict.history, review)
    reason = f"{review.area} has {len(review.approvals)} of {review.required} approvals and awaits {waits}"
    look = f"git gate why approval {review.area}"
    if review.requested and not _changed_since(policy, verdict, review):
        role = next((one.role for one in policy.areas if one.name == review.area), "the authors")
        reason = f"{', '.join(review.requested)} asks for changes to {review.area}"
        decided = last_decision(verdict.snapshot, verdict.history, box.stage_id)
        return (COMPLETE, *place, role, f"{reason}; decided: {decided}" if decided else reason, look)
    dirty = sorted(change.path for change in verdict.snapshot.touched if change.area == review.area)
    if dirty:
        reason += f"; a review is of what is committed, and {dirty[0]} is not"
        return (COMPLETE, *place, "the authors", reason, commit_command(dirty))
    reviewer = next_reviewer(policy, verdict.history, review)
    if not reviewer:
        return (COMPLETE, *place, "reviewers", reason, look)
    waiting = _waiting(policy, verdict, reviewer, review.area)
    reason += f"; {waiting} waits for the verdict" if waiting else ""
    return (COMPLETE, *place, reviewer, reason, f"git gate review {review.area} --as {reviewer}")


def _waiting(policy: Policy, verdict: Verdict, name: str, area: str) -> str:
    """``path:line`` of the reviewer's section on the change as it is now, when only the verdict is missing in it."""
    now = area_token(policy, verdict.snapshot, area)
    for path, written, facts in verdict.snapshot.reviews():
        reviewer = find_reviewer(policy, written)
        for section in facts.sections if reviewer is not None and reviewer.name == name else ():
            if section.area == area and not section.verdict and section.reviewed == now:
                return f"{path}:{section.line}"
    return ""


def _changed_since(policy: Policy, verdict: Verdict, review: AreaReview) -> bool:
    """Whether every standing change request was made on another state of the area than the one there is now."""
    now = area_token(policy, verdict.snapshot, review.area)
    history = verdict.history
    tokens = [
        token for veto, token in history.vetoes.items() if veto[2] == review.area and veto not in history.answered
    ]
    return bool(tokens) and now not in tokens
