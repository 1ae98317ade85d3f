"""Where a run stands, in words: its checkpoints, what each gate waits for, and which questions are open."""

from __future__ import annotations

from commitgate.documents.facts import Question
from commitgate.judge.checkpoints import deciding_mark
from commitgate.judge.notes import labels
from commitgate.judge.stages import PASSED, SKIPPED, Board, Box
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.record import Record

AUTOMATIC, WAITS, AHEAD = "automatic", "waiting", "ahead"
DECIDED = "passed"


class Place(Record):
    """One checkpoint of the run's track. ``who`` is a person, or the condition by which it passed."""

    letter: str
    after: str  # name of the stage before it
    state: str  # DECIDED, AUTOMATIC, WAITS or AHEAD
    who: str
    when: str


def checkpoints(policy: Policy, verdict: Verdict) -> tuple[Place, ...]:
    """The checkpoints that the run comes by, in the order of its track; () without a run."""
    board = verdict.board
    found = []
    for stage in policy.tracks[verdict.track].stages if board is not None else ():
        if not stage.checkpoint or all(one.letter != stage.checkpoint for one in policy.checkpoints):
            continue
        if board is not None and stage.name in board.left_out:
            continue  # nothing comes by there
        mark = deciding_mark(verdict.snapshot, verdict.history, stage.checkpoint)
        if mark is not None:
            state, who, when = AUTOMATIC if mark.automatic else DECIDED, mark.who, mark.when
        else:
            reached = board is not None and board.effective[stage.name]
            state, who, when = WAITS if reached else AHEAD, "", ""
        found.append(Place(stage.checkpoint, stage.name, state, who, when))
    return tuple(found)


def waits_for(policy: Policy, verdict: Verdict, box: Box) -> tuple[str, ...]:
    """What stands right before a gate and is not there yet: short labels of gates, and checkpoints; () for nothing."""
    board = verdict.board
    if board is None or board.open[box.stage] or box.state == SKIPPED:
        return ()
    short = labels(board)
    undecided = {one.after: one.letter for one in checkpoints(policy, verdict) if one.state in (WAITS, AHEAD)}
    found = []
    for need in _needs(board, box.stage):
        missing = [one for one in board.boxes if one.stage == need and one.state not in (PASSED, SKIPPED)]
        found += [short[one.stage_id] for one in missing]
        if not missing and need in undecided:
            found.append(f"checkpoint {undecided[need]}")
    return tuple(found)


def _needs(board: Board, stage: str) -> list[str]:
    """What a stage needs in the order as it is: what is left out hands on its needs, unless another need has them."""
    handed = [deep for need in board.needs[stage] if need in board.left_out for deep in _needs(board, need)]
    direct = [need for need in board.needs[stage] if need not in board.left_out]
    known = {deep for need in (*direct, *handed) for deep in _before(board, need)}
    return list(dict.fromkeys([*direct, *(need for need in handed if need not in known)]))


def _before(board: Board, stage: str) -> set[str]:
    """Everything that a stage needs, transitively."""
    return {deep for need in board.needs[stage] for deep in (need, *_before(board, need))}


def open_questions(verdict: Verdict) -> tuple[Question, ...]:
    """The questions of ``context.md`` that nobody has answered."""
    context = verdict.snapshot.context
    return tuple(one for one in context.questions if not one.answer) if context is not None else ()
