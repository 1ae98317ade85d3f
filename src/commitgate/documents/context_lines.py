"""The entries of ``pipeline/context.md`` as lines: what each kind looks like, and which lines belong to it.

Every entry is a line of real text: a paragraph line or a line of a list item. It goes on over the lines of its
paragraph that follow and are no entries themselves.
"""

from __future__ import annotations

import re

from commitgate.documents import context_near_miss
from commitgate.documents.markdown_model import REAL, SILENT, Document, Line
from commitgate.documents.markdown_spans import COMMENT_MARK
from commitgate.finding import Finding
from commitgate.record import Record

_TIMED = re.compile(r"(\d\S*)[ \t]+(?:[—–-]|--)[ \t]+(\S.*)", re.ASCII)
# Kind, a word that each of its lines holds, and its form. A form is compiled when the first line holds the word.
_KINDS = (
    ("decision", "RESOLVED", r"RESOLVED[ \t]+(stage-(?:[0-9]{2}|budget)(?:-[a-z0-9_-]+)?):(?:[ \t]+|$)(.*)"),
    ("prose", "escalation", r"[Ss]tage[ \t]+([0-9]{1,2})[ \t]+escalation[ \t]+resolved:(?:[ \t]+|$)(.*)"),
    ("checkpoint", "CHECKPOINT-", r"CHECKPOINT-(AUTO-)?PASS:[ \t]+([a-cA-C])[ \t]+\((\S|\S.*\S)\)"),
    ("ruling", "PRINCIPAL-RULING:", r"PRINCIPAL-RULING:[ \t]+((?:(?!→|->).)*)(?:→|->)(.*)"),
    ("request", "PRINCIPAL-RULING-REQUEST:", r"PRINCIPAL-RULING-REQUEST:(?:[ \t]+|$)(.*)"),
    ("question", "QUESTION:", r"QUESTION:(?:[ \t]+|$)(.*)"),
    ("answer", "PM-ANSWER", r"PM-ANSWER(?:[ \t]+([1-9][0-9]{0,8}))?:(?:[ \t]+|$)(.*)"),
    ("skip", "SECURITY-SKIP:", r"SECURITY-SKIP:(?:[ \t]+|$)(.*)"),
    ("track", "TRACK:", r"TRACK:[ \t]+([a-z][a-z0-9-]*)"),
)
DECIDING = frozenset({"decision", "prose", "checkpoint"})  # bear a time and stand under ## User Decisions
_TIMED_KINDS = DECIDING | {"ruling", "request"}
_ONE_LINE = frozenset({"checkpoint", "track"})


class Entry(Record):
    """One entry. ``last`` is its last line; ``under``: it stands in a section ``## User Decisions``.

    ``parts`` are the groups of its form, the last one with the lines that continue it.
    """

    kind: str
    line: int
    last: int
    when: str
    under: bool
    parts: tuple[str, ...]
    shown: str  # its first line as written


def collect(document: Document) -> tuple[list[Entry], list[Finding]]:
    """The entries in the order of the file, and the near misses."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    headings = {heading.line: heading for heading in document.headings}
    under = False
    more: list[str] = []  # the open-ended part of the last entry
    block = -1  # the paragraph in which it goes on, -1: it does not
    for line in document.lines:
        heading = headings.get(line.number)
        if heading:
            if heading.top and heading.level <= 2:
                under = is_decisions(heading.level, heading.text)
            opens = heading.top and is_decisions(heading.level, heading.text)
            if not opens and context_near_miss.heading(heading.text):
                findings.append(context_near_miss.finding("heading", line.number, heading.text))
        if line.place in SILENT:
            continue
        entry = _entry(line, under) if line.place in REAL else None
        if entry:
            _finish(entries, more)
            entries.append(entry)
            more = [entry.parts[-1]]
            block = -1 if entry.kind in _ONE_LINE else line.block
        elif kind := context_near_miss.line(line):
            findings.append(context_near_miss.finding(kind, line.number, line.text))
            block = -1
        elif block >= 0 and line.block == block and line.place in REAL:
            more.append(line.text)
            entries[-1] = entries[-1]._replace(last=line.number)
    _finish(entries, more)
    return entries, findings


def is_decisions(level: int, heading: str) -> bool:
    """Whether a heading opens the user's decisions."""
    return level == 2 and " ".join(heading.split()).casefold() == "user decisions"


def _entry(line: Line, under: bool) -> Entry | None:
    timed = _TIMED.fullmatch(line.text)
    for kind, word, pattern in _KINDS:
        if word not in line.text:
            continue
        if timed and kind in _TIMED_KINDS:
            found = re.fullmatch(pattern, timed[2])
            when = timed[1]
        else:
            found = None if kind in DECIDING else re.fullmatch(pattern, line.text)
            when = ""
        if found:
            parts = tuple((part or "").strip() for part in found.groups())
            return Entry(kind, line.number, line.number, when, under, parts, line.text)
    return None


def _finish(entries: list[Entry], more: list[str]) -> None:
    """Give the last entry the lines that continued it."""
    if entries and entries[-1].kind not in _ONE_LINE:
        text = " ".join(filter(None, more)).replace(COMMENT_MARK, "").strip()
        entries[-1] = entries[-1]._replace(parts=(*entries[-1].parts[:-1], text))
