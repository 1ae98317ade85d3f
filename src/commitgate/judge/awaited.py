"""Who is asked next in a peer review: the words for it, and the reviewers who could still help."""

from __future__ import annotations

from commitgate.judge.identity import is_person
from commitgate.judge.ledger import History
from commitgate.judge.review_gate import IDENTITY, SAME_PERSON, STALE, UNBOUND, AreaReview
from commitgate.judge.verdicts import APPROVED
from commitgate.policy.model import Policy, Reviewer


def contribution(history: History, reviewer: Reviewer, area: str) -> str:
    """``name <e-mail>`` under which the reviewer changed the area in this branch; "" when they did not."""
    found = next((one for one in history.contributors.get(area, ()) if is_person(reviewer, one)), None)
    return f"{found.name} <{found.email}>" if found is not None else ""


def eligible(policy: Policy, history: History, area: str) -> tuple[str, ...]:
    """The reviewers whose approval of the area could count: not its own, and nobody who wrote part of the change."""
    return tuple(one.name for one in policy.reviewers if area not in one.areas and not contribution(history, one, area))


def outdated(review: AreaReview) -> tuple[str, ...]:
    """Reviewers who approved an earlier state, or one that is not known any more."""
    return tuple(
        one.entry.reviewer for one in review.verdicts if one.state in (STALE, UNBOUND) and one.entry.verdict == APPROVED
    )


def next_reviewer(policy: Policy, history: History, review: AreaReview) -> str:
    """The one to ask first: who requested changes, who approved an earlier state, who else may; "" for nobody."""
    open_to = [name for name in eligible(policy, history, review.area) if name not in review.approvals]
    first = [name for name in (*review.requested, *outdated(review)) if name in open_to]
    return next(iter(first if review.requested else (*first, *open_to)), "")


def awaited(policy: Policy, history: History, review: AreaReview) -> str:
    """What the review of an area still waits for, in words; "" when it is PASS."""
    if review.status == "PASS":
        return ""
    if review.escalations:
        return f"a decision: {review.escalations[0].command}"
    if review.requested:
        return f"{', '.join(review.requested)}, who requested changes"
    missing = review.required - len(review.approvals)
    open_to = [name for name in eligible(policy, history, review.area) if name not in review.approvals]
    again = [name for name in outdated(review) if name in open_to]
    others = [name for name in open_to if name not in again]
    if len(again) >= missing:
        return f"{', '.join(again)}, who approved an earlier state"
    words = [f"{', '.join(again)} again"] if again else []
    if others:
        words.append(f"{missing - len(again)} of {', '.join(others)}")
    foreign = [one.entry.reviewer for one in review.verdicts if one.state in (IDENTITY, SAME_PERSON)]
    aside = f" (not counted: {', '.join(foreign)}; see git gate why approval {review.area})" if foreign else ""
    return (", and ".join(words) or "a reviewer who did not write this change") + aside
