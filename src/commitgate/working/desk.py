"""The run folder together with the verdict on the work tree: what a command needs that may refuse."""

from __future__ import annotations

import contextlib
import difflib
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from commitgate.engine import WORKTREE, Answer, Engine, open_engine
from commitgate.errors import GateError, UserError
from commitgate.facts import Snapshot
from commitgate.finding import BLOCKED, MALFORMED, Finding, exit_code
from commitgate.judge.ledger import History
from commitgate.judge.stages import Board
from commitgate.policy.layout import area_of, owners
from commitgate.policy.model import Policy, Stage, Track
from commitgate.working.asking import asked
from commitgate.working.run_folder import RunFolder
from commitgate.writing import lock


class Refused(GateError):
    """The tree contradicts what a command was to write; nothing was written. ``findings`` say why."""

    closing = "nothing was written"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        first = next(one for one in self.findings if one.level)
        super().__init__(first.message, first.hint, exit_code(self.findings))


class Desk(NamedTuple):
    """The run folder, and how the engine judges the work tree at the time ``now`` (epoch seconds)."""

    engine: Engine
    answer: Answer
    folder: RunFolder
    now: int

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.answer.policy

    @property
    def snapshot(self) -> Snapshot:
        """The work tree."""
        return self.answer.verdict.snapshot

    @property
    def history(self) -> History:
        """What history says, the work tree folded in under the commit id ""."""
        return self.answer.verdict.history

    @property
    def track(self) -> Track:
        """The track of the run; GateError without a run, or with one that cannot be judged."""
        run = self.folder.run()
        if run.track not in self.policy.tracks:
            raise GateError(f'{self.folder.run_file} names a track "{run.track}" that the policy lacks', "", MALFORMED)
        return self.policy.tracks[run.track]

    @property
    def board(self) -> Board:
        """The state of every stage."""
        board = self.answer.verdict.board
        if board is None:
            raise GateError(
                f"{self.folder.run_file} is not part of the work tree as git sees it", "is it ignored?", BLOCKED
            )
        return board


@contextlib.contextmanager
def desk() -> Iterator[Desk]:
    """Judge the work tree as the only writer. What the engine cannot decide, or refuses to read, it raises."""
    with open_engine() as engine:
        top = engine.repo.top()
        with lock(engine.repo):
            now = int(time.time())
            answer = engine.ask(asked(WORKTREE), now)
            yield Desk(engine, answer, RunFolder(engine.repo, top, answer.place.folder), now)


def find_stage(track: Track, policy: Policy, name: str) -> tuple[Stage, str]:
    """(stage, area or "") by the stage's name, its gate's id, or the id of one area's gate.

    GateError when the track leaves it out, UserError when nothing is called that.
    """
    for stage in track.stages:
        if name in (stage.name, stage.gate):
            return stage, ""
    for stage in track.stages:
        area = area_of(stage, name)
        if area is not None:
            return stage, area
    every = [stage for one in policy.tracks.values() for stage in one.stages]
    names = [stage.name for stage in track.stages]
    if any(name in (stage.name, stage.gate) for stage in every):
        raise GateError(f"the track {track.name} has no {name}", f"its stages: {', '.join(names)}", BLOCKED)
    near = difflib.get_close_matches(name, names, 1)
    raise UserError(
        f"there is no stage {name!a}{f'; did you mean {near[0]}?' if near else ''}", f"stages: {', '.join(names)}"
    )


def refuse_early(desk: Desk, below: str, belongs: str) -> None:
    """GateError (exit 2) while no stage that owns a path of the run folder is open: the hook would refuse the file.

    ``belongs``: how the message begins ("the lessons belong to").
    """
    stages = owners(desk.policy, desk.track, below)
    board = desk.board
    if not stages or any(board.open[stage.name] for stage in stages):
        return
    lacking = "; ".join(board.lacking[stages[0].name])
    raise GateError(
        f"{belongs} {stages[0].name}, which is not open yet: {lacking}",
        "git gate next says what comes first",
        BLOCKED,
    )


def find_area(policy: Policy, name: str) -> str:
    """The name of a reviewed area; UserError when there is none of that name."""
    known = [area.name for area in policy.areas if area.reviewed]
    if name in known:
        return name
    if any(area.name == name for area in policy.areas):
        raise UserError(f"the area {name} has no gate of its own: nobody reviews it", f"areas: {', '.join(known)}")
    near = difflib.get_close_matches(name, known, 1)
    raise UserError(
        f"there is no area {name!a}{f'; did you mean {near[0]}?' if near else ''}", f"areas: {', '.join(known)}"
    )
