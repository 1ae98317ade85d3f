"""Reading ``pipeline/context.md``: the decisions, checkpoints, questions and rulings of a run.

Decisions and checkpoint marks count only under ``## User Decisions``. What looks like an entry and is none is
``context/near-miss``: an answer or a decision must never be lost in silence. Pure in the bytes.
"""

from __future__ import annotations

import re

from commitgate.documents import context_near_miss, markdown
from commitgate.documents.context_lines import DECIDING, Entry, collect
from commitgate.documents.facts import CheckpointMark, ContextFacts, Decision, Question, Ruling
from commitgate.documents.timestamp import FORM, epoch
from commitgate.finding import Finding
from commitgate.record import Record

CONDITIONS = ("no_warnings", "all_criteria_passed")

_ADDRESSEE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)


class QuestionPlace(Record):
    """Where question ``number`` ends: an answer goes below that line."""

    number: int
    last: int


class _Facts:
    """Entries to facts, one method a kind."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        self.tracks: list[tuple[str, int]] = []
        self.decisions: list[Decision] = []
        self.checkpoints: list[CheckpointMark] = []
        self.rulings: list[Ruling] = []
        self.questions: list[Question] = []
        self.places: list[QuestionPlace] = []
        self.open: list[int] = []  # numbers of the open questions
        self.skip = ""

    def take(self, entry: Entry) -> None:
        """Add what the entry says, or the finding that says why it counts for nothing."""
        why = self._refused(entry) or getattr(self, f"_{entry.kind}")(entry)
        if why:
            kind = {"prose": "decision", "request": "ruling"}.get(entry.kind, entry.kind)
            self.findings.append(context_near_miss.finding(kind, entry.line, entry.shown, why))

    def _refused(self, entry: Entry) -> str:
        if entry.when and epoch(entry.when) is None:
            return f"{entry.when!a} is no time; expected {FORM}"
        if entry.kind in DECIDING and not entry.under:
            return "it does not stand under '## User Decisions'"
        return "" if entry.parts[-1] else "it says nothing after the colon"

    def _decision(self, entry: Entry) -> str:
        self.decisions.append(Decision(entry.parts[0], entry.parts[1], entry.when, entry.line))
        return ""

    def _prose(self, entry: Entry) -> str:
        self.decisions.append(Decision(f"stage-{int(entry.parts[0]):02}", entry.parts[1], entry.when, entry.line))
        return ""

    def _checkpoint(self, entry: Entry) -> str:
        automatic, letter, who = entry.parts
        if automatic and who not in CONDITIONS:
            return f"an automatic pass names its condition, {' or '.join(CONDITIONS)}"
        self.checkpoints.append(CheckpointMark(letter.lower(), bool(automatic), who, entry.when, entry.line))
        return ""

    def _ruling(self, entry: Entry) -> str:
        if not entry.parts[0]:
            return "it names no topic"
        self.rulings.append(Ruling(entry.parts[0], entry.parts[1], entry.when, entry.line))
        return ""

    def _request(self, entry: Entry) -> str:
        self.rulings.append(Ruling(entry.parts[0], "", entry.when, entry.line))
        return ""

    def _question(self, entry: Entry) -> str:
        text, mark, name = entry.parts[0].rpartition("@")
        found = _ADDRESSEE.fullmatch(name) if mark else None
        text = text.strip() if found else entry.parts[0]
        # Without an addressee it is still an open question: dropping it would let clarification pass.
        number = len(self.questions) + 1
        self.questions.append(Question(number, text, name.upper() if found else "PM", "", entry.line))
        self.places.append(QuestionPlace(number, entry.last))
        self.open.append(number)
        if not text:
            return "it asks nothing"
        return "" if found else "it does not say who is asked; end it with @PM"

    def _answer(self, entry: Entry) -> str:
        number = int(entry.parts[0]) if entry.parts[0] else self.open[-1] if self.open else 0
        if not number:
            return "no question above it is open"
        if number not in self.open:
            known = number <= len(self.questions)
            return f"question {number} {'has an answer already' if known else 'does not exist above it'}"
        self.open.remove(number)
        self.questions[number - 1] = self.questions[number - 1]._replace(answer=entry.parts[1])
        return ""

    def _skip(self, entry: Entry) -> str:
        self.skip = entry.parts[0]
        return ""

    def _track(self, entry: Entry) -> str:
        self.tracks.append((entry.parts[0], entry.line))
        different = [line for track, line in self.tracks if track != entry.parts[0]]
        return f"line {different[0]} names another track" if different else ""


def read(data: bytes) -> ContextFacts:
    """The facts in ``data`` and every finding of family ``context/``. Never raises."""
    facts = _read(data)
    track, line = facts.tracks[0] if facts.tracks else ("", 0)
    return ContextFacts(
        track,
        line,
        tuple(facts.decisions),
        tuple(facts.checkpoints),
        tuple(facts.questions),
        tuple(facts.rulings),
        facts.skip,
        tuple(sorted(facts.findings, key=lambda finding: finding.line)),
    )


def question_places(data: bytes) -> tuple[QuestionPlace, ...]:
    """Where each question of ``data`` ends."""
    return tuple(_read(data).places)


def _read(data: bytes) -> _Facts:
    document, refused = markdown.read(data, "context")
    entries, near_misses = collect(document)
    facts = _Facts([*refused, *near_misses])
    for entry in entries:
        facts.take(entry)
    return facts
