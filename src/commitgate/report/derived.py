"""Derived gates in words: one line for each area."""

from __future__ import annotations

from commitgate.judge.awaited import awaited
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.report.text import neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.working.derived import Planned


def derived_line(policy: Policy, verdict: Verdict, one: Planned, change: str) -> str:
    """``<path>: written, FAIL, 1 of 2 approvals (frontend); awaits …``; ``change``: what became of the file."""
    review = one.review
    names = f" ({', '.join(review.approvals)})" if review.approvals else ""
    line = f"{one.path}: {change}, {review.status}, {len(review.approvals)} of {review.required} approvals{names}"
    waits = awaited(policy, verdict.history, review)
    return neutral(f"{line}; awaits {waits}" if waits else line)
