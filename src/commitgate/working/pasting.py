"""Commands that work where they are shown: from any folder, and about the run that was meant.

The judge names paths from the repository's root and knows one run; whoever pastes its command may stand anywhere, and
there may be several runs.
"""

from __future__ import annotations

import os

from commitgate.judge.advice import Advice

_ABOUT_A_RUN = (
    "(?:next|status|stage|pass|reaffirm|review|derive|security|archive|fold|proceed|resolve|rule|adr|ask|answer|why|budget"
    "|visualize|summary)"
)
# These name paths from the root, and are about no run.
_OF_PATHS = ("git add ", "git gate validate ")


def pasteable(advice: Advice, top: str, run: str) -> Advice:
    """The advice with commands for the current folder; ``run`` is the run folder to be named, "" for none."""
    up = os.path.relpath(top)
    if up == "." and not run:
        return advice
    return advice._replace(commit=_placed(advice.commit, up, run), command=_placed(advice.command, up, run))


def naming(text: str, run: str) -> str:
    """A text for people with ``run`` named in every command of it that is about one run; "" leaves it alone."""
    if not run or "git gate " not in text:
        return text
    from re import sub
    from shlex import quote

    return sub(rf"\bgit gate (?={_ABOUT_A_RUN}\b)", lambda _: f"git gate --run {quote(run)} ", text)


def _placed(command: str, up: str, run: str) -> str:
    from shlex import quote  # brings regular expressions, and most people stand at the root of one run

    for start in _OF_PATHS:
        if command.startswith(start) and up != ".":
            program, verb = start.rstrip().rsplit(" ", 1)
            return f"{program} -C {quote(up)} {verb} {command[len(start) :]}"
    if run and command.startswith("git gate ") and not command.startswith(_OF_PATHS):
        return f"git gate --run {quote(run)} {command[len('git gate ') :]}"
    return command
