"""Looking at a run without changing anything: the verdict on the work tree, and what it says about the next step.

``git gate status`` and ``git gate next`` are typed all day, so without options they are answered from here alone,
before click is loaded; whatever goes wrong on the way is told by the command line as for every other command.
"""

from __future__ import annotations

import os
import time

from commitgate.engine import WORKTREE, Answer, Engine, open_engine
from commitgate.judge.advice import Advice, advise
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.record import Record
from commitgate.report.status import status_data, status_text
from commitgate.report.step import next_text
from commitgate.report.terminal import colours
from commitgate.working.asking import asked, named_run
from commitgate.working.pasting import pasteable


class Look(Record):
    """What there is to see: the work tree under the policy in force, and the next step."""

    policy: Policy
    verdict: Verdict
    advice: Advice


def look() -> Look:
    """Judge the work tree about the run that is meant; CannotDecide or PolicyRefused when that is impossible."""
    with open_engine() as engine:
        return _seen(engine, engine.ask(asked(WORKTREE), int(time.time())), named_run())


def look_at_each() -> tuple[Look, ...]:
    """The same about every run that the question is about: at the root of a branch with several, each of them."""
    with open_engine() as engine:
        answers = engine.ask_each(asked(WORKTREE), int(time.time()))
        several = len(answers) > 1
        return tuple(_seen(engine, one, one.place.folder if several else named_run()) for one in answers)


def _seen(engine: Engine, answer: Answer, run: str) -> Look:
    # At the root, where most people stand, git need not be asked where that is.
    top = "." if os.path.lexists(".git") else engine.repo.top()
    advice = pasteable(advise(answer.policy, answer.verdict), top, run)
    return Look(answer.policy, answer.verdict, advice)


def status(seen: tuple[Look, ...]) -> str:
    """What ``git gate status`` prints."""
    return "\n".join(status_text(status_data(*one), one.verdict, one.advice, colours()) for one in seen)


def step(seen: Look) -> str:
    """What ``git gate next`` prints."""
    return next_text(*seen, colours())


ANSWERS = {"status": lambda: status(look_at_each()), "next": lambda: step(look())}
