"""Escalations that nobody has decided: what may not be done around them."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Facts, Snapshot
from commitgate.finding import ESCALATE, Finding
from commitgate.judge.approvals import open_escalations
from commitgate.judge.history import stage_of
from commitgate.judge.ledger import History
from commitgate.policy.layout import BUDGET_GATE, area_of, gate_path
from commitgate.policy.model import Policy, Track


def later_stages(track: Track, name: str) -> set[str]:
    """Every stage that needs the named one, transitively."""
    later: set[str] = set()
    for stage in track.stages:
        if name in stage.needs or later & set(stage.needs):
            later.add(stage.name)
    return later


def bypassed(
    policy: Policy, track: Track, facts: Facts, before: History, new_gates: dict[str, GateFacts]
) -> list[Finding]:
    """What a commit does to an open escalation: taking the gate back, or passing a stage that it holds up."""
    side = facts.side
    found = []
    for stage_id in sorted({one.stage_id for one in before.escalations.values()}):
        standing = open_escalations(side, before, stage_id)
        if not standing:
            continue
        hint = standing[0].command
        reason = standing[0].reason
        was = [parent.gates().get(stage_id) for parent in facts.parents]
        now = side.gates().get(stage_id)
        path = gate_path(side.root, stage_id)
        touched = any(row.path == path for row in side.touched_process)
        was_escalated = any(gate is not None and gate.status == "ESCALATE" for gate in was)
        if touched and was_escalated and (now is None or now.status != "ESCALATE"):
            turned = f"says {now.status or 'nothing readable'}" if now is not None else "is removed"
            found.append(
                Finding(
                    "order/escalation-bypassed",
                    ESCALATE,
                    f"{stage_id} {turned}, but its escalation has no decision: {reason}",
                    hint,
                    path,
                    now.lines.get("status", 0) if now is not None else 0,
                )
            )
        later = held_up(track, stage_id)
        for other, gate in sorted(new_gates.items()):
            stage = stage_of(policy, track.name, gate)
            if gate.status == "PASS" and stage is not None and stage.name in later:
                found.append(
                    Finding(
                        "order/escalation-bypassed",
                        ESCALATE,
                        f"{other} says PASS, but {stage_id} before it is escalated and has no decision: {reason}",
                        hint,
                        gate_path(side.root, other),
                        gate.lines.get("status", 0),
                    )
                )
    return found


def held_up(track: Track, stage_id: str) -> set[str]:
    """The stages that an escalated gate holds up: those after its own, and all of them when it belongs to none."""
    if stage_id == BUDGET_GATE:
        return {stage.name for stage in track.stages}
    for stage in track.stages:
        if area_of(stage, stage_id) is not None:
            return later_stages(track, stage.name)
    return set()


def open_findings(side: Snapshot, after: History, stage_id: str) -> list[Finding]:
    """Every escalation of a gate that waits for its decision."""
    return [
        Finding(
            "escalation/open",
            ESCALATE,
            f"{stage_id} is escalated by {one.by}: {one.told}",
            one.command,
            gate_path(side.root, stage_id),
        )
        for one in open_escalations(side, after, stage_id)
    ]
