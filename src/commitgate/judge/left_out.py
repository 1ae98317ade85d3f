"""Stages that have a condition: whether they are part of the order for this change."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.judge.approvals import open_escalations
from commitgate.judge.binding import fired
from commitgate.judge.ledger import History
from commitgate.policy.condition import World, because, grows, holds
from commitgate.policy.layout import SECURITY_GATE, area_of
from commitgate.policy.model import Stage, Track


def left_out(track: Track, snapshot: Snapshot, history: History) -> dict[str, str]:
    """The stages that their condition leaves out for this change, with the reason.

    The condition is asked of the whole delta. What is on record stays: a stage with a gate, an open escalation or a
    standing veto is part of the order, so that no later change of the delta sheds a refusal.
    """
    conditional = [stage for stage in track.stages if stage.when and not _on_record(stage, snapshot, history)]
    if not conditional:
        return {}
    areas = {change.area for change in snapshot.delta if change.area}
    by_name = World((), {trigger for change in snapshot.delta for trigger, _ in change.triggers}, areas)
    # Where names suffice no line is read: one more trigger that fires would change nothing.
    if all(holds(stage.when, by_name) and grows(stage.when) for stage in conditional):
        return {}
    world = World((), fired(snapshot), areas)
    return {stage.name: because(stage.when, world) for stage in conditional if not holds(stage.when, world)}


def _on_record(stage: Stage, snapshot: Snapshot, history: History) -> bool:
    if stage.gate == SECURITY_GATE and standing_security_vetoes(history):
        return True
    if any(area_of(stage, stage_id) is not None for stage_id in snapshot.gates()):
        return True
    escalated = {one.stage_id for one in history.escalations.values() if area_of(stage, one.stage_id) is not None}
    return any(open_escalations(snapshot, history, stage_id) for stage_id in escalated)


def standing_security_vetoes(history: History) -> list[str]:
    """Commits whose security veto nobody has lifted."""
    return [commit for commit in history.security_vetoes if commit not in history.security_answered]
