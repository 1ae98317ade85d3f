"""Commands that run our hook, and what the hook itself answered: git turns every refusal into its own exit 1."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

from story import Story
from support import SOURCE, Result

RECORDING = """#!/bin/sh
'{python}' -I -S '{start}' {hook} "$@"
code=$?
echo $code >>'{record}'
exit $code
"""


class Attempt(NamedTuple):
    """``code``: the hook's own exit code, None when it did not run; ``git``: what the command said."""

    code: int | None
    git: Result

    def refused(self, rule: str, code: int) -> bool:
        """Whether the hook refused with exactly this exit code, naming the rule as an error."""
        named = any(line.split()[:2] == ["error", rule] for line in self.git.said.splitlines())
        return self.code == code and self.git.code != 0 and named

    def passed(self) -> bool:
        """Whether the hook ran and let the command through."""
        return self.code == 0 and self.git.code == 0


def record(story: Story) -> None:
    """Replace the story's hooks by such that write down their exit codes, beside the repository."""
    start = SOURCE / "commitgate" / "doors" / "start.py"
    place = story.path.with_suffix(".codes")
    for hook in ("pre-commit", "pre-merge-commit"):
        text = RECORDING.format(python=sys.executable, start=start, hook=hook, record=place)
        story.hook(hook, text)


def attempt(story: Story, *args: str, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Attempt:
    """Run a git command that ends in our hook."""
    place = story.path.with_suffix(".codes")
    place.unlink(missing_ok=True)
    said = story.git(*args, check=False, env=env, feed=feed)
    codes = [int(line) for line in place.read_text().split()] if place.exists() else []
    return Attempt(codes[-1] if codes else None, said)


def commit(story: Story, *args: str, env: Mapping[str, str] | None = None, feed: bytes = b"") -> Attempt:
    """``git commit -m change`` with arguments."""
    return attempt(story, "commit", "-q", "-m", "change", *args, env=env, feed=feed)
