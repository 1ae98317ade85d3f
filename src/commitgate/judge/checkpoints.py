"""Checkpoints: places where a person decides, unless the policy lets a condition decide."""

from __future__ import annotations

from commitgate.documents.facts import CheckpointMark
from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.binding import fired
from commitgate.judge.ledger import History
from commitgate.policy.model import Policy


def deciding_mark(snapshot: Snapshot, history: History, letter: str) -> CheckpointMark | None:
    """The record in ``context.md`` that lets a checkpoint pass: a person's, or an automatic one that held."""
    for mark in snapshot.context.checkpoints if snapshot.context is not None else ():
        if mark.checkpoint == letter and (not mark.automatic or history.marks.get((letter, mark.when), False)):
            return mark
    return None


def automatic_pass_obstacle(policy: Policy, snapshot: Snapshot, letter: str, condition: str) -> str:
    """Why a checkpoint may not pass by itself in this tree; "" when its condition holds."""
    checkpoint = next((one for one in policy.checkpoints if one.letter == letter), None)
    run = snapshot.run
    if checkpoint is None or run is None:
        return f"there is no checkpoint {letter}"
    if not checkpoint.auto_pass_when or checkpoint.auto_pass_when != condition:
        return f"the policy's auto_pass_when for checkpoint {letter} is {checkpoint.auto_pass_when or 'null: it waits'}"
    heavy = {trigger.id for trigger in policy.triggers if trigger.stoplist}
    for trigger, (path, _) in fired(snapshot).items():
        if trigger in heavy:
            return f"{trigger} fires on {path}: a person must look"
    stage = next((one for one in policy.tracks[run.track].stages if one.name == checkpoint.after), None)
    gate = snapshot.gates().get(stage.gate) if stage is not None else None
    if gate is None or gate.status != "PASS":
        return f"the gate of {checkpoint.after} is not PASS"
    if condition == "no_warnings":
        return f"{gate.stage} has warnings" if gate.warnings else ""
    met = all(
        gate.fields.get(field) is True
        for field in ("all_acceptance_criteria_met", "criterion_to_test_mapping_is_one_to_one")
    )
    return "" if met else f"{gate.stage} does not say that all criteria are met one-to-one"


def forged_findings(policy: Policy, facts: Facts) -> list[Finding]:
    """An automatic checkpoint pass whose condition does not hold in the tree that introduces it."""
    side = facts.side
    context = side.context
    path = f"{side.root}/context.md"
    if context is None or all(row.path != path for row in side.touched_process):
        return []
    held = {mark[:4] for parent in facts.parents if parent.context is not None for mark in parent.context.checkpoints}
    found = []
    for mark in context.checkpoints:
        if not mark.automatic or mark[:4] in held:
            continue
        obstacle = automatic_pass_obstacle(policy, side, mark.checkpoint, mark.who)
        if obstacle:
            found.append(
                Finding(
                    "checkpoint/forged",
                    BLOCKED,
                    f"checkpoint {mark.checkpoint} did not pass by itself: {obstacle}",
                    f"git gate proceed {mark.checkpoint}",
                    path,
                    mark.line,
                )
            )
    return found
