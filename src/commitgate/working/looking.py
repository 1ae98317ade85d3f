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
from commitgate.working.asking import asked


class Look(Record):
    """What there is to see: the work tree under the policy in force, and the next step."""

    policy: Policy
    verdict: Verdict
    advice: Advice


def look() -> Look:
    """Judge the work tree about the run that is meant; CannotDecide or PolicyRefused when that is impossible."""
    with open_engine() as engine:
        return _seen(engine, engine.ask(asked(WORKTREE), int(time.time())))


def look_at_each() -> tuple[Look, ...]:
    """The same about every run that the question is about: at the root of a branch with several, each of them."""
    with open_engine() as engine:
        return tuple(_seen(engine, one) for one in engine.ask_each(asked(WORKTREE), int(time.time())))


def _seen(engine: Engine, answer: Answer) -> Look:
    advice = advise(answer.policy, answer.verdict)
    if not os.path.lexists(".git"):
        advice = from_here(advice, engine.repo.top())
    return Look(answer.policy, answer.verdict, advice)


def from_here(advice: Advice, top: str) -> Advice:
    """The advice with commands that work in the current folder, also where they name paths from the root ``top``."""
    up = os.path.relpath(top)
    if up == ".":
        return advice
    return advice._replace(commit=_placed(advice.commit, up), command=_placed(advice.command, up))


def _placed(command: str, up: str) -> str:
    import shlex  # brings regular expressions, and most people stand at the root

    for start in ("git add ", "git gate validate "):
        if command.startswith(start):
            program, verb = start.rstrip().rsplit(" ", 1)
            return f"{program} -C {shlex.quote(up)} {verb} {command[len(start) :]}"
    return command


def status(seen: tuple[Look, ...]) -> str:
    """What ``git gate status`` prints."""
    return "\n".join(status_text(status_data(*one), one.verdict, one.advice, colours()) for one in seen)


def step(seen: Look) -> str:
    """What ``git gate next`` prints."""
    return next_text(*seen, colours())


ANSWERS = {"status": lambda: status(look_at_each()), "next": lambda: step(look())}
