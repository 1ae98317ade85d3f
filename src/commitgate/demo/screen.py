"""What the person sees: a line or two for each step, colour and a progress bar on a terminal, plain text elsewhere."""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commitgate.report import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commitgate.demo.failure import Difference
    from commitgate.demo.roles import Role
    from commitgate.demo.steps import Accepted, Asked, Chapter, Refused

_WIDTHS = (7, 12, 7)  # of the columns: number, role, commit id
_READING_TIME = {"accepted": 0.7, "refused": 1.2}  # seconds that a line stays the newest one, at least


class Screen:
    """Prints the story. ``pace`` scales the pauses: 1 for a reader, 0 for none."""

    def __init__(self, console: Console, pace: float) -> None:
        self.console = console
        self.pace = pace
        self._next = 0.0
        self._bar: Progress | None = None

    @contextlib.contextmanager
    def progress(self, commits: int) -> Iterator[None]:
        """Show a bar below the story while the block runs, on a terminal only."""
        if not self.console.is_terminal:
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as bar:
            bar.add_task("commits", total=commits)
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None

    def opening(self, feature: str, path: Path) -> None:
        """Say what is going to happen, and where."""
        self._print(Text.assemble(("git gate demo", "bold"), f": “{feature}”, nine stages as real commits"))
        self._print(Text(f"Repository: {path} (its own configuration, hooks installed by git gate install)", "dim"))

    def chapter(self, step: Chapter) -> None:
        """A heading."""
        self._print(Text(""))
        self._print(Text(step.title, "bold underline"))

    def accepted(self, step: Accepted, number: int, total: int, commit: str, state: str, said: str) -> None:
        """A commit that was let through: its id, what the hooks warned of, and the state of the pipeline after it."""
        self._wait("accepted")
        self._line(Text(f"{number:>4}/{total}", "dim"), step.role, Text(commit, "dim"), Text(step.subject))
        for rule in step.warns:
            self._line(Text(), None, Text(), Text.assemble((rule, "yellow"), " ", explained(said, rule)[0]))
        self._line(Text(), None, Text(), Text(f"→ {state}", "dim"))
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])

    def refused(self, step: Refused, said: str) -> None:
        """A commit that was refused, with the rule and the first thing the hook said about it."""
        self._wait("refused")
        self._line(Text(), step.role, Text("refused", "bold red"), Text(step.subject))
        self._line(Text(), None, Text(), Text.assemble((step.rule, "bold red"), " ", *explained(said, step.rule)))

    def asked(self, step: Asked, said: str) -> None:
        """A question and the line of the answer that matters."""
        self._wait("refused" if step.exits else "accepted")
        answer = Text("not yet", "bold yellow") if step.exits else Text("yes", "bold green")
        self._line(Text(), step.role, answer, Text(step.subject))
        line = line_with(said, step.words[0] if step.words else "")
        asked = Text.assemble((f"git gate {step.command}, exit {step.exits}: ", "dim"), line)
        self._line(Text(), None, Text(), asked)

    def table(self, status: str) -> None:
        """The status table, as the tool prints it."""
        self._print(Text(""))
        self._print(Text(status.rstrip("\n")))

    def closing(self, commits: int, refusals: int, seconds: float) -> None:
        """Everything came out as scripted."""
        self._print(Text(""))
        self._print(
            Text(f"{commits} commits accepted, {refusals} refused, all as scripted, in {seconds:.0f} s.", "bold green")
        )

    def kept(self, path: Path) -> None:
        """How to look around in the repository that was left behind."""
        self._print(Text(f"The repository is in {path}. To look around:"))
        for command, why in (
            ("git log --stat", "who did what"),
            ("git gate status", "the table of all stages"),
            ("git gate why approval backend", "which approvals count, and why"),
            ("git gate check --ready", "may this branch be merged?"),
        ):
            self._print(Text.assemble("  ", (f"{command:<32}", "bold"), (why, "dim")))

    def different(self, what: str, failure: Difference) -> None:
        """The tool did not behave as scripted: what was expected, and everything that was said."""
        self._print(Text(""))
        self._print(Text.assemble(("different ", "bold red"), f"{what}: {failure.expected}"))
        self._print(Text(failure.output.rstrip("\n")))

    def _wait(self, kind: str) -> None:
        """Give the previous line its time; what the commit itself took counts as reading time."""
        rest = self._next - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._next = time.monotonic() + self.pace * _READING_TIME[kind]

    def _line(self, number: Text, role: Role | None, mark: Text, words: Text) -> None:
        """Four columns; on a terminal the last one is folded inside its own width."""
        who = Text(role.name, role.colour) if role else Text()
        cells = list(zip((number, who, mark), _WIDTHS, strict=True))
        if not self.console.is_terminal:
            self._print(Text("".join(f"{cell.plain:<{width}} " for cell, width in cells) + words.plain))
            return
        grid = Table.grid(padding=(0, 1))
        for _, width in cells:
            grid.add_column(width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(*(cell for cell, _ in cells), words)
        self.console.print(grid)

    def _print(self, text: Text) -> None:
        # soft_wrap: tables, logs and what hooks said keep their lines, whatever the width of the reader
        self.console.print(text, soft_wrap=True)


def explained(said: str, rule: str) -> tuple[str | tuple[str, str], ...]:
    """What the hook says below the first line that names ``rule``: the message, and the way out in another style."""
    lines = said.splitlines()
    head = next((position for position, line in enumerate(lines) if rule in line.split()), len(lines))
    below = itertools.takewhile(lambda line: line.startswith("    "), lines[head + 1 :])
    message, *rest = [line.strip() for line in below] or [""]
    return (message, *((f" {line}", "dim") for line in rest))


def line_with(said: str, word: str) -> str:
    """The first line that is not empty and contains ``word``, without blanks around it; "" when there is none."""
    return next((line.strip() for line in said.splitlines() if line.strip() and word in line), "")


def console() -> Console:
    """A console for standard output, in colour where every other command would print in colour.

    What the encoding of the output cannot show becomes a question mark instead of the end of the story.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if not terminal.coloured():
        return Console(force_terminal=False, no_color=True, highlight=False)
    return Console(color_system="auto" if sys.stdout.isatty() else "standard", highlight=False)
