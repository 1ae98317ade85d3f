"""Folding history, commit by commit, parents first: what each tree adds to the ledger.

The tree being judged is folded in last, under the commit id "" while it is not committed yet.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.judge.binding import area_token, inputs, row_parts, select, token
from commitgate.judge.checkpoints import automatic_pass_obstacle
from commitgate.judge.identity import may_speak
from commitgate.judge.ledger import BLANK, RULING, Attempt, Book, Escalation, History, Passed, Verdict, join_books
from commitgate.judge.verdicts import CHANGES_REQUESTED, Entry, escalating, find_reviewer, read_verdicts
from commitgate.objects import Person
from commitgate.policy.layout import LESSONS_FILE, SECURITY_GATE, area_of
from commitgate.policy.model import Policy, Stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def fold(policy: Policy, books: dict[str, Book], snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> None:
    """Add one commit of a walk to the books, which have those of its parents already."""
    before = join_books(books.get(parent, BLANK) for parent in snapshot.parents)
    books[snapshot.commit] = turn_page(policy, before, snapshot, parents)


def decision_keys(snapshot: Snapshot) -> tuple[str, ...]:
    """Every decision and ruling of a tree, as comparable text."""
    context = snapshot.context
    if context is None:
        return ()
    decisions = [f"decision|{one.gate}|{one.when}|{one.text}" for one in context.decisions]
    rulings = [f"ruling|{one.topic}|{one.when}|{one.decision}" for one in context.rulings if one.decision]
    return tuple(decisions + rulings)


def people(snapshot: Snapshot, policy: Policy) -> tuple[Person, ...]:
    """Everyone whose work a commit is: author, co-authors, and the committer when the policy says so."""
    found = (snapshot.author, *snapshot.coauthors)
    return (*found, snapshot.committer) if policy.contributors == "committer" else found


def stage_of(policy: Policy, track: str, gate: GateFacts) -> Stage | None:
    """The stage of the track that a gate belongs to; None when the track has none."""
    known = policy.tracks.get(track)
    for stage in known.stages if known is not None else ():
        if area_of(stage, gate.stage) is not None:
            return stage
    return None


def turn_page(policy: Policy, before: Book, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> Book:
    """The book after ``snapshot``, given the joined book of its parents and the parents' trees."""
    name = snapshot.run.id if snapshot.run is not None else ""
    if not name or not snapshot.touched_process:
        known = _contributors(policy, before.contributors, snapshot)
        return before if known is before.contributors else before._replace(contributors=known)
    after = extend(policy, before.of(name), snapshot, parents)
    return Book(after.contributors, {**before.runs, name: after._replace(contributors={})})


