"""The state of every stage of the run's track on the side being judged.

A stage is effective when its gates are PASS, fresh and sound, and everything it needs is effective; open when
everything it needs is effective; waiting when its own PASS is good but something it needs is not.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.judge.approvals import open_escalations
from commitgate.judge.binding import changed_parts, describe_change, fired, inputs, review_areas
from commitgate.judge.checkpoints import deciding_mark
from commitgate.judge.ledger import History
from commitgate.judge.left_out import left_out, standing_security_vetoes
from commitgate.judge.review_gate import AreaReview
from commitgate.policy.layout import SECURITY_GATE, gate_id
from commitgate.policy.model import Policy, Stage, Track
from commitgate.record import Record

MISSING = "missing"
OPEN = "open"
WAITING = "waiting"
FAIL = "fail"
ESCALATED = "escalate"
STALE = "stale"
PASSED = "pass"
SKIPPED = "skipped"


class Box(Record):
    """One row of the status table: one gate of one stage, and why it is in its state."""

    stage_id: str
    stage: str
    area: str
    title: str
    state: str
    role: str
    good: bool  # the gate by itself is PASS, fresh and sound
    why: str  # one sentence when it is not
    changed: tuple[str, ...]  # what makes it stale: "path (old → new)"


class Board(Record):
    """All stages of the track."""

    boxes: tuple[Box, ...]
    effective: dict[str, bool]  # stage name → effective
    open: dict[str, bool]  # stage name → all needs effective
    lacking: dict[str, tuple[str, ...]]  # stage name → everything before it that is not there yet, in order
    waiting_checkpoint: dict[str, str]  # stage name → letter of the checkpoint that it waits for
    left_out: dict[str, str]  # stage name → why its condition leaves it out of the order, for this change
    needs: dict[str, tuple[str, ...]]  # stage name → the stages of the track that it needs, the left out ones too


def board(policy: Policy, track: Track, snapshot: Snapshot, history: History, areas: list[AreaReview]) -> Board:
    """Judge every stage of the track, in its order."""
    effective: dict[str, bool] = {}
    opened: dict[str, bool] = {}
    lacking: dict[str, tuple[str, ...]] = {}
    checkpoints: dict[str, str] = {}
    boxes: list[Box] = []
    by_name = {stage.name: stage for stage in track.stages}
    reviews = {review.area: review for review in areas}
    skipped = left_out(track, snapshot, history)
    for stage in track.stages:
        needs = [by_name[name] for name in stage.needs]
        lacks: list[str] = []
        for need in needs:
            lacks += lacking[need.name]  # of a stage that is left out, these are what it hands on
            if need.name in skipped:
                if need.name in checkpoints:
                    checkpoints.setdefault(stage.name, checkpoints[need.name])
                continue
            lacks += _own_faults(need, boxes)
            letter = _closed_checkpoint(policy, snapshot, history, need)
            if letter:
                checkpoints.setdefault(stage.name, letter)
                # The command is named once it would work: nothing before the checkpoint is missing.
                lacks.append(f"checkpoint {letter} is undecided{'' if lacks else f' (git gate proceed {letter})'}")
        lacks = list(dict.fromkeys(lacks))
        is_open = not lacks
        if stage.name in skipped:
            made = [_skipped(stage, skipped[stage.name])]
        else:
            made = _boxes(policy, stage, snapshot, history, reviews, is_open)
        boxes += made
        opened[stage.name] = is_open
        lacking[stage.name] = tuple(lacks)
        effective[stage.name] = is_open and all(box.state in (PASSED, SKIPPED) for box in made)
    wanted = {stage.name: stage.needs for stage in track.stages}
    return Board(tuple(boxes), effective, opened, lacking, checkpoints, skipped, wanted)


def _own_faults(need: Stage, boxes: list[Box]) -> list[str]:
    """What is wrong with a needed stage's own gates, in words."""
    own = [box for box in boxes if box.stage == need.name and not box.good]
    return [f"{box.stage_id} is {_WORDS[box.state]}{f' ({box.why})' if box.why else ''}" for box in own]


_WORDS = {
    MISSING: "missing",
    OPEN: "missing",
    WAITING: "waiting",
    FAIL: "not PASS",
    ESCALATED: "ESCALATE without a decision",
    STALE: "stale",
    PASSED: "PASS",
    SKIPPED: "not needed",
}


def _closed_checkpoint(policy: Policy, snapshot: Snapshot, history: History, after: Stage) -> str:
    """The letter of the checkpoint after a stage while it is undecided, else ""."""
    checkpoint = next((one for one in policy.checkpoints if one.letter == after.checkpoint), None)
    if checkpoint is None or not after.checkpoint:
        return ""
    return "" if deciding_mark(snapshot, history, checkpoint.letter) is not None else checkpoint.letter


def instances(policy: Policy, stage: Stage, snapshot: Snapshot, reviews: dict[str, AreaReview]) -> list[str]:
    """The areas that a stage has a gate for; [""] for a stage with one gate, [] for a review of nothing."""
    if not stage.fan_out:
        return [""]
    if stage.derived:
        return list(reviews)
    areas = [area.name for area in review_areas(policy, snapshot)]
    return areas or [""]


