"""What a step does to the work tree before it commits: small records, each of which knows how to carry itself out.

``Swap`` and ``Forge`` do by hand what the commands would refuse to do; the demonstration uses them to show that
the hooks refuse it too.
"""

from __future__ import annotations

import datetime
import json
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from commitgate.demo.failure import Difference

if TYPE_CHECKING:
    from commitgate.demo.repository import Scratch
    from commitgate.demo.roles import Role


class Action(Protocol):
    """Something that a role does to the work tree."""

    def perform(self, scratch: Scratch, role: Role) -> None:
        """Do it, or raise :class:`Difference` when it does not come out as scripted."""


@dataclass(frozen=True)
class Lay:
    """Copy a folder of ``templates/demo`` over the work tree; ``@TODAY@`` in a document becomes today's date."""

    folder: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        shutil.copytree(scratch.story / self.folder, scratch.path, dirs_exist_ok=True, copy_function=_dated)


def _dated(source: str, target: str) -> None:
    """A plain copy: shipped files may be read-only, what they become may not."""
    text = Path(source).read_text("utf-8").replace("@TODAY@", f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}")
    Path(target).write_text(text, "utf-8")


@dataclass(frozen=True)
class Branch:
    """Start a branch and go on there."""

    name: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        scratch.repo.git.switch(self.name, create=True)


@dataclass(frozen=True)
class Patch:
    """Apply ``templates/demo/patches/<name>.patch``."""

    name: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        scratch.repo.git.apply(scratch.story / "patches" / f"{self.name}.patch")


@dataclass(frozen=True)
class Append:
    """Add a text of ``templates/demo`` at the end of a file, which is made when it is missing."""

    path: str
    source: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        target = scratch.path / self.path
        before = target.read_text("utf-8") if target.exists() else ""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(before + (scratch.story / self.source).read_text("utf-8"), "utf-8")


@dataclass(frozen=True)
class Fill:
    """Keep the heading of a file that a command has just made, and put a text of ``templates/demo`` below it."""

    path: str
    source: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        target = scratch.path / self.path
        if not target.exists():
            raise Difference(f"{self.path} should have been made", "")
        heading = target.read_text("utf-8").split("\n", 1)[0]
        target.write_text(heading + "\n" + (scratch.story / self.source).read_text("utf-8"), "utf-8")


@dataclass(frozen=True)
class Gate:
    """Run ``git gate <line>``, which must succeed; ``@STORY@`` in a word stands for the folder of the texts.

    The line is written as in a shell: words with blanks or JSON in them stand in quotes.
    """

    line: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        words = [word.replace("@STORY@", str(scratch.story)) for word in shlex.split(self.line)]
        done = scratch.gate(words, role)
        if done.code:
            raise Difference(f"git gate {self.line}: exit 0 expected, {done.code} found", done.said)


@dataclass(frozen=True)
class Swap:
    """Edit a file by hand: the first ``old`` becomes ``new``."""

    path: str
    old: str
    new: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        target = scratch.path / self.path
        before = target.read_text("utf-8")
        if self.old not in before:
            raise Difference(f"{self.path} should contain {self.old!r}", before)
        target.write_text(before.replace(self.old, self.new, 1), "utf-8")


@dataclass(frozen=True)
class Forge:
    """Write a gate by hand, without asking the command that would check it first."""

    stage: str
    agent: str
    fields: dict[str, Any] = field(default_factory=dict)

    def perform(self, scratch: Scratch, role: Role) -> None:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        head = {"stage": self.stage, "status": "PASS", "agent": self.agent, "track": "full", "timestamp": now}
        gate = head | self.fields | {"blockers": [], "warnings": []}
        target = scratch.path / "pipeline" / "gates" / f"{self.stage}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(gate, indent=2) + "\n", "utf-8")


@dataclass(frozen=True)
class Delete:
    """Remove a file from the work tree."""

    path: str

    def perform(self, scratch: Scratch, role: Role) -> None:
        (scratch.path / self.path).unlink()
