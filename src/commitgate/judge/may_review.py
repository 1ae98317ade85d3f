"""May this reviewer review this area now? Asked before a section is written, so that nobody reads in vain."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.finding import BLOCKED, WARNING, Finding
from commitgate.judge.awaited import contribution, eligible
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy, Reviewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

APPROVAL = "approval"  # or nothing decided yet: it has to be able to count
OBJECTION = "objection"  # a change request counts at any time, whoever makes it


def obstacles(
    policy: Policy,
    head: Verdict,
    here: Verdict,
    uncommitted: Iterable[Snapshot],
    reviewer: Reviewer,
    area: str,
    wish: str,
) -> list[Finding]:
    """Why the reviewer may not give a verdict on the area of HEAD; warnings are no obstacle.

    ``here`` is the verdict on the work tree; ``uncommitted`` are the sides that may differ from HEAD.
    """
    found = _identity(policy, head, reviewer, area) if wish == APPROVAL else []
    if all(review.area != area for review in head.reviews):
        found.append(
            Finding(
                "review/no-change",
                BLOCKED,
                f"HEAD changes nothing in {area}: there is nothing to review",
                "git gate next",
            )
        )
    dirty = sorted({change.path for side in uncommitted for change in side.touched if change.area == area})
    if dirty:
        more = f" and {len(dirty) - 3} more" if len(dirty) > 3 else ""
        found.append(
            Finding(
                "review/uncommitted",
                BLOCKED,
                f"a review is of what is committed, and {area} has changes that are not: {', '.join(dirty[:3])}{more}",
                f"git stash push --include-untracked -- {dirty[0]}; or commit them first",
            )
        )
    return found + _order(policy, head, here, wish)


def _identity(policy: Policy, head: Verdict, reviewer: Reviewer, area: str) -> list[Finding]:
    others = ", ".join(eligible(policy, head.history, area)) or "nobody"
    if area in reviewer.areas:
        message = f"{reviewer.name} does not review {area}, which is their own area: the approval would not count"
        return [Finding("review/own-area", BLOCKED, message, f"who may: {others}")]
    who = contribution(head.history, reviewer, area)
    if who:
        message = f"{reviewer.name} wrote part of this change to {area} ({who}): the approval would not count"
        return [Finding("review/contributor", BLOCKED, message, f"who may: {others}")]
    return []


def _order(policy: Policy, head: Verdict, here: Verdict, wish: str) -> list[Finding]:
    stage = next((one.name for one in policy.tracks[head.track].stages if one.derived), "")
    if not stage:
        return [Finding("review/no-stage", BLOCKED, f"the track {head.track} has no peer review", "git gate next")]
    if any(one.board is not None and one.board.open.get(stage) for one in (head, here)):
        return []
    lacking = "; ".join(head.board.lacking.get(stage, ())) if head.board is not None else ""
    if wish == OBJECTION:
        return [
            Finding(
                "review/not-open", WARNING, f"{stage} is not open yet, but a change request is never early: {lacking}"
            )
        ]
    return [
        Finding(
            "review/not-open", BLOCKED, f"{stage} is not open yet: {lacking}", "git gate next says what comes first"
        )
    ]
