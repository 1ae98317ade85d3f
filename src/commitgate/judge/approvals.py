"""Counting approvals, from scratch, for the side being judged; and the derived gates that say the result.

Nothing in the gate JSON is believed. Every verdict is either counted or not, with the reason and who can mend it.
"""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.judge.binding import area_token, changed_parts, describe_change, review_areas, row_parts, select
from commitgate.judge.history import decision_keys
from commitgate.judge.identity import is_agent, is_person, may_speak, principals
from commitgate.judge.ledger import Escalation, History, Verdict
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
    derived_gate,
)
from commitgate.judge.verdicts import APPROVED, CHANGES_REQUESTED, Entry, find_reviewer, read_verdicts
from commitgate.policy.model import Area, Policy, Reviewer, Track

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


def reviews(policy: Policy, track: Track, snapshot: Snapshot, history: History) -> list[AreaReview]:
    """The review of every area that needs one or has a verdict, in the policy's order; [] on a track without review."""
    if not any(stage.derived for stage in track.stages):
        return []
    entries, _ = read_verdicts(policy, snapshot)
    needed = review_areas(policy, snapshot)
    shape = _shape(track, needed)
    names = {area.name for area in needed}
    known = list(needed)
    spoken = {area for _, area in entries} | {area for _, _, area in history.vetoes}
    known += [area for area in policy.areas if area.reviewed and area.name not in names and area.name in spoken]
    if track.review_areas:
        known = [area for area in known if area.name in track.review_areas or area.name in names]
    return [_area_review(policy, track, snapshot, history, entries, area, shape) for area in known]


def _shape(track: Track, needed: list[Area]) -> str:
    if track.review_shape:
        return track.review_shape
    return "matrix" if len(needed) > 1 else "scoped"


def required_approvals(policy: Policy, track: Track, area: Area, shape: str) -> int:
    """How many approvals an area needs: the track's and policy's word, never the gate's."""
    if track.review_shape == "scoped":
        return 1
    if area.approvals:
        return area.approvals
    return policy.required_matrix if shape == "matrix" else policy.required_scoped


def _area_review(
    policy: Policy,
    track: Track,
    snapshot: Snapshot,
    history: History,
    entries: dict[tuple[str, str], Entry],
    area: Area,
    shape: str,
) -> AreaReview:
    rows = select(policy, snapshot.delta, area.name)
    token, parts = area_token(policy, snapshot, area.name), row_parts(rows)
    counted = _one_vote_each(
        policy,
        history,
        [
            _count(policy, history, entry, token, parts)
            for (_, where), entry in sorted(entries.items())
            if where == area.name
        ],
    )
    approving = [one for one in counted if one.state == COUNTED and one.entry.verdict == APPROVED]
    requested = standing_requests(policy, history, entries, area.name)
    escalations = open_escalations(snapshot, history, f"stage-06-{area.name}")
    required = required_approvals(policy, track, area, shape)
    stale = [one for one in counted if one.state in (STALE, UNBOUND) and one.entry.verdict == APPROVED]
    if escalations:
        status, reason = "ESCALATE", "ESCALATED"
    elif requested:
        status, reason = "FAIL", "CHANGES_REQUESTED"
    elif len(approving) >= required:
        status, reason = "PASS", ""
    else:
        status, reason = "FAIL", "STALE" if stale else "INSUFFICIENT_APPROVALS"
    made = AreaReview(
        area.name,
        shape,
        required,
        counted,
        tuple(sorted(one.entry.reviewer for one in approving)),
        requested,
        escalations,
        status,
        reason,
        {},
    )
    run = snapshot.run
    subject = {"run": run.id if run else "", "token": token, "files": len(rows)}
    return made._replace(gate=derived_gate(track, made, entries, subject))


def standing_requests(
    policy: Policy, history: History, entries: dict[tuple[str, str], Entry], area: str
) -> tuple[str, ...]:
    """Reviewers whose change request on the area stands: in the tree, or given in history and never answered.

    One that a release role has answered does not stand any more, though its section is still there.
    """
    here = {who: entry.verdict for (who, where), entry in entries.items() if where == area}
    given = [veto for veto in history.vetoes if veto[2] == area]
    unanswered = {veto[1] for veto in given if veto not in history.answered}
    standing = {who for who, verdict in here.items() if verdict == CHANGES_REQUESTED}
    if any(here.get(name) == APPROVED for name in policy.release):
        standing -= {veto[1] for veto in given}
    return tuple(sorted(standing | unanswered))


def open_escalations(snapshot: Snapshot, history: History, stage_id: str) -> tuple[Escalation, ...]:
    """Escalations of a gate that no decision recorded since has answered."""
    now = decision_keys(snapshot)
    return tuple(
        one
        for one in history.escalations.values()
        if one.stage_id == stage_id and not any(_answers(key, one) for key in now if key not in one.known)
    )


def last_decision(snapshot: Snapshot, history: History, stage_id: str) -> str:
    """What was decided last on an escalation of a gate, in the words of whoever decided; "" for nothing."""
    escalations = [one for one in history.escalations.values() if one.stage_id == stage_id]
    said = [
        key.split("|", 3)[3]
        for key in decision_keys(snapshot)
        if any(key not in one.known and _answers(key, one) for one in escalations)
    ]
    return said[-1] if said else ""


