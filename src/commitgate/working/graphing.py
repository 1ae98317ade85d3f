"""``graph``: which order is meant, and what the change at hand makes of it."""

from __future__ import annotations

import difflib
import time
from typing import NamedTuple

from commitgate.engine import WORKTREE, Question, open_engine
from commitgate.errors import UserError
from commitgate.judge.resolved import Resolved, resolved
from commitgate.judge.verdict import Verdict
from commitgate.policies import Policies
from commitgate.policy.model import Policy
from commitgate.working.asking import asked
from commitgate.working.own_policy import policy_of

_FULL = "full"


class Pictured(NamedTuple):
    """The order, and what has to be known about it beside: "" for nothing."""

    order: Resolved
    note: str


def picture(track: str, profiles: tuple[str, ...] | None) -> Pictured:
    """The order of a track ("" for the run's own, else full) under the ``.gates.yaml`` of the work tree.

    ``profiles`` are tried out instead of the chosen ones. The change of the active run is asked about only where this
    is its own track under the policy in force; otherwise conditions stay open. UserError for a name that nobody knows.
    """
    with open_engine() as engine:
        policy = policy_of(engine, Question(WORKTREE))
        if track:
            _known("track", track, tuple(policy.tracks))
        if profiles is not None:
            for name in profiles:
                _known("profile", name, tuple(known for known, _ in policy.profiles))
            policy = Policies(engine.repo, engine.memo).tried(profiles)
        if track and profiles is not None:
            return Pictured(resolved(policy, policy.tracks[track], "", {}), "")
        answer = engine.ask(asked(WORKTREE), int(time.time()))
    return _of_run(policy, track, answer.policy, answer.verdict)


def _of_run(policy: Policy, track: str, in_force: Policy, verdict: Verdict) -> Pictured:
    board = verdict.board
    meant = policy.tracks[track or (verdict.track if verdict.track in policy.tracks else _FULL)]
    if board is None or meant.name != verdict.track:
        return Pictured(resolved(policy, meant, "", {}), "")
    if in_force.digest != policy.digest:
        note = "the policy in force is another one, so conditions stay open and status may tell of other stages"
        return Pictured(resolved(policy, meant, "", {}), note)
    return Pictured(resolved(policy, meant, verdict.run, board.left_out), "")


def _known(what: str, name: str, names: tuple[str, ...]) -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, names, 1)
    hint = f"{what}s: {', '.join(names)}" if names else f"the policy knows no {what}s: docs/policy.md, profiles"
    raise UserError(f"there is no {what} {name[:60]!a}{f'; did you mean {near[0]}?' if near else ''}", hint)