def extend(policy: Policy, before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> History:
    """The history after ``snapshot``, given the joined history of its parents and the parents' trees."""
    known = _contributors(policy, before.contributors, snapshot)
    after = before if known is before.contributors else before._replace(contributors=known)
    if snapshot.run is None or not snapshot.touched_process:
        return after
    if snapshot.changes(LESSONS_FILE, parents):
        from commitgate.judge.lessons import learned  # most commits leave the lessons alone

        after = learned(after, snapshot, parents)
    after = _gates(policy, after, snapshot, parents)
    after = _reviews(policy, after, snapshot, parents)
    return _marks(policy, after, snapshot, parents)


def _contributors(
    policy: Policy, before: dict[str, tuple[Person, ...]], snapshot: Snapshot
) -> dict[str, tuple[Person, ...]]:
    """Who changed each area, this tree's people added; the very same dict when they were known."""
    areas = {change.area for change in snapshot.touched if change.area}
    who = people(snapshot, policy) if areas else ()
    changed = {}
    for area in areas:
        known = before.get(area, ())
        new = tuple(person for person in dict.fromkeys(who) if person not in known)
        if new:
            changed[area] = (*known, *new)
    return {**before, **changed} if changed else before


def _gates(policy: Policy, before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> History:
    run = snapshot.run
    assert run is not None
    held = {(stage_id, gate.payload) for parent in parents for stage_id, gate in parent.gates().items()}
    payloads, attempts = dict(before.payloads), dict(before.attempts)
    escalations = dict(before.escalations)
    vetoes, answered = before.security_vetoes, before.security_answered
    for stage_id, gate in snapshot.gates().items():
        stage = stage_of(policy, run.track, gate)
        if (stage_id, gate.payload) in held or (stage is not None and stage.derived):
            continue
        if gate.status == "ESCALATE":
            escalations[(snapshot.commit, stage_id, gate.payload)] = _authored_escalation(snapshot, stage_id, gate)
        if stage is None:
            continue
        bound = inputs(policy, snapshot, stage, stage_id, area_of(stage, stage_id) or "")
        from commitgate.judge.consistency import consistency  # only where a gate is new

        sound = not any(finding.level for finding in consistency(policy, snapshot, stage_id, gate, before))
        passed = Passed(snapshot.commit, snapshot.author, bound.digest, bound.parts, sound)
        key = (stage_id, gate.payload)
        payloads[key] = (*payloads.get(key, ()), passed)
        if gate.status:
            attempts[stage_id] = (*attempts.get(stage_id, ()), _attempt(snapshot, gate))
        if stage_id == SECURITY_GATE:
            product = area_token(policy, snapshot, "product")
            if gate.fields.get("veto") is True:
                vetoes = {**vetoes, snapshot.commit: product}
            elif gate.status == "PASS" and _speaks_for_security(policy, snapshot.author):
                lifted = {
                    veto: snapshot.commit for veto, was in vetoes.items() if veto not in answered and was != product
                }
                answered = {**answered, **lifted} if lifted else answered
    return before._replace(
        payloads=payloads,
        attempts=attempts,
        escalations=escalations,
        security_vetoes=vetoes,
        security_answered=answered,
    )


def _speaks_for_security(policy: Policy, author: Person) -> bool:
    emails = {email.casefold() for email in policy.security_role_emails}
    return not emails or author.email.casefold() in emails


def _attempt(snapshot: Snapshot, gate: GateFacts) -> Attempt:
    failing = gate.fields.get("failing_tests")
    tests = tuple(sorted(str(one) for one in failing)) if isinstance(failing, list) else ()
    return Attempt(snapshot.commit, gate.status, attempt_words(gate), tests)


def attempt_words(gate: GateFacts) -> str:
    """What an attempt says it does differently, so that only other words make another text."""
    text = str(gate.fields.get("this_attempt_differs_by") or "")
    if not text.isascii():
        from commitgate.documents.lookalike import visible

        text = visible(text)
    return " ".join(text.casefold().split())


def _authored_escalation(snapshot: Snapshot, stage_id: str, gate: GateFacts) -> Escalation:
    options = gate.fields.get("options")
    return Escalation(
        snapshot.commit,
        stage_id,
        str(gate.fields.get("escalation_reason") or "; ".join(gate.blockers) or "no reason given"),
        str(gate.fields.get("decision_needed") or ""),
        tuple(str(option) for option in options) if isinstance(options, list) else (),
        gate.agent,
        decision_keys(snapshot),
    )


def _reviews(policy: Policy, before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> History:
    entries, _ = read_verdicts(policy, snapshot)
    held: set[tuple[str, str, str, str]] = set()
    for parent in parents:
        held.update(entry.key for entry in read_verdicts(policy, parent)[0].values())
    verdicts, vetoes, answered = dict(before.verdicts), dict(before.vetoes), dict(before.answered)
    for entry in entries.values():
        if entry.key in held:
            continue
        given = introduced(policy, snapshot, entry)
        verdicts[entry.key] = (*verdicts.get(entry.key, ()), given)
        reviewer = find_reviewer(policy, entry.reviewer)
        if entry.verdict == CHANGES_REQUESTED:
            vetoes[(snapshot.commit, entry.reviewer, entry.area)] = given.token
        elif reviewer is not None and may_speak(policy, reviewer, given):
            releases = entry.reviewer in policy.release
            for veto in vetoes:
                _, whose, area = veto
                if area == entry.area and (whose == entry.reviewer or releases) and veto not in answered:
                    answered[veto] = snapshot.commit
    escalations = _review_escalations(policy, before, snapshot, parents)
    return before._replace(verdicts=verdicts, vetoes=vetoes, answered=answered, escalations=escalations)


def introduced(policy: Policy, snapshot: Snapshot, entry: Entry) -> Verdict:
    """The verdict as this tree introduces it."""
    run = snapshot.run
    rows = select(policy, snapshot.delta, entry.area)
    now = token(run.id if run else "", entry.area, rows)
    touches = any(change.area == entry.area for change in snapshot.touched)
    who = (snapshot.author, *snapshot.coauthors)
    mixed = touches and entry.token != now
    return Verdict(snapshot.commit, who, snapshot.signer, now, row_parts(rows), mixed)


def _review_escalations(
    policy: Policy, before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]
) -> dict[tuple[str, str, str], Escalation]:
    found = dict(before.escalations)
    held = {
        (reviewer, section.area, section.escalations)
        for parent in parents
        for reviewer, section in _sections(policy, parent)
    }
    for reviewer, section in _sections(policy, snapshot):
        if (reviewer, section.area, section.escalations) in held:
            continue
        reason = "; ".join(section.escalations)
        stage_id = f"stage-06-{section.area}"
        found[(snapshot.commit, stage_id, f"{reviewer}|{reason}")] = Escalation(
            snapshot.commit,
            stage_id,
            reason,
            "; ".join(section.decisions),
            section.options,
            reviewer,
            decision_keys(snapshot),
        )
    entries, _ = read_verdicts(policy, snapshot)
    for (reviewer, area), entry in entries.items():
        rounds = {was for (_, whose, where), was in before.vetoes.items() if (whose, where) == (reviewer, area)}
        held_keys = {one.key for parent in parents for one in read_verdicts(policy, parent)[0].values()}
        now = area_token(policy, snapshot, area)
        if entry.verdict == CHANGES_REQUESTED and rounds and now not in rounds and entry.key not in held_keys:
            stage_id = f"stage-06-{area}"
            found[(snapshot.commit, stage_id, f"{reviewer}|rounds")] = Escalation(
                snapshot.commit,
                stage_id,
                f"{reviewer} requests changes to {area} a second time after a fix; {RULING}",
                f"Is {area} good as it stands, or what must change?",
                (),
                reviewer,
                decision_keys(snapshot),
            )
    return found


def _sections(policy: Policy, snapshot: Snapshot) -> list[tuple[str, Any]]:
    return [(reviewer, section) for reviewer, _, section, _ in escalating(policy, snapshot)]


def _marks(policy: Policy, before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> History:
    context = snapshot.context
    if context is None:
        return before
    held = {
        (mark.checkpoint, mark.when)
        for parent in parents
        if parent.context is not None
        for mark in parent.context.checkpoints
        if mark.automatic
    }
    new = {
        (mark.checkpoint, mark.when): automatic_pass_obstacle(policy, snapshot, mark.checkpoint, mark.who) == ""
        for mark in context.checkpoints
        if mark.automatic and (mark.checkpoint, mark.when) not in held
    }
    return before._replace(marks={**before.marks, **new}) if new else before
