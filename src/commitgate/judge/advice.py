"""The one thing to do next: pure, from the verdict on the work tree.

What cannot be read comes first, then what a person must decide. After that only stages whose needs are met can move,
and among them: what failed, what went stale, a review that has only to be written down, and at last what is open.
Every command named here works as it stands when it is pasted; what is finished and not committed is named beside it.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.finding import MALFORMED, UNKNOWN, Finding
from commitgate.judge.approvals import open_escalations
from commitgate.judge.binding import area_token, inputs
from commitgate.judge.checkpoints import automatic_pass_obstacle
from commitgate.judge.folding import fold_obstacles
from commitgate.judge.left_out import standing_security_vetoes
from commitgate.judge.review_advice import review_advice
from commitgate.judge.stages import ESCALATED, FAIL, OPEN, STALE, Board, Box
from commitgate.judge.unrecorded import COMMIT, commit_command, unrecorded
from commitgate.judge.verdict import Verdict
from commitgate.policy.layout import BUDGET_GATE, SECURITY_GATE, gate_path
from commitgate.policy.model import Policy, Stage
from commitgate.record import Record

START = "start-run"
REPAIR = "repair-gate"
RESOLVE = "resolve-escalation"
RERUN = "rerun-stale"
DERIVE = "derive-approvals"
SCAFFOLD = "scaffold-stage"
COMPLETE = "complete-stage"
FOLD = "auto-fold"
PROCEED = "proceed"
DONE = "pipeline-complete"

# Deriving anew mends whatever a derived gate says, but not what stands in its place.
_NOT_CONTENT = ("gate/mode", "gate/twin", "gate/not-a-file")


class Advice(Record):
    """One action. ``stage`` is a stage's name, ``gate`` a gate's id, ``checkpoint`` a letter; "" for none."""

    kind: str
    stage: str
    gate: str
    role: str
    reason: str
    command: str
    checkpoint: str = ""
    commit: str = ""  # to be run before: it records what is finished already


def advise(policy: Policy, verdict: Verdict) -> Advice:
    """The next action for the side that was judged."""
    trouble = [one for one in verdict.lawful if one.level in (MALFORMED, UNKNOWN)]
    if trouble:
        return _repair(verdict, trouble[0])
    advice = _next(policy, verdict)
    if advice.command.endswith(COMMIT):
        return advice
    return advice._replace(commit=commit_command(unrecorded(policy, verdict)))


def _next(policy: Policy, verdict: Verdict) -> Advice:
    board = verdict.board
    if board is None:
        return Advice(START, "", "", "orchestrator", "no run is active", 'git gate start "<feature>"')
    if open_escalations(verdict.snapshot, verdict.history, BUDGET_GATE):
        return _resolve(verdict, "", BUDGET_GATE)
    for box in board.boxes:
        if box.state == ESCALATED:
            return _resolve(verdict, box.stage, box.stage_id)
    light = next((one for one in verdict.state if one.rule == "track/too-light"), None)
    if light is not None:
        return Advice(RESOLVE, "", "", "principal", light.message, light.hint)
    frontier = [box for box in board.boxes if board.open[box.stage]]
    for state in (FAIL, STALE, OPEN):
        boxes = [box for box in frontier if box.state == state]
        approved = [box for box in boxes if state == OPEN and _approved(verdict, box)]
        if boxes:
            return _about(policy, verdict, (approved or boxes)[0])
    return _pause(policy, verdict, board)


def _repair(verdict: Verdict, finding: Finding) -> Advice:
    from shlex import quote  # paths come from whoever wrote them

    board = verdict.board
    box = next((one for one in board.boxes if _is_of(verdict, one, finding.path)), None) if board is not None else None
    stage, gate, role = (box.stage, box.stage_id, box.role) if box is not None else ("", "", "whoever wrote it")
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    reason = f"{where}: {finding.message}" if where else finding.message
    if any(gate == f"stage-06-{one.area}" for one in verdict.reviews) and finding.rule not in _NOT_CONTENT:
        return Advice(DERIVE, stage, gate, role, reason, "git gate derive")
    if finding.rule.startswith(("gate/", "json/")):
        return Advice(REPAIR, stage, gate, role, reason, f"git gate validate {quote(finding.path)}")
    return Advice(REPAIR, stage, gate, role, reason, "git gate check")


def _is_of(verdict: Verdict, box: Box, path: str) -> bool:
    return path == gate_path(verdict.snapshot.root, box.stage_id)


def _resolve(verdict: Verdict, stage: str, stage_id: str) -> Advice:
    one = open_escalations(verdict.snapshot, verdict.history, stage_id)[0]
    options = "; ".join(f"{number}. {option}" for number, option in enumerate(one.options, 1))
    reason = f"{stage_id} is escalated by {one.by}: {one.told}" + (f" ({options})" if options else "")
    command = one.command
    if not one.commit:
        reason += " It is not committed yet, and only what is decided after that commit counts."
        command = f"git add {verdict.snapshot.root} && git commit"
    return Advice(RESOLVE, stage, stage_id, one.role, reason, command)


def _approved(verdict: Verdict, box: Box) -> bool:
    """Whether nothing but the derived gate is missing."""
    return any(box.stage_id == f"stage-06-{one.area}" and one.status == "PASS" for one in verdict.reviews)


def _about(policy: Policy, verdict: Verdict, box: Box) -> Advice:
    stage = next(one for one in policy.tracks[verdict.track].stages if one.name == box.stage)
    if stage.derived:
        review = next(one for one in verdict.reviews if one.area == box.area)
        return Advice(*review_advice(policy, verdict, box, review))
    if box.state == FAIL:
        return _failed(policy, verdict, stage, box)
    gate = verdict.snapshot.gates().get(box.stage_id)
    if box.state == STALE and gate is not None:
        return _stale(box, gate)
    return _begin(policy, verdict, stage, box)


def _failed(policy: Policy, verdict: Verdict, stage: Stage, box: Box) -> Advice:
    snapshot = verdict.snapshot
    gate = snapshot.gates().get(box.stage_id)
    reason = f"{box.stage_id} is not PASS: {box.why}"
    look = f"git gate why {box.stage_id}"
    if stage.gate == SECURITY_GATE:
        product = area_token(policy, snapshot, "product")
        if any(verdict.history.security_vetoes[one] == product for one in standing_security_vetoes(verdict.history)):
            areas = dict.fromkeys(change.area for change in snapshot.delta if change.area)
            roles = ", ".join(one.role for one in policy.areas if one.name in areas) or box.role
            return Advice(COMPLETE, box.stage, box.stage_id, roles, f"{reason}; it asks for a fix", look)
    assigned = str(gate.fields.get("assigned_retry_to") or "") if gate is not None else ""
    if gate is not None and assigned and assigned != box.role:
        given = verdict.history.payloads.get((box.stage_id, gate.payload), ())
        now = inputs(policy, snapshot, stage, box.stage_id, box.area).digest
        if any(one.inputs == now for one in given):
            return Advice(COMPLETE, box.stage, box.stage_id, assigned, f"{reason}; {assigned} is to mend it", look)
        reason += "; what it was about has changed since, so it can be tried again"
    return Advice(COMPLETE, box.stage, box.stage_id, box.role, reason, _pass(box))


def _stale(box: Box, gate: GateFacts) -> Advice:
    changed = f": {'; '.join(box.changed[:3])}" if box.changed else ""
    reason = f"{box.stage_id} is stale, {box.why}{changed}"
    command = f"git gate reaffirm {box.stage_id}"
    if any(gate.fields.get(key) is True for key in ("auto_from_stage_07", "auto_from_stage_04")):
        command = "git gate fold"
    return Advice(RERUN, box.stage, box.stage_id, box.role, reason, command)


def _begin(policy: Policy, verdict: Verdict, stage: Stage, box: Box) -> Advice:
    snapshot = verdict.snapshot
    track = policy.tracks[verdict.track]
    reason = f"{stage.title} is open" + (f": {box.why}" if box.why else "")
    if stage.fan_out and not box.area:
        reason += "; no area has a change yet"
    context = snapshot.context
    unanswered = [one for one in context.questions if not one.answer] if context is not None else []
    if stage.gate == "stage-03" and unanswered:
        asked = unanswered[0]
        command = f'git gate answer {asked.number} "<answer>"'
        return Advice(
            COMPLETE, box.stage, box.stage_id, asked.to.lower(), f"question {asked.number}: {asked.text}", command
        )
    if stage.foldable and not fold_obstacles(snapshot, track):
        proof = "qa checked for regressions" if track.fold == "regression" else "the tests prove every criterion"
        return Advice(FOLD, box.stage, box.stage_id, "orchestrator", proof, "git gate fold")
    if track.fold == "build" and stage.gate == "stage-07" and _proved_by_build(verdict):
        return Advice(FOLD, box.stage, box.stage_id, "orchestrator", "the build proves it", "git gate fold")
    missing = _missing_document(snapshot.entries, snapshot.root, stage, box.area)
    if missing:
        area = f" {box.area}" if box.area else ""
        return Advice(
            SCAFFOLD,
            box.stage,
            box.stage_id,
            box.role,
            f"{reason}; {missing} is not there",
            f"git gate stage {stage.name}{area}",
        )
    return Advice(COMPLETE, box.stage, box.stage_id, box.role, reason, _pass(box))


def _proved_by_build(verdict: Verdict) -> bool:
    built = [gate for gate in verdict.snapshot.gates().values() if gate.number == "04"]
    return bool(built) and all(
        gate.fields.get("regression_check") == "PASS" or gate.fields.get("local_verification") for gate in built
    )


def _missing_document(entries: dict[str, tuple[str, str]], root: str, stage: Stage, area: str) -> str:
    """The first document of a stage that is a single file, when it is not there."""
    names = [name for name in stage.writes if not name.endswith("/**") and (area or "{area}" not in name)]
    path = f"{root}/{names[0].replace('{area}', area)}" if names else ""
    return path if path and path not in entries else ""


def _pass(box: Box) -> str:
    return f"git gate pass {box.stage}" + (f" --area {box.area}" if box.area else "")


def _pause(policy: Policy, verdict: Verdict, board: Board) -> Advice:
    """Nothing can be worked on: a checkpoint waits, or everything is done."""
    for stage, letter in board.waiting_checkpoint.items():
        if stage in board.left_out:
            continue  # whoever comes after it waits for the same
        checkpoint = next(one for one in policy.checkpoints if one.letter == letter)
        where = f"checkpoint {letter} after {checkpoint.after}"
        condition = checkpoint.auto_pass_when
        if condition and not automatic_pass_obstacle(policy, verdict.snapshot, letter, condition):
            reason = f"{where} passes by itself: {condition} holds"
            return Advice(PROCEED, stage, "", "orchestrator", reason, "git gate next --apply", letter)
        reason = f"{where}: a person looks before {stage} begins"
        return Advice(PROCEED, stage, "", "user", reason, f"git gate proceed {letter}", letter)
    if verdict.branch:
        reason = "every stage of the track is passed; once the branch is merged, git gate archive puts the run away"
        return Advice(DONE, "", "", "", reason, "git gate check --ready")
    return Advice(DONE, "", "", "", "every stage of the track is passed; the run can be put away", "git gate archive")