def _answers(key: str, escalation: Escalation) -> bool:
    kind, gate, _, _ = key.split("|", 3)
    if escalation.for_principal:
        # Which track the run takes is a question of its own.
        return kind == "ruling" and gate.strip().casefold() != "track"
    if kind == "ruling":
        return gate == escalation.stage_id
    prose = (
        gate + "-" if "-" not in gate.removeprefix("stage-") else ""
    )  # "Stage 6 escalation resolved:" means every area
    return gate == escalation.stage_id or bool(prose and escalation.stage_id.startswith(prose))


def _count(policy: Policy, history: History, entry: Entry, token: str, parts: dict[str, str]) -> Counted:
    """Whether one verdict counts for the change as it stands now."""
    reviewer = find_reviewer(policy, entry.reviewer)
    assert reviewer is not None
    command = f"git gate review {entry.area} --as {entry.reviewer}"
    line = entry.section.verdict_line

    def no(state: str, why: str, mend: str = command) -> Counted:
        return Counted(entry, state, why, mend, line)

    if entry.area in reviewer.areas:
        return no(
            OWN_AREA,
            f"{reviewer.name} does not review {entry.area}: it is their own area",
            "ask a reviewer of another area",
        )
    for person in history.contributors.get(entry.area, ()):
        if is_person(reviewer, person):
            who = f"{person.name} <{person.email}>"
            return no(
                CONTRIBUTOR,
                f"{reviewer.name} wrote part of this change to {entry.area} ({who})",
                "ask a reviewer who did not write it",
            )
    given = history.verdicts.get(entry.key, ())
    speaking = [one for one in given if may_speak(policy, reviewer, one)]
    if given and not speaking:
        return no(IDENTITY, _not_them(policy, reviewer, given[-1]), _speak_again(given[-1], command))
    if entry.token:
        if entry.token == token:
            return Counted(entry, COUNTED, f"given on this very change ({token[:14]}…)", "", line)
        return no(STALE, _changed(given, entry, parts, token))
    clean = [one for one in speaking if not one.mixed]
    if any(one.token == token for one in clean):
        return Counted(entry, COUNTED, f"given in {_commit(clean[-1])} on this very change", "", line)
    if any(one.token == token for one in speaking):
        return no(MIXED, f"{_commit(speaking[-1])}, which gives the verdict, also changes {entry.area}")
    if not speaking:
        return no(
            UNBOUND, "no commit of this branch gives this verdict (squashed away?), so what was reviewed is unknown"
        )
    return no(STALE, _changed(tuple(speaking), entry, parts, token))


def _not_them(policy: Policy, reviewer: Reviewer, given: Verdict) -> str:
    """Why a verdict is not taken for the reviewer's own."""
    author = given.people[0]
    who = f"{author.name} <{author.email}>"
    agent = next((one for one in given.people if reviewer.human and is_agent(policy, one)), None)
    if agent is not None:
        return f"{reviewer.name} must be a person, and {agent.name} <{agent.email}> is an agent"
    if reviewer.level == "signed" and given.signer not in reviewer.keys:
        signed = f"with {given.signer}, which is none of their keys" if given.signer else "without a good signature"
        return f"{reviewer.name} must sign, and it was committed by {who} {signed}"
    return f"it was committed by {who}, who is not {reviewer.name} ({reviewer.level})"


def _speak_again(given: Verdict, command: str) -> str:
    """What the reviewer does about a verdict of theirs that somebody else committed.

    A section that stays as it is gives no verdict anew, so it has to go first.
    """
    return f"git revert --no-edit {given.commit[:12]}; then, as themselves: {command}" if given.commit else command


def _one_vote_each(policy: Policy, history: History, counted: list[Counted]) -> tuple[Counted, ...]:
    """One person under two names is one vote. Who speaks by the file's name alone cannot be told from others."""
    votes: dict[str, str] = {}
    same = principals(policy.reviewers)
    found = []
    for one in counted:
        reviewer = find_reviewer(policy, one.entry.reviewer)
        approves = one.state == COUNTED and one.entry.verdict == APPROVED
        if approves and reviewer is not None and reviewer.level != "named":
            given = [it for it in history.verdicts.get(one.entry.key, ()) if may_speak(policy, reviewer, it)]
            marks = sorted({*(it.people[0].email.casefold() for it in given), f"the person of {same[reviewer.name]}"})
            twin = next((mark for mark in marks if mark in votes), "")
            if twin:
                why = f"{twin} approves as {votes[twin]} already, and one person under two names is one vote"
                one = one._replace(state=SAME_PERSON, why=why, command="ask a reviewer who is another person")
            else:
                votes.update((mark, reviewer.name) for mark in marks)
        found.append(one)
    return tuple(found)


def _commit(verdict: Verdict) -> str:
    return f"commit {verdict.commit[:12]}" if verdict.commit else "the commit being made"


def _changed(given: tuple[Verdict, ...], entry: Entry, parts: dict[str, str], token: str) -> str:
    """What changed since the verdict: files with old and new blob."""
    matching = [one for one in given if not entry.token or one.token == entry.token] or list(given)
    if not matching:
        return (
            f"{entry.area} changed since: the verdict was given on {entry.token[:14]}…, the change is now {token[:14]}…"
        )
    before = matching[-1].parts
    paths = changed_parts(before, parts)
    shown = ", ".join(describe_change(path, before, parts) for path in paths[:5])
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"{entry.area} changed since: {shown}{more}" if paths else f"the base of {entry.area} changed since"
