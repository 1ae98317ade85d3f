"""Judging a range: which of its commits broke a rule, and whether that still stands at the tip."""

from __future__ import annotations

from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.approvals import reviews
from commitgate.judge.consistency import consistency
from commitgate.judge.gates import document_findings
from commitgate.judge.history import decision_keys, extend
from commitgate.judge.ledger import History
from commitgate.judge.lessons import lesson_findings
from commitgate.judge.merging import evil_findings
from commitgate.judge.order import changed_gates, commit_findings, waits_for
from commitgate.judge.past import board_in_history
from commitgate.judge.removed import run_removed
from commitgate.judge.security import lifted_findings
from commitgate.judge.stages import board
from commitgate.judge.verdict import Verdict
from commitgate.judge.verdicts import read_verdicts
from commitgate.policy.layout import area_names, gate_path, owners
from commitgate.policy.model import Policy, Track
from commitgate.record import Record

# What is undone by not counting: the verdict, the mark or the veto is judged from history at the tip anyway.
_CONSEQUENCE_IS_ELSEWHERE = (
    "review/mixed-commit",
    "review/veto-erased",
    "security/veto-erased",
    "checkpoint/forged",
    "merge/evil",  # what it edits is judged like the change of any commit
)
_OPENED_LATER = ("order/early-work", "order/predecessor")
# About which run it is, and not about the bytes of run.json: those may change without bringing anything back.
_ABOUT_THE_RUN = ("order/run-removed", "order/track-changed")


class Lost(Record):
    """What a commit took away: the run and the track that its parents had, and the decisions they knew."""

    run: str
    track: str
    known: tuple[str, ...]


class Event(Record):
    """A rule that one commit of the range broke. ``left`` is the state it left the path in, (mode, oid)."""

    commit: str
    finding: Finding
    left: tuple[str, str]
    repaired_by: str  # the commit that repaired it; "" while it stands
    lost: Lost | None = None  # only where the run or its track is what was changed


def judge_commit(policy: Policy, facts: Facts, before: History, now: int) -> list[Finding]:
    """The errors that one commit of a range makes itself; what it inherits is not its fault."""
    side = facts.side
    touched = {row.path for row in side.touched_process} | {change.path for change in side.touched}
    found = [*document_findings(policy, side, now), *run_removed(policy, facts, before)]
    own: list[Finding] = []  # what no parent can have made, whatever git's own merge did
    run = side.run
    if run is not None and run.track in policy.tracks:
        track = policy.tracks[run.track]
        after = extend(policy, before, side, facts.parents)
        areas = reviews(policy, track, side, after)
        current = board_in_history(policy, track, side, after, areas)
        found += read_verdicts(policy, side)[1]
        found += _at_their_gates(
            policy, side, after, commit_findings(policy, track, facts, before, after, current, areas)
        )
        found += lifted_findings(policy, facts, before, after)
        own += lesson_findings(policy, facts, after)
        found += evil_findings(side, BLOCKED)  # whether it is an error is settled for all of history at once
    mine = [one for one in found if not one.path or one.path in touched]
    return [one for one in dict.fromkeys((*mine, *own)) if one.level]


def _at_their_gates(policy: Policy, side: Snapshot, after: History, found: list[Finding]) -> list[Finding]:
    """The findings with those about a document of a gate placed at the gate.

    The commit brought the gate and perhaps not the document, and it is the gate that has to be given again.
    """
    placed = {}
    for stage_id, gate in changed_gates(side).items():
        path = gate_path(side.root, stage_id)
        for one in consistency(policy, side, stage_id, gate, after):
            if one.path != path:
                where = f"{one.path}:{one.line}" if one.line else one.path
                placed[one] = one._replace(path=path, line=0, message=f"{where}: {one.message}")
    return [placed.get(one, one) for one in found]


def open_areas(policy: Policy, snapshot: Snapshot, before: History) -> frozenset[str]:
    """The areas that a commit may change while it leaves the documents of this tree alone.

    None at all where the tree does not tell without its delta: then every commit is judged in full.
    """
    run = snapshot.run
    track = policy.tracks.get(run.track) if run is not None else None
    if track is None:
        return frozenset()
    if any(_bound_to_delta(track, stage.name) for stage in track.stages if stage.owns_areas == "reviewed"):
        return frozenset()
    made = board(policy, track, snapshot._replace(delta=()), before, [])
    names = {"", *area_names(policy)} - ({"other"} if policy.unowned == "block" else set())
    return frozenset(name for name in names if not waits_for(policy, track, name, made))


def _bound_to_delta(track: Track, name: str) -> bool:
    """Whether a stage, or anything that it needs, depends on the delta: by what it is bound to, or by its condition."""
    by_name = {stage.name: stage for stage in track.stages}
    if by_name[name].when:
        return True
    pending, seen = list(by_name[name].needs), set()
    while pending:
        need = pending.pop()
        if need in seen:
            continue
        seen.add(need)
        if by_name[need].when or any(bound.startswith("delta:") for bound in by_name[need].bound):
            return True
        pending += by_name[need].needs
    return False


def left_state(snapshot: Snapshot, path: str) -> tuple[str, str]:
    """What a tree holds at a path, as far as the snapshot knows: (mode, oid), ("", "") when nothing."""
    for change in (*snapshot.touched, *snapshot.delta):
        if change.path == path:
            return (change.new_mode, change.new_oid) if change.new_oid.strip("0") else ("", "")
    return snapshot.entries.get(path, ("", ""))


def lost_run(finding: Finding, side: Snapshot, parents: tuple[Snapshot, ...]) -> Lost | None:
    """What the commit took away, where the finding is about that."""
    if finding.rule not in _ABOUT_THE_RUN:
        return None
    now = _named(side)
    known = tuple(key for parent in parents for key in decision_keys(parent))
    was = [_named(parent) for parent in parents if parent.run is not None and _named(parent) != now]
    return Lost(*was[0], known) if was else None


def restores(side: Snapshot, events: list[Event]) -> bool:
    """Whether a commit brings back the very run and track that an earlier one of the range took away."""
    return any(event.lost is not None and event.lost[:2] == _named(side) for event in events)


def _named(side: Snapshot) -> tuple[str, str]:
    return (side.run.id, side.run.track) if side.run is not None else ("", "")


def _regained(lost: Lost, tip: Snapshot) -> bool:
    """Whether the tip has the run and the track again, or its track by a ruling that came since."""
    if _named(tip) == lost[:2]:
        return True
    rulings = tip.context.rulings if tip.context is not None else ()
    return _named(tip)[0] == lost.run and any(
        one.topic.strip().casefold() == "track"
        and one.decision.strip() == _named(tip)[1]
        and f"ruling|{one.topic}|{one.when}|{one.decision}" not in lost.known
        for one in rulings
    )


def stands(policy: Policy, event: Event, tip: Verdict) -> bool:
    """Whether what a commit broke is still so at the tip."""
    rule, path = event.finding.rule, event.finding.path
    side = tip.snapshot
    if rule in _CONSEQUENCE_IS_ELSEWHERE:
        return False
    if event.lost is not None:
        return not _regained(event.lost, side)
    if not path or left_state(side, path) != event.left:
        return False
    if rule in _OPENED_LATER and tip.board is not None:
        track = policy.tracks[tip.track]
        names = [stage.name for stage in owners(policy, track, side.below(path))]
        names += [box.stage for box in tip.board.boxes if path.endswith(f"/{box.stage_id}.json")]
        names = names or [stage.name for stage in track.stages if stage.owns_areas == "reviewed"]
        return not any(tip.board.open.get(name, False) for name in names)
    return True
