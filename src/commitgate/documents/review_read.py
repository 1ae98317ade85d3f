"""Reading ``pipeline/code-review/by-<reviewer>.md``: who approved what, exactly as written.

A section starts at a level-2 heading ``## Review of <area>`` and ends at the next heading of level 1 or 2. Its
verdict is a line ``REVIEW: APPROVED`` or ``REVIEW: CHANGES REQUESTED``, alone, in real text. What merely looks
like a heading or a verdict is a finding (``review_near_miss``). Pure in the bytes; no policy is known here.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from commitgate.documents import markdown, review_inline, review_near_miss
from commitgate.documents.facts import ReviewFacts, ReviewSection
from commitgate.documents.lookalike import normalized
from commitgate.documents.markdown_model import HEADING, REAL, SILENT, TEXT, Document, Heading, Line
from commitgate.documents.markdown_spans import COMMENT_MARK
from commitgate.documents.near_miss import compact
from commitgate.finding import MALFORMED, Finding

APPROVED = "APPROVED"
CHANGES_REQUESTED = "CHANGES REQUESTED"

_HEADING = re.compile(r"review[ \t]+of[ \t]+(\S+)", re.IGNORECASE | re.ASCII)
_AREA = re.compile(r"[^\W_](?:[\w.-]*[^\W_])?")
VERDICT_LINE = re.compile(r"REVIEW:[ \t]*(?:(APPROVED)|CHANGES[ \t]+REQUESTED)", re.IGNORECASE | re.ASCII)
REVIEWED_LINE = re.compile(r"Reviewed: (d1:[0-9a-f]{64}) base=[0-9a-f]{40,64} head=[0-9a-f]{40,64} files=[0-9]{1,9}")
_MARKERS = ("BLOCKER", "SUGGESTION", "QUESTION", "PATTERN", "ESCALATE", "DECISION", "OPTION")
_MARKER = re.compile(rf"({'|'.join(_MARKERS)}):(?:[ \t]+|$)(.*)")

_VERDICTS_HINT = "write exactly 'REVIEW: APPROVED' or 'REVIEW: CHANGES REQUESTED' on a line of its own, outside lists"
_HINTS = {
    "heading": "write exactly '## Review of <area>' (level 2, the area's name and nothing else)",
    "verdict": _VERDICTS_HINT,
    "Reviewed": "delete the line and run: git gate review <area>",
    "marker": f"write the marker plainly at the start of the line, in capitals, with a text: {', '.join(_MARKERS)}",
}


class _Section:
    """A section being read. ``area`` is "" outside sections and after a heading that is only a near miss."""

    def __init__(self, area: str, line: int) -> None:
        self.area = area
        self.line = line
        self.verdicts: list[tuple[str, int]] = []
        self.reviewed: list[str] = []
        self.marked: dict[str, list[str]] = {name: [] for name in _MARKERS}
        self.findings: list[Finding] = []
        self.doubled = False

    def add(self, rule: str, line: int, message: str, hint: str) -> None:
        self.findings.append(Finding(f"review/{rule}", MALFORMED, message, hint, line=line))

    def facts(self) -> ReviewSection:
        """The section as facts; one with anything wrong in it has no verdict."""
        sound = self.verdicts and not self.findings and not self.doubled
        verdict, line = self.verdicts[0] if sound else ("", 0)
        reviewed = self.reviewed[0] if len(self.reviewed) == 1 else ""
        return ReviewSection(
            self.area, self.line, verdict, line, reviewed, *(tuple(self.marked[name]) for name in _MARKERS)
        )


class _Reading:
    """One pass over the lines. ``sections[0]`` is what stands outside every section."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.headings = {heading.line: heading for heading in document.headings}
        self.outside = _Section("", 0)
        self.sections = [self.outside]
        self.current = self.outside
        self.marker = ("", -1)  # the marker whose text goes on, and its paragraph
        self.buried: dict[int, bool] = {}  # paragraph -> whether markup keeps its verdicts from standing alone
        self.paragraphs: dict[int, list[str]] = {}
        for line in document.lines:
            self.paragraphs.setdefault(line.block, []).append(line.text)

    def run(self) -> None:
        for line in self.document.lines:
            heading = self.headings.get(line.number)
            if heading:
                self._heading(heading)
            elif line.place not in SILENT:
                self._line(line)

    def _open(self, area: str, line: int) -> None:
        self.current = _Section(area, line)
        self.sections.append(self.current)

    def _heading(self, heading: Heading) -> None:
        found = _HEADING.fullmatch(heading.text)
        area = normalized("NFC", found[1]).casefold() if found else ""
        plain = area.isascii() or not compact(area).isascii()  # else it imitates an ASCII name
        if plain and heading.top and heading.level == 2 and _AREA.fullmatch(area):
            self._open(area, heading.line)
        elif review_near_miss.heading(heading):
            self._near_miss("heading", heading.line, heading.text)
        else:
            if heading.top and heading.level <= 2:
                self.current = self.outside
            stated = review_near_miss.line(Line(heading.line, heading.text, HEADING, -1))
            if stated:
                self._near_miss(stated, heading.line, heading.text)

    def _line(self, line: Line) -> None:
        verdict = VERDICT_LINE.fullmatch(line.text) if line.place == TEXT else None
        reviewed = REVIEWED_LINE.fullmatch(line.text) if line.place == TEXT else None
        marker = _MARKER.match(line.text) if line.place in REAL else None
        if verdict or reviewed:
            self.marker = ("", -1)
        if verdict and not self._is_buried(line.block):
            self._verdict(APPROVED if verdict[1] else CHANGES_REQUESTED, line.number)
        elif reviewed and self.current.area and not self.current.reviewed:
            self.current.reviewed.append(reviewed[1])
        elif marker:
            self._marker(marker[1], marker[2], line)
        elif meant := review_near_miss.line(line):
            self._near_miss(meant, line.number, line.text)
        elif line.block == self.marker[1] and line.place in REAL:
            texts = self.current.marked[self.marker[0]]
            texts[-1] = f"{texts[-1]} {_plain(line.text)}".strip()

    def _verdict(self, verdict: str, line: int) -> None:
        if self.current is self.outside:
            message = f"'REVIEW: {verdict}' stands outside every section, so it is a verdict on nothing"
            self.current.add("verdict-outside", line, message, "put it below a heading '## Review of <area>'")
        self.current.verdicts.append((verdict, line))

    def _marker(self, name: str, text: str, line: Line) -> None:
        self.marker = (name, line.block)
        self.current.marked[name].append(_plain(text))

    def _near_miss(self, meant: str, line: int, text: str) -> None:
        if meant == "heading":
            # What follows was written for another area than the section above: it must not count there.
            self._open("", line)
        shown = text if len(text) <= 80 else text[:77] + "…"
        message = f"{shown!a} looks like a {meant} {'line' if meant != 'heading' else 'of a review'} and is none"
        self.current.add("near-miss", line, message, _HINTS[meant])

    def _is_buried(self, block: int) -> bool:
        if block not in self.buried:
            self.buried[block] = review_inline.buries(self.paragraphs[block], VERDICT_LINE)
        return self.buried[block]


