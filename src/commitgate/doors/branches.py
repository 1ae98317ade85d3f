"""May this ref become that commit? The question of pre-push, pre-receive and reference-transaction.

The answer is the replay of what the update brings. A protected branch is neither deleted nor rewritten, and what it is
moved to must be ready to merge.
"""

from __future__ import annotations

import sys

from commitgate.doors.updates import HEADS, TAGS, Update
from commitgate.errors import CannotDecide
from commitgate.finding import BLOCKED, PASS, UNKNOWN, Finding, exit_code
from commitgate.git.refs import is_ancestor, target_tip
from commitgate.policies import Policies, PolicyRefused
from commitgate.record import Record
from commitgate.replay import Replay, Replaying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from commitgate.engine import Engine
    from commitgate.git.process import Repository
    from commitgate.git.refs import Refs

_UNRELATED = "engine/unrelated"


class Target(Record):
    """The branch that work is merged into, as the receiving side has it.

    name: "" when there is none. tip: "" while it does not exist. protected: the branches that are never rewritten.
    """

    name: str
    tip: str
    protected: frozenset[str]


def target_here(engine: Engine, refs: Refs, commit: str) -> Target:
    """The target as this clone knows it, for work that ends in ``commit`` ("" for HEAD)."""
    policies = Policies(engine.repo, engine.memo)
    force = engine.force(policies, policies.at_commit(commit or "HEAD"), refs)
    return Target(force.target.name, target_tip(engine.repo, force.target), frozenset({force.target.name} - {""}))


class Judging:
    """Judges the updates of one push. ``elsewhere`` are arguments of rev-list for what is there already."""

    def __init__(self, repo: Repository, target: Target, elsewhere: Sequence[str], now: int) -> None:
        self._repo = repo
        self._target = target
        self._elsewhere = elsewhere
        self._now = now
        self._replaying = Replaying(repo, lambda commits: None)
        self._replays: dict[tuple[str, ...], Replay] = {}

    def judge(self, updates: Sequence[Update]) -> list[tuple[str, list[Finding]]]:
        """(ref, findings) for every update, in the order given."""
        founded = {one.ref: one.new for one in updates}.get(HEADS + self._target.name, "")
        if not self._target.tip and founded:  # the push brings the target branch along: the others start from it
            self._target = self._target._replace(tip=founded)
            return [(one.ref, self._asked(one, one.new != founded or one.ref[len(HEADS) :] != self._target.name)) for one in updates]
        return [(one.ref, self._asked(one)) for one in updates]
