"""A person's decisions: letting a checkpoint pass, and answering an escalation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from commitgate.documents import context_edit
from commitgate.errors import GateError, UserError
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.approvals import open_escalations
from commitgate.judge.checkpoints import deciding_mark
from commitgate.judge.ledger import Escalation
from commitgate.judge.stages import PASSED, SKIPPED
from commitgate.working.desk import Desk, Refused
from commitgate.working.run_folder import timestamp


def proceed(desk: Desk, letter: str, who: str) -> bool:
    """Record that a checkpoint is passed; False when it is already. Refused while the stage before it is not done."""
    checkpoint = next((one for one in desk.policy.checkpoints if one.letter == letter), None)
    if checkpoint is None:
        letters = ", ".join(one.letter for one in desk.policy.checkpoints) or "none: the policy says checkpoints: off"
        raise UserError(f"there is no checkpoint {letter!a}", f"checkpoints: {letters}")
    if all(stage.name != checkpoint.after for stage in desk.track.stages):
        raise GateError(f"the track {desk.track.name} has no checkpoint {letter}", "git gate next", BLOCKED)
    if deciding_mark(desk.snapshot, desk.history, letter) is not None:
        return False
    board = desk.board
    if not board.effective[checkpoint.after]:
        boxes = [box for box in board.boxes if box.stage == checkpoint.after and box.state not in (PASSED, SKIPPED)]
        states = [f"{box.stage_id} is {box.state}{f' ({box.why})' if box.why else ''}" for box in boxes]
        why = "; ".join((*states, *board.lacking[checkpoint.after]))
        message = f"checkpoint {letter} stands after {checkpoint.after}, which is not passed: {why}"
        raise Refused([Finding("checkpoint/waiting", BLOCKED, message, "git gate next says what comes first")])
    when = timestamp(desk.now)
    return desk.folder.edit_context(lambda data: context_edit.append_checkpoint(data, when, letter, who))


class Standing(NamedTuple):
    """The escalations of a gate that nobody has decided, and every option that they name."""

    stage_id: str
    escalations: tuple[Escalation, ...]
    options: tuple[str, ...]


def standing(desk: Desk, stage_id: str) -> Standing:
    """What is escalated at a gate; GateError when nothing is."""
    desk.folder.run()
    escalations = open_escalations(desk.snapshot, desk.history, stage_id)
    if not escalations:
        every = sorted({one.stage_id for one in desk.history.escalations.values()})
        found = [one for one in every if open_escalations(desk.snapshot, desk.history, one)]
        hint = f"escalated: {', '.join(found)}" if found else "git gate status shows every stage"
        raise GateError(f"{stage_id!a} has no escalation that waits for a decision", hint, BLOCKED)
    options = dict.fromkeys(option for one in escalations for option in one.options)
    return Standing(stage_id, escalations, tuple(options))


def resolve(desk: Desk, found: Standing, decision: str) -> str:
    """Record the decision, an option's letter or number written out; the text as it was recorded."""
    if all(one.for_principal for one in found.escalations):
        raise GateError(f"what is escalated at {found.stage_id} awaits a ruling", found.escalations[0].command, BLOCKED)
    text = chosen(decision, found.options)
    _refuse_uncommitted(desk, found.stage_id, found.escalations)
    context = desk.snapshot.context
    said = context.decisions if context is not None else ()
    when = unused(desk.now, {one.when for one in said if (one.gate, one.text) == (found.stage_id, text)})
    desk.folder.edit_context(lambda data: context_edit.append_decision(data, when, found.stage_id, text))
    return text


def rule_on(desk: Desk, stage_id: str, decision: str) -> bool:
    """Record the principal's ruling on an escalated gate, also in the words of an earlier one, which is answered."""
    escalations = open_escalations(desk.snapshot, desk.history, stage_id)
    _refuse_uncommitted(desk, stage_id, escalations)
    context = desk.snapshot.context
    said = context.rulings if context is not None else ()
    when = unused(desk.now, {one.when for one in said if (one.topic, one.decision) == (stage_id, decision)})
    return desk.folder.edit_context(lambda data: context_edit.append_ruling(data, when, stage_id, decision))


def unused(now: int, times: Collection[str]) -> str:
    """The time ``now``, or the first second after it that is none of ``times``: the same words said again are news."""
    return next(one for one in map(timestamp, itertools.count(now)) if one not in times)


def _refuse_uncommitted(desk: Desk, stage_id: str, escalations: Iterable[Escalation]) -> None:
    """A decision counts only if the commit that brings the escalation does not hold it yet."""
    if any(not one.commit for one in escalations):
        raise GateError(
            f"{stage_id} is escalated in the work tree only, and a decision counts when it comes after that commit",
            f"git add {desk.folder.root} && git commit, then decide",
            BLOCKED,
        )


def chosen(decision: str, options: tuple[str, ...]) -> str:
    """The decision in full. ``B``, ``2`` or the option's own letter stand for an option; anything else for itself."""
    short = decision.strip().rstrip(".)")
    if not options or not re.fullmatch(r"[A-Za-z]|[0-9]{1,3}", short):
        return decision
    own = [option for option in options if re.match(rf"{re.escape(short)}(?![A-Za-z0-9])", option, re.IGNORECASE)]
    if len(own) == 1:
        return own[0]
    labelled = any(re.match(r"[A-Za-z0-9][ \t]*[.):—–-]", option) for option in options)
    number = int(short) if short.isdigit() else ord(short.upper()) - ord("A") + 1
    if not 0 < number <= len(options) or (labelled and not short.isdigit()):
        listed = "; ".join(f"{index}. {option}" for index, option in enumerate(options, 1))
        raise UserError(f"there is no option {short}", f"write the decision out, or choose: {listed}")
    return options[number - 1]