def role_of(policy: Policy, stage: Stage, area: str) -> str:
    """Who writes the gate: the stage's role, or the area's own."""
    for one in policy.areas:
        if one.name == area and "{area}" in stage.role:
            return one.role
    return stage.role.replace("{area}", area or "team")


def _boxes(
    policy: Policy,
    stage: Stage,
    snapshot: Snapshot,
    history: History,
    reviews: dict[str, AreaReview],
    is_open: bool,
) -> list[Box]:
    gates = snapshot.gates()
    areas = instances(policy, stage, snapshot, reviews)
    if not areas:  # nothing to review: nothing stands in the way once the order has come this far
        state = SKIPPED if is_open else MISSING
        return [Box(stage.gate, stage.name, "", stage.title, state, stage.role, is_open, "", ())]
    boxes = []
    for area in areas:
        stage_id = gate_id(stage, area)
        title = f"{stage.title} ({area})" if area else stage.title
        if stage.derived:
            state, why, changed = _derived_state(reviews[area], gates.get(stage_id))
        else:
            state, why, changed = _authored_state(policy, stage, stage_id, area, snapshot, history, gates.get(stage_id))
        good = state == PASSED
        if state == PASSED and not is_open:
            state = WAITING
        elif state == OPEN and not is_open:
            state = MISSING
        boxes.append(Box(stage_id, stage.name, area, title, state, role_of(policy, stage, area), good, why, changed))
    return boxes


def _skipped(stage: Stage, why: str) -> Box:
    return Box(stage.gate, stage.name, "", stage.title, SKIPPED, stage.role.replace("{area}", "team"), True, why, ())


def _derived_state(review: AreaReview, gate: GateFacts | None) -> tuple[str, str, tuple[str, ...]]:
    """A review's state is what the verdicts say; a PASS is on record once the gate file does not say otherwise."""
    if review.status == "ESCALATE":
        return ESCALATED, "; ".join(one.reason for one in review.escalations), ()
    if review.requested:
        return FAIL, f"changes requested by {', '.join(review.requested)}", ()
    if review.status == "PASS":
        if gate is None:
            return OPEN, "approved, but the derived gate is not written", ()
        if gate.status in ("FAIL", "ESCALATE"):
            return OPEN, f"approved, but the derived gate still says {gate.status}", ()
        return PASSED, "", ()
    stale = [one for one in review.verdicts if one.state == "stale"]
    reached = f"{len(review.approvals)} of {review.required} approvals"
    if stale:
        names = ", ".join(one.entry.reviewer for one in stale)
        return STALE, f"{reached}; {names} approved an earlier state", tuple(one.why for one in stale)
    if gate is None and not review.verdicts:
        return OPEN, reached, ()
    return FAIL, reached, ()


def _authored_state(
    policy: Policy,
    stage: Stage,
    stage_id: str,
    area: str,
    snapshot: Snapshot,
    history: History,
    gate: GateFacts | None,
) -> tuple[str, str, tuple[str, ...]]:
    escalations = open_escalations(snapshot, history, stage_id)
    if escalations:
        return ESCALATED, "; ".join(one.reason for one in escalations), ()
    if stage.gate == SECURITY_GATE and standing_security_vetoes(history):
        return FAIL, "the security role's veto stands", ()
    if gate is None:
        return OPEN, "", ()
    if any(finding.level for finding in gate.findings):
        return FAIL, "the gate cannot be accepted as written", ()
    if gate.status == "FAIL":
        return FAIL, "; ".join(gate.blockers) or "FAIL", ()
    if gate.status == "ESCALATE":
        return OPEN, "the escalation is decided; the gate is to be written anew", ()
    return freshness(policy, stage, stage_id, area, snapshot, history, gate)


def freshness(
    policy: Policy,
    stage: Stage,
    stage_id: str,
    area: str,
    snapshot: Snapshot,
    history: History,
    gate: GateFacts,
) -> tuple[str, str, tuple[str, ...]]:
    """(state, why, what changed) of a PASS: bound to its inputs, and sound where it was introduced."""
    now = inputs(policy, snapshot, stage, stage_id, area)
    given = history.payloads.get((stage_id, gate.payload), ())
    sound = [one for one in given if one.sound]
    if given and not sound:
        return FAIL, "the PASS does not agree with the tree that it was written in", ()
    if gate.inputs:
        if gate.inputs == now.digest and sound:
            missing = _missing_conditions(stage, snapshot, gate)
            return (
                (STALE, f"triggering_conditions does not name {', '.join(missing)}", ())
                if missing
                else (PASSED, "", ())
            )
    elif any(one.inputs == now.digest for one in sound):
        return PASSED, "", ()
    if not sound:
        return STALE, "no commit of this branch introduces this PASS, so what it was given on is unknown", ()
    bound = [one for one in sound if one.inputs == gate.inputs] or sound
    before = bound[-1].parts
    changed = tuple(describe_change(path, before, now.parts) for path in changed_parts(before, now.parts))
    if changed:
        return STALE, "what it was given on has changed since", changed
    return STALE, "it was given on another state of its inputs", ()


def _missing_conditions(stage: Stage, snapshot: Snapshot, gate: GateFacts) -> list[str]:
    if stage.gate != SECURITY_GATE:
        return []
    named = gate.fields.get("triggering_conditions")
    return [name for name in fired(snapshot) if not isinstance(named, list) or name not in named]