def read(data: bytes) -> ReviewFacts:
    """The sections in ``data`` with their verdicts, and every finding of family ``review/``. Never raises."""
    document, refused = markdown.read(data, "review")
    if not document.lines:
        return ReviewFacts((), refused)
    reading = _Reading(document)
    reading.run()
    starts = [section.line for section in reading.sections]
    for finding in refused:
        reading.sections[bisect_right(starts, finding.line) - 1].findings.append(finding)
    _judge(reading.sections)
    findings = [finding for section in reading.sections for finding in section.findings]
    return ReviewFacts(
        tuple(section.facts() for section in reading.sections if section.area),
        tuple(sorted(findings, key=lambda finding: finding.line)),
    )


def _plain(text: str) -> str:
    return text.replace(COMMENT_MARK, "").strip()


def _judge(sections: list[_Section]) -> None:
    """The rules about a whole section and a whole file."""
    first: dict[str, _Section] = {}
    any_verdict = any(section.verdicts for section in sections)
    for section in sections:
        if not section.area:
            continue
        _judge_one(section)
        if section.area in first:
            first[section.area].doubled = section.doubled = True
            message = f"a second section '## Review of {section.area}'; the first is in line {first[section.area].line}"
            section.add("duplicate-area", section.line, message, "keep one section for each area")
        elif any_verdict and not section.verdicts and not section.findings:
            message = f"the section on {section.area} has no verdict, other sections of this file have one"
            section.add("no-verdict", section.line, message, _VERDICTS_HINT)
        first.setdefault(section.area, section)


def _judge_one(section: _Section) -> None:
    kinds = {verdict for verdict, _ in section.verdicts}
    if len(kinds) > 1:
        line = next(line for verdict, line in section.verdicts if verdict != section.verdicts[0][0])
        message = f"the section on {section.area} holds both verdicts; expected one"
        section.add("both-verdicts", line, message, "delete the verdict line that does not apply")
    for name, texts in section.marked.items():
        if not all(texts):
            message = f"a {name}: line in the section on {section.area} says nothing"
            section.add("near-miss", section.line, message, "write the text after the colon, or delete the line")
    if kinds == {APPROVED} and section.marked["BLOCKER"]:
        message = f"{section.area} is APPROVED although a BLOCKER stands: {section.marked['BLOCKER'][0][:80]}"
        hint = "delete the BLOCKER when it is resolved, or write 'REVIEW: CHANGES REQUESTED'"
        section.add("approved-with-blocker", section.verdicts[0][1], message, hint)
