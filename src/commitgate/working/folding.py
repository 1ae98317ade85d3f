"""The fold: a gate that nobody has to give, because the gate before it proves it already."""

from __future__ import annotations

from typing import Any

from commitgate.documents.facts import GateFacts
from commitgate.errors import GateError
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.binding import inputs
from commitgate.judge.folding import fold_obstacles
from commitgate.judge.stages import instances
from commitgate.policy.layout import gate_id, gate_path
from commitgate.policy.model import Stage
from commitgate.working.composing import FOLDED, PASS
from commitgate.working.desk import Desk, Refused
from commitgate.working.gate_writer import Draft, Written, write_all
from commitgate.working.run_folder import timestamp

AGENT = "orchestrator"
_SIGN_OFF: dict[str, Any] = {
    "pm_signoff": True,
    "deploy_requested": False,
    "runbook_referenced": False,
    "auto_from_stage_07": True,
}
_BUILD_GATE, _QA_GATE = "stage-04", "stage-07"
_MEND_BUILD = "git gate pass build --set regression_check=PASS, once that is checked"
# No test was counted: the build's own check of the change stands for them, and the gate says so.
_QA: dict[str, Any] = {
    "all_acceptance_criteria_met": True,
    "tests_total": 0,
    "tests_passed": 0,
    "tests_failed": 0,
    "failing_tests": [],
    "criterion_to_test_mapping_is_one_to_one": False,
    "regression_check": "PASS",
    "auto_from_stage_04": True,
}


def fold(desk: Desk) -> list[Written]:
    """Write the folded gate of the run's track; Refused with every obstacle when it may not be folded."""
    track = desk.track
    from_build = track.fold == "build"
    stages = [stage for stage in track.stages if (stage.gate == _QA_GATE if from_build else stage.foldable)]
    if not track.fold or not stages:
        raise GateError(f"the track {track.name} has no fold", "pass the stage itself", BLOCKED)
    stage = stages[0]
    if from_build:
        fields, warning = _QA, "QA folded from the build: no tests were counted"
        obstacles = _build_obstacles(desk)
    else:
        fields, warning = _SIGN_OFF, "Deployment not requested by auto-fold"
        obstacles = fold_obstacles(desk.snapshot, track)
    path = gate_path(desk.snapshot.root, stage.gate)
    if obstacles:
        mend = _MEND_BUILD if from_build else "mend it"
        hint = f"{mend}, or let the {stage.role} role pass {stage.name} itself: git gate pass {stage.name}"
        raise Refused([Finding("consistency/fold", BLOCKED, f"no fold: {one}", hint, path) for one in obstacles])
    _refuse_authored(desk, stage)
    head = {"stage": stage.gate, "status": PASS, "agent": AGENT, "track": track.name}
    tail = {"blockers": [], "warnings": [warning]}
    bound = {"inputs": inputs(desk.policy, desk.snapshot, stage, stage.gate, "").digest}
    made = {**head, "timestamp": timestamp(desk.now), **fields, **tail, "subject": bound}
    return write_all(desk, [Draft(stage, stage.gate, "", made, ())], "fold")


def _refuse_authored(desk: Desk, stage: Stage) -> None:
    """A PASS that somebody gave says more than a folded one; it is not overwritten."""
    gate = desk.snapshot.gates().get(stage.gate)
    if gate is not None and gate.status == PASS and not any(gate.fields.get(key) is True for key in FOLDED):
        raise GateError(
            f"{stage.gate} is a PASS given by {gate.agent}; a fold would take that back",
            f"git gate reaffirm {stage.name}",
            BLOCKED,
        )


def _build_obstacles(desk: Desk) -> list[str]:
    """Why the build gates do not prove QA; [] when each of them says that the change was checked."""
    gates = desk.snapshot.gates()
    stage = next((stage for stage in desk.track.stages if stage.gate == _BUILD_GATE), None)
    if stage is None:
        return [f"the track {desk.track.name} has no build that it could be folded from"]
    obstacles = []
    for area in instances(desk.policy, stage, desk.snapshot, {}):
        stage_id = gate_id(stage, area)
        gate = gates.get(stage_id)
        if gate is None or gate.status != PASS:
            obstacles.append(f"{stage_id} is not PASS")
        elif not _checked(gate):
            obstacles.append(f'{stage_id} says neither regression_check: "PASS" nor what local_verification was done')
    return obstacles


def _checked(gate: GateFacts) -> bool:
    return gate.fields.get("regression_check") == "PASS" or bool(gate.fields.get("local_verification"))
