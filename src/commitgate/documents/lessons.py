"""Reading ``pipeline/lessons-learned.md``: what earlier runs taught, numbered for good.

A lesson is a heading ``### L001 — <title>``, a text, and a line ``**Reinforced:** 1 (last: 2026-03-26)``; one that is
given up moves below ``## Retired`` and keeps its number. The form of one paragraph, ``L001 — <title>: <text>
Reinforced: 1 (last: 2026-03-26)``, is read too. What looks like a lesson and is none is a finding. Pure in the bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from commitgate.documents import markdown
from commitgate.documents.facts import Lesson, LessonsFacts
from commitgate.documents.lookalike import normalized
from commitgate.documents.markdown_model import BLANK, REAL, SILENT, Document, Heading, Line
from commitgate.documents.markdown_spans import COMMENT_MARK
from commitgate.documents.near_miss import Keyword, compact, loose
from commitgate.documents.sections import folded
from commitgate.documents.timestamp import epoch
from commitgate.finding import MALFORMED, Finding
from commitgate.record import Record

RETIRED = "retired"

_LESSON = re.compile(r"(L[0-9]{3,6})[ \t]+(?:[—–-]|--)[ \t]+(\S.*)")
_ALMOST = re.compile(r"\W*L[ -]?[0-9]+\W*(?:$|[—–:.)|-])", re.IGNORECASE | re.ASCII)
_COUNT = r"([0-9]{1,6})(?:[ \t]+\(last:[ \t]+([0-9]{4}-[0-9]{2}-[0-9]{2})\))?\.?"
_REINFORCED = re.compile(rf"(?:\*\*Reinforced:\*\*|__Reinforced:__|\*\*Reinforced\*\*:|Reinforced:)[ \t]+{_COUNT}")
_IN_TEXT = re.compile(rf"(.*\S)[ \t]+(?:\*\*)?Reinforced:(?:\*\*)?[ \t]+{_COUNT}", re.DOTALL)
_WORD = compact("reinforced")
_STATED = Keyword(r"<reinforced> ?:")
_FORM = "### L001 — <title>, a text, and **Reinforced:** 1 (last: 2026-03-26)"
_LINE_FORM = "write **Reinforced:** <n> (last: <YYYY-MM-DD>) on a line of its own"


class _Entry(Record):
    """A lesson as it was found; ``counts`` are its statements (count, date, line)."""

    id: str
    title: str
    line: int
    retired: bool
    counts: list[tuple[int, str, int]]


class _Reading:
    """One pass over headings and lines."""

    def __init__(self, document: Document, findings: list[Finding]) -> None:
        self.document = document
        self.findings = findings
        self.entries: list[_Entry] = []
        self.current: _Entry | None = None
        self.retired = False

    def run(self) -> None:
        headings = {heading.line: heading for heading in self.document.headings}
        blocks: dict[int, list[Line]] = {}
        for line in self.document.lines:
            if line.place in REAL:
                blocks.setdefault(line.block, []).append(line)
        for line in self.document.lines:
            heading = headings.get(line.number)
            if heading:
                self._heading(heading)
            elif line.place in REAL and self.current is None and blocks[line.block][0] is line:
                self._paragraph(blocks[line.block])
            elif self.current is not None and line.place not in SILENT:
                self._line(line)

    def _heading(self, heading: Heading) -> None:
        found = _LESSON.fullmatch(heading.text)
        if found and heading.top and heading.level == 3:
            self.current = _Entry(found[1], found[2].strip(), heading.line, self.retired, [])
            self.entries.append(self.current)
            return
        if _ALMOST.match(heading.text) or _ALMOST.match(normalized("NFKC", heading.text)):
            self._refuse(heading.line, f"{heading.text[:80]!a} looks like a lesson and is none", f"write {_FORM}")
        if heading.top and heading.level <= 2:
            self.retired = heading.level == 2 and folded(heading.text) == RETIRED
        if heading.top and heading.level <= 3:
            self.current = None

    def _paragraph(self, lines: list[Line]) -> None:
        text = " ".join(line.text for line in lines).replace(COMMENT_MARK, "").strip()
        found, stated = _LESSON.fullmatch(text), _IN_TEXT.fullmatch(text)
        if found and stated:
            title = found[2][: len(found[2]) - (len(text) - stated.end(1))].partition(": ")[0]
            count = (int(stated[2]), stated[3] or "", lines[-1].number)
            self.entries.append(_Entry(found[1], title.strip(), lines[0].number, self.retired, [count]))
        elif found:
            message = f"{text[:80]!a} looks like a lesson and does not say how often it was reinforced"
            self._refuse(lines[0].number, message, f"write {_FORM}")

    def _line(self, line: Line) -> None:
        assert self.current is not None
        found = _REINFORCED.fullmatch(line.text) if line.place in REAL else None
        if found:
            self.current.counts.append((int(found[1]), found[2] or "", line.number))
        elif _WORD in compact(line.text) and _STATED.match(loose(line.text)):
            self._refuse(line.number, f"{line.text[:80]!a} does not say how often it was reinforced", _LINE_FORM)
            self.current.counts.append((0, "", line.number))

    def _refuse(self, line: int, message: str, hint: str) -> None:
        self.findings.append(Finding("lessons/entry", MALFORMED, message, hint, line=line))


def read(data: bytes) -> LessonsFacts:
    """The lessons in ``data`` and every finding of family ``lessons/``. Never raises."""
    document, refused = markdown.read(data, "lessons")
    findings = list(refused)
    reading = _Reading(document, findings)
    reading.run()
    first: dict[str, int] = {}
    lessons = []
    for entry in reading.entries:
        known = first.setdefault(str(int(entry.id[1:])), entry.line)
        if known != entry.line:
            message = f"a second lesson {entry.id}; the first is in line {known}"
            hint = 'give it the next free number: git gate lessons promote "<title>"'
            findings.append(Finding("lessons/doubled", MALFORMED, message, hint, line=entry.line))
        count, last, _ = _counted(entry, findings)
        lessons.append(Lesson(entry.id, entry.title, entry.line, count, last, entry.retired))
    findings.sort(key=lambda finding: finding.line)
    return LessonsFacts(tuple(lessons), tuple(findings))


def _counted(entry: _Entry, findings: list[Finding]) -> tuple[int, str, int]:
    """What the lesson says of its reinforcement, and the finding when that cannot be taken."""
    stated = entry.counts[0] if entry.counts else (0, "", entry.line)
    problem, line = "", stated[2]
    if not entry.counts:
        problem = f"{entry.id} does not say how often it was reinforced"
    elif len(entry.counts) > 1:
        problem, line = f"{entry.id} says twice how often it was reinforced", entry.counts[1][2]
    elif stated[0] and not stated[1]:
        problem = f"{entry.id} was reinforced {stated[0]} times and does not say when last"
    elif stated[1] and epoch(f"{stated[1]}T00:00:00Z") is None:
        problem = f"{stated[1]} is no day of the calendar"
    if problem and not any(one.line == line for one in findings):
        findings.append(Finding("lessons/entry", MALFORMED, problem, _LINE_FORM, line=line))
    return stated


class Place(Record):
    """Where a lesson stands: its first line, the line after its last one, and the line that counts."""

    first: int
    end: int
    counted: int


def places(data: bytes) -> tuple[dict[str, Place], int]:
    """Where each lesson of ``data`` stands, by id, and the line of ``## Retired`` (0: there is none)."""
    document, _ = markdown.read(data, "lessons")
    reading = _Reading(document, [])
    reading.run()
    tops = [one.line for one in document.headings if one.top and one.level <= 3]
    headings = set(tops)
    found = {}
    for entry in reading.entries:
        if entry.line in headings:
            after = bisect_right(tops, entry.line)
            end = tops[after] if after < len(tops) else len(document.lines) + 1
        else:  # a paragraph
            block = document.lines[entry.line - 1].block
            end = next((one.number for one in document.lines[entry.line :] if one.block != block), 0)
            end = end or len(document.lines) + 1
        while document.lines[end - 2].place == BLANK:
            end -= 1
        found[entry.id] = Place(entry.line, end, entry.counts[0][2] if entry.counts else 0)
    retired = (one.line for one in document.headings if one.top and one.level == 2 and folded(one.text) == RETIRED)
    return found, next(retired, 0)
