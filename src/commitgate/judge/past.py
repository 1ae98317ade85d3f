"""The stages of a commit on the way, without reading more of its lines than the answer needs."""

from __future__ import annotations

from commitgate.facts import NO_LINES, Snapshot
from commitgate.judge.binding import TRIGGERS
from commitgate.judge.ledger import History
from commitgate.judge.review_gate import AreaReview
from commitgate.judge.stages import PASSED, STALE, WAITING, Board, board
from commitgate.policy.condition import grows
from commitgate.policy.layout import owners
from commitgate.policy.model import Policy, Track


def board_in_history(
    policy: Policy, track: Track, snapshot: Snapshot, history: History, areas: list[AreaReview]
) -> Board:
    """The board of a commit on the way. Whether a line fires is asked only once it is the conditional stage's turn.

    Until then something before that stage is missing, so nothing after it is open either way, and a long history need
    not be read line by line. What the commit writes for such a stage has it asked at once, and so has a gate that is
    bound to what fires: without the lines it would be bound to less.
    """
    conditional = [stage for stage in track.stages if stage.when]
    written = {one.name for row in snapshot.touched_process for one in owners(policy, track, snapshot.below(row.path))}
    if all(grows(one.when) and not one.owns_areas and one.name not in written for one in conditional):
        by_name = board(policy, track, snapshot._replace(lines=NO_LINES), history, areas)
        if not any(by_name.open[name] for name in by_name.left_out) and not _bound_to_lines(track, by_name):
            return by_name
    return board(policy, track, snapshot, history, areas)


def _bound_to_lines(track: Track, made: Board) -> bool:
    """Whether a PASS of the board is bound to the rows that fire, by name or by line."""
    stages = {stage.name for stage in track.stages if f"delta:{TRIGGERS}" in stage.bound}
    return any(box.stage in stages and box.state in (PASSED, STALE, WAITING) for box in made.boxes)
