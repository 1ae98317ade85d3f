"""Why each verdict on an area counts or does not, and what the review still waits for."""

from __future__ import annotations

from commitgate.judge.awaited import awaited, eligible, next_reviewer
from commitgate.judge.review_gate import (
    CONTRIBUTOR,
    COUNTED,
    IDENTITY,
    MIXED,
    OWN_AREA,
    SAME_PERSON,
    STALE,
    UNBOUND,
    AreaReview,
    Counted,
)
from commitgate.judge.verdict import Verdict
from commitgate.judge.verdicts import CHANGES_REQUESTED, find_reviewer
from commitgate.judge.why import Because, Reason
from commitgate.policy.model import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.policy.places import Places

_RULES = {
    STALE: "review/stale",
    UNBOUND: "review/unbound",
    OWN_AREA: "review/own-area",
    CONTRIBUTOR: "review/contributor",
    MIXED: "review/mixed-commit",
    IDENTITY: "review/identity",
    SAME_PERSON: "review/identity",
}


def of_approval(policy: Policy, verdict: Verdict, review: AreaReview, places: Places) -> Because:
    """The review of one area: verdict by verdict, then what is missing."""
    reasons = [_verdict(policy, verdict, review, one, places) for one in review.verdicts]
    reasons += [
        Reason("escalation/open", f"{one.by} escalates: {one.told}", one.role, one.command)
        for one in review.escalations
    ]
    given = {one.entry.reviewer for one in review.verdicts if one.entry.verdict == CHANGES_REQUESTED}
    for name in review.requested:
        if name not in given:
            fact = f"{name} requested changes earlier; taking the section away does not answer it"
            reasons.append(Reason("review/changes-requested", fact, name, _renew(review, name)))
    reasons.append(_count(policy, verdict, review, places))
    by_name = [one.entry.reviewer for one in review.verdicts if one.state == COUNTED and _level(policy, one) == "named"]
    if by_name:
        fact = f"{', '.join(by_name)}: known by the name of the file alone, so the separation of people is by name only"
        reasons.append(Reason("", fact, place=places.reviewers()))
    what = f"{len(review.approvals)} of {review.required} approvals"
    return Because(f"approval {review.area}", f"{review.status}, {what}", tuple(reasons))


def _level(policy: Policy, one: Counted) -> str:
    reviewer = find_reviewer(policy, one.entry.reviewer)
    return reviewer.level if reviewer is not None else ""


def _renew(review: AreaReview, name: str) -> str:
    return f"git gate review {review.area} --as {name}"


def _verdict(policy: Policy, verdict: Verdict, review: AreaReview, one: Counted, places: Places) -> Reason:
    who = one.entry.reviewer
    where = f"{one.entry.path}:{one.line}"
    if one.entry.verdict == CHANGES_REQUESTED:
        if who not in review.requested:
            return Reason(
                "",
                f"{who} requested changes ({where}), and a release role has answered",
                place=places.review("release"),
            )
        said = "; ".join(one.entry.section.blockers)
        fact = f"{who} requests changes ({where}){f': {said}' if said else ''}; it stands until {who} answers it"
        mend = f"mend {review.area} and commit; then {_renew(review, who)}"
        return Reason("review/changes-requested", fact, next(iter(_authors(policy, review)), ""), mend)
    if one.state == COUNTED:
        return Reason("", f"{who} approves, and it counts: {one.why} ({where})")
    mend = one.command
    asked = who
    if one.state in (OWN_AREA, CONTRIBUTOR, SAME_PERSON):
        taken = (who, *review.approvals)
        others = [name for name in eligible(policy, verdict.history, review.area) if name not in taken]
        asked = next(iter(others), "a reviewer of another area")
        mend = _renew(review, asked) if others else "git gate status"
    place = places.area(review.area) if one.state == OWN_AREA else places.reviewers()
    if one.state == CONTRIBUTOR:
        place = places.review("contributors")
    return Reason(_RULES[one.state], f"{who} approves, and it does not count: {one.why} ({where})", asked, mend, place)


def _authors(policy: Policy, review: AreaReview) -> list[str]:
    return [area.role for area in policy.areas if area.name == review.area]


def _count(policy: Policy, verdict: Verdict, review: AreaReview, places: Places) -> Reason:
    place = places.review("matrix" if review.shape == "matrix" else "scoped")
    shape = "several reviewed areas change" if review.shape == "matrix" else f"the review is {review.shape}"
    wanted = "1 approval is" if review.required == 1 else f"{review.required} approvals are"
    fact = f"{wanted} required: {shape}"
    waits = awaited(policy, verdict.history, review)
    if not waits:
        return Reason("", fact, place=place)
    name = next_reviewer(policy, verdict.history, review)
    command = _renew(review, name) if name and not review.escalations else "git gate next"
    return Reason("review/insufficient", f"{fact}; it awaits {waits}", name, command, place)
