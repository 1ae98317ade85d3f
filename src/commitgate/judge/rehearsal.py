"""A made-up change under a policy: its areas, its triggers, the approvals it needs, and whether it has them.

Nothing is counted here. The case becomes a history of commits, the change first and then each verdict in a commit of
its own, and the judge counts it as it counts any other.
"""

from __future__ import annotations

from commitgate.documents.facts import ReviewFacts, ReviewSection, RunFacts
from commitgate.facts import Snapshot, classified
from commitgate.judge.approvals import reviews
from commitgate.judge.binding import area_token, fired
from commitgate.judge.history import extend
from commitgate.judge.ledger import EMPTY
from commitgate.judge.verdicts import CHANGES_REQUESTED, find_reviewer
from commitgate.objects import ABSENT, NOBODY, PLAIN, Person, Row
from commitgate.policy.layout import REVIEWS, RUN_FILE
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from commitgate.policy.cases import Case, Expected, Said
    from commitgate.policy.model import PathClass

_ROOT = "pipeline"
_RUN = "rehearsal"


class Outcome(Record):
    """What the judge makes of a case. ``required`` and ``approved`` are by area; ``why`` says what does not count."""

    areas: tuple[str, ...]
    triggers: tuple[str, ...]
    track_suffices: bool
    required: dict[str, int]
    approved: dict[str, bool]
    why: dict[str, tuple[str, ...]]


def rehearse(policy: Policy, case: Case, classify: Callable[[str], PathClass]) -> Outcome:
    """Judge a case whose track, areas and reviewers the policy knows; ``classify`` is what it says about a path."""
    track, author = case.track, case.author
    name = policy.tracks[track]
    rows = ((Row(path, ABSENT, "0" * 40, PLAIN, "1" * 40), classify(path)) for path in dict.fromkeys(case.changed))
    delta = classified(policy, rows, track)
    documents: dict[str, Any] = {f"{_ROOT}/{RUN_FILE}": RunFacts(_RUN, "A case", track, "", (), {})}
    now = Snapshot("0", (), author, author, (), _ROOT, {}, dict(documents), delta, delta, ())
    history = extend(policy, EMPTY, now, ())
    for number, one in enumerate(case.said, 1):
        path = f"{_ROOT}/{REVIEWS}by-{one.reviewer}.md"
        documents[path] = _with(documents.get(path), one, area_token(policy, now, one.area))
        row = Row(path, ABSENT, "", PLAIN, "")
        person = _speaker(policy, one)
        before, now = (
            now,
            Snapshot(
                str(number), (), person, person, (), _ROOT, {}, dict(documents), delta, (), (row,), _key(policy, one)
            ),
        )
        history = extend(policy, history, now, (before,))
    found = reviews(policy, name, now, history)
    triggers = tuple(fired(now))
    return Outcome(
        tuple(sorted({change.area for change in delta if change.area})),
        triggers,
        not any(trigger in name.too_light_for for trigger in triggers),
        {review.area: review.required for review in found},
        {review.area: review.status == "PASS" for review in found},
        {review.area: tuple(f"{one.entry.reviewer}: {one.why}" for one in review.verdicts) for review in found},
    )


def differences(expected: Expected, found: Outcome) -> list[str]:
    """Where the outcome is not what was expected, one line for each; [] when the case passes."""
    lines = _lists("areas", expected.areas, found.areas) + _lists("triggers", expected.triggers, found.triggers)
    if expected.track_suffices not in (None, found.track_suffices):
        lines.append(_unlike("track_suffices", _yes(bool(expected.track_suffices)), _yes(found.track_suffices)))
    for area, number in expected.required.items():
        if found.required.get(area, 0) != number:
            lines.append(_unlike(f"required.{area}", str(number), str(found.required.get(area, 0))))
    approved = expected.approved
    if isinstance(approved, bool):
        wanted = dict.fromkeys(found.approved, True) if approved else {}
        if not approved and all(found.approved.values()):
            lines.append(_unlike("approved", "no", "yes"))
    else:
        wanted = approved or {}
    for area, answer in wanted.items():
        if found.approved.get(area, False) is not answer:
            why = "; ".join(found.why.get(area, ())) or (
                "no verdict" if area in found.approved else "nothing to review"
            )
            lines.append(f"{_unlike(f'approved.{area}', _yes(answer), _yes(not answer))} ({why})")
    return lines


def _lists(key: str, expected: tuple[str, ...] | None, found: tuple[str, ...]) -> list[str]:
    if expected is None or set(expected) == set(found):
        return []
    parts = (("missing", set(expected) - set(found)), ("not expected", set(found) - set(expected)))
    return [f"{key}: " + "; ".join(f"{word} {', '.join(sorted(names))}" for word, names in parts if names)]


def _unlike(key: str, expected: str, found: str) -> str:
    return f"{key}: expected {expected}, found {found}"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _with(known: ReviewFacts | None, said: Said, token: str) -> ReviewFacts:
    """The reviewer's file with this verdict in the place of an earlier one on the area."""
    blockers = ("as the case says",) if said.verdict == CHANGES_REQUESTED else ()
    section = ReviewSection(said.area, 1, said.verdict, 1, token, blockers, (), (), (), (), (), ())
    kept = tuple(one for one in (known.sections if known is not None else ()) if one.area != said.area)
    return ReviewFacts((*kept, section), ())


def _speaker(policy: Policy, said: Said) -> Person:
    """Who commits a verdict: the reviewer, unless the case names an address of somebody else."""
    reviewer = find_reviewer(policy, said.reviewer)
    if said.email or reviewer is None:
        return Person(said.email.partition("@")[0], said.email) if said.email else NOBODY
    return Person(reviewer.name, next(iter(reviewer.emails), ""))


def _key(policy: Policy, said: Said) -> str:
    """The key that the commit is signed with: the reviewer's own, when nobody else commits it."""
    reviewer = find_reviewer(policy, said.reviewer)
    return next(iter(reviewer.keys), "") if reviewer is not None and not said.email else ""
