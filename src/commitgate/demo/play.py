"""The player: carries a scenario out, step by step, and compares what happens with what is scripted."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from git import GitError

from commitgate.demo import verdict
from commitgate.demo.failure import Difference
from commitgate.demo.repository import Scratch, shielded
from commitgate.demo.roles import USER
from commitgate.demo.steps import Accepted, Asked, Chapter, Refused
from commitgate.finding import BLOCKED, PASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commitgate.demo.screen import Screen
    from commitgate.demo.steps import Step

# The status table of a finished run on the full track with three areas.
ROWS = (
    *("stage-01", "stage-02", "stage-03"),
    *("stage-04-backend", "stage-04-frontend", "stage-04-platform"),
    *("stage-05", "stage-05-security"),
    *("stage-06-backend", "stage-06-frontend", "stage-06-platform"),
    *("stage-07", "stage-08", "stage-09"),
)


class Player:
    """Plays steps in one scratch repository."""

    def __init__(self, scratch: Scratch, screen: Screen, commits: int) -> None:
        self.scratch = scratch
        self.screen = screen
        self.commits = commits
        self.accepted = 0
        self.refused = 0

    def step(self, step: Step) -> None:
        """Carry out one step, or raise :class:`Difference`."""
        match step:
            case Chapter():
                self.screen.chapter(step)
            case Accepted():
                self._accepted(step)
            case Refused():
                self._refused(step)
            case Asked():
                self._asked(step)

    def _prepare(self, step: Accepted | Refused) -> None:
        """Bring the work tree into the state that the step wants to commit."""
        for action in step.actions:
            try:
                action.perform(self.scratch, step.role)
            except (OSError, GitError) as error:
                raise Difference(f"{action} should be possible", str(error)) from None

    def _accepted(self, step: Accepted) -> None:
        self._prepare(step)
        before = self.scratch.head()
        done = self.scratch.commit(f"{step.role.name}: {step.subject}", step.role)
        if done.code or self.scratch.head() == before:
            raise Difference("the commit should be accepted", done.said)
        for rule in step.warns:
            if rule not in done.said:
                raise Difference(f"the hook should mention {rule}", done.said)
        self.accepted += 1
        found = self.scratch.check(step.role)
        said = json.dumps(found, indent=2, ensure_ascii=False)
        verdict.expect(step.states, step.checkpoint, found, said)
        if step.exits is not None and found.get("exit") != step.exits:
            raise Difference(f"git gate check should give {step.exits}, not {found.get('exit')}", said)
        state = verdict.summary(verdict.states(found), step.checkpoint)
        self.screen.accepted(step, self.accepted, self.commits, self.scratch.head(), state, done.said)

    def _refused(self, step: Refused) -> None:
        self._prepare(step)
        before = self.scratch.head()
        done = self.scratch.commit(f"{step.role.name}: {step.subject}", step.role)
        if not done.code or self.scratch.head() != before:
            raise Difference("the commit should be refused", done.said or "(nothing was said)")
        for word in (step.rule, *step.words):
            if word not in done.said:
                raise Difference(f"the refusal should mention {word}", done.said)
        self.refused += 1
        self.scratch.restore()
        self.screen.refused(step, done.said)

    def _asked(self, step: Asked) -> None:
        done = self.scratch.gate(step.command.split(), step.role)
        if done.code != step.exits:
            raise Difference(f"git gate {step.command}: exit {step.exits} expected, {done.code} found", done.said)
        for word in step.words:
            if word not in done.said:
                raise Difference(f"the answer should mention {word}", done.said)
        self.screen.asked(step, done.said)

    def finish(self) -> None:
        """Show the status table, and see that all of it is PASS."""
        found = verdict.states(self.scratch.check(USER))
        table = self.scratch.gate(("status",), USER)
        if tuple(sorted(found)) != tuple(sorted(ROWS)) or set(found.values()) != {"pass"}:
            raise Difference(f"the {len(ROWS)} rows of the status table should all be PASS", table.said)
        if table.code:
            raise Difference("git gate status should exit 0", table.said)
        self.screen.table(table.out)


def play(story: Sequence[Step], feature: str, screen: Screen, path: Path) -> int:
    """Play ``story`` in a new repository at ``path``, an empty or missing directory.

    Returns 0 when everything came out as scripted, else 2, after saying what differed.
    """
    began = time.monotonic()
    commits = sum(isinstance(step, Accepted) for step in story)
    with tempfile.TemporaryDirectory(prefix="gate-demo-home-") as home, shielded(Path(home)):
        scratch = Scratch(path)
        player = Player(scratch, screen, commits)
        screen.opening(feature, path)
        what = "installing the hooks"
        try:
            done = scratch.gate(("install",), USER)
            if done.code:
                raise Difference("git gate install should exit 0", done.said)
            with screen.progress(commits):
                for step in story:
                    what = step.title if isinstance(step, Chapter) else f"{step.role.name} {step.subject}"
                    player.step(step)
            what = "the end"
            player.finish()
        except Difference as failure:
            screen.different(what, failure)
            return BLOCKED
        finally:
            scratch.repo.close()
    screen.closing(player.accepted, player.refused, time.monotonic() - began)
    return PASS
