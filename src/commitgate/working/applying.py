"""``git gate next --apply``: the next step, done, where it is mechanical.

Laying down a stage's templates, deriving approvals, folding a sign-off and passing a checkpoint whose condition holds
follow from the tree alone. Everything else is somebody's work or decision and is never done here.
"""

from __future__ import annotations

import time

from commitgate.documents import context_edit
from commitgate.engine import WORKTREE
from commitgate.finding import Finding
from commitgate.judge.advice import DERIVE, FOLD, PROCEED, RERUN, SCAFFOLD, Advice, advise
from commitgate.judge.checkpoints import automatic_pass_obstacle
from commitgate.record import Record
from commitgate.working.asking import asked
from commitgate.working.derived import apply as write_derived
from commitgate.working.derived import plan
from commitgate.working.desk import Desk, Refused
from commitgate.working.folding import fold
from commitgate.working.laying import lay_down
from commitgate.working.run_folder import timestamp

_FOLD_COMMAND = "git gate fold"


class Applied(Record):
    """What came of the step. ``obstacle`` says why nothing was done; "" when it was."""

    advice: Advice
    written: tuple[str, ...]  # paths from the root of the work tree
    obstacle: str
    warnings: tuple[Finding, ...] = ()


def apply_next(desk: Desk) -> Applied:
    """Do the next step where it is mechanical. Refused when the tree contradicts it, and then nothing is written."""
    verdict = desk.answer.verdict
    advice = advise(desk.policy, verdict)
    if advice.kind == SCAFFOLD:
        area = next((box.area for box in desk.board.boxes if box.stage_id == advice.gate), "")
        _, laid = lay_down(desk, advice.stage, area)
        return Applied(advice, tuple(one.path for one in laid if one.written), "")
    if advice.kind == DERIVE:
        planned = plan(verdict, desk.now)
        write_derived(desk.folder, planned)
        return Applied(advice, tuple(one.path for one in planned if one.data is not None), "")
    if advice.kind == FOLD or (advice.kind == RERUN and advice.command == _FOLD_COMMAND):
        gates = fold(desk)
        warnings = tuple(warning for gate in gates for warning in gate.warnings)
        return Applied(advice, tuple(gate.path for gate in gates if gate.changed), "", warnings)
    if advice.kind == PROCEED:
        return _proceed(desk, advice)
    return Applied(advice, (), f"this is for {advice.role} to do" if advice.role else "there is nothing left to do")


def _proceed(desk: Desk, advice: Advice) -> Applied:
    condition = next(one.auto_pass_when for one in desk.policy.checkpoints if one.letter == advice.checkpoint)
    obstacle = automatic_pass_obstacle(desk.policy, desk.snapshot, advice.checkpoint, condition)
    if obstacle:
        return Applied(advice, (), obstacle)
    folder = desk.folder
    path = folder.context_file
    before = folder.context()
    when = timestamp(desk.now)
    folder.write(path, context_edit.append_automatic_checkpoint(before, when, advice.checkpoint, condition))
    # The record is judged as the commit will be: under every policy in force, not only the one that was read above.
    verdict = desk.engine.ask(asked(WORKTREE), int(time.time())).verdict
    forged = [one for one in verdict.lawful if one.rule == "checkpoint/forged"]
    if forged:
        folder.write(path, before)
        raise Refused(forged)
    return Applied(advice, (path,), "")
