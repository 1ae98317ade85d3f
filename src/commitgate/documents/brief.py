"""Reading ``pipeline/brief.md``: the acceptance criteria and their numbers, what is out of scope, what is open.

The number of criteria is compared with gates and test reports, so a list that could be counted in two ways
(restarted numbers, items without one) is a finding and never a guess. Pure in the bytes.
"""

from __future__ import annotations

import re

from commitgate.documents import markdown
from commitgate.documents.facts import BriefFacts
from commitgate.documents.markdown_model import BLANK, COMMENT, REAL, RULE, Document, Item, Line
from commitgate.finding import MALFORMED, WARNING, Finding

CRITERIA = "acceptance criteria"
OUT_OF_SCOPE = "out of scope"
OPEN_QUESTIONS = "open questions"

_CRITERION = re.compile(
    r"[*_]{0,3}AC[- ]?([0-9]{1,6})[*_]{0,3}[ \t]*(?:[:.)]|[—–-])[*_]{0,3}(?:[ \t]+|$)(.*)", re.DOTALL
)
_NUMBERED = re.compile(r"(?:[0-9]{1,9}[.)]|AC[- ]?[0-9]{1,6}[ \t]*[:.)—–-])(?:[ \t]|$)")
_NONE = re.compile(
    r"(?:there are )?(?:none|nothing|no (?:open )?questions?|no items?|n/?a|not applicable)"
    r"(?: (?:at (?:this|the) (?:time|moment|stage)|at present|currently|yet|so far|for now|now|open))?"
)
_FORM = "number the criteria 1., 2., 3. … (or '- AC-1: …') in one flat list under '## Acceptance Criteria'"


class _Section:
    """One level-2 section: its own items and paragraphs."""

    def __init__(self, document: Document, line: int) -> None:
        later = [found.line for found in document.headings if found.top and found.level <= 2 and found.line > line]
        end = min(later, default=len(document.lines) + 1)
        self.line = line
        self.items = [item for item in document.items if line < item.line < end]
        self.lines = [found for found in document.lines[line : end - 1] if found.place in REAL]
        ignored = (BLANK, COMMENT, RULE)
        self.empty = all(found.place in ignored for found in document.lines[line : end - 1])


def read(data: bytes) -> BriefFacts:
    """The facts in ``data`` and every finding of family ``brief/``. Never raises."""
    document, refused = markdown.read(data, "brief")
    findings = list(refused)
    title = next((heading.text for heading in document.headings if heading.top and heading.level == 1), "")
    sections: dict[str, int] = {}
    for heading in document.headings:
        name = " ".join(heading.text.split()).casefold()
        if not heading.top or heading.level != 2:
            continue
        if name in sections:
            message = f"a second section '## {heading.text}'; the first is in line {sections[name]}"
            findings.append(
                Finding("brief/doubled-section", MALFORMED, message, "make them one section", line=heading.line)
            )
        sections.setdefault(name, heading.line)
    wanted = [name for name in (CRITERIA, OUT_OF_SCOPE, OPEN_QUESTIONS) if name in sections]
    named = {name: _Section(document, sections[name]) for name in wanted}
    criteria = _criteria(named[CRITERIA], findings) if CRITERIA in named else ()
    out = tuple(_statements(named[OUT_OF_SCOPE]).values()) if OUT_OF_SCOPE in named else ()
    questions = _statements(named[OPEN_QUESTIONS]) if OPEN_QUESTIONS in named else {}
    if out and not any(not item.depth for item in named[OUT_OF_SCOPE].items):
        message = "'Out of Scope' is running text; expected a list with one item for each thing left out"
        hint = "write '- <item>' lines, or 'None.'"
        findings.append(Finding("brief/out-of-scope", WARNING, message, hint, line=sections[OUT_OF_SCOPE]))
    findings.sort(key=lambda finding: finding.line)
    blank = _blank(document, sections)
    asked, lines = tuple(questions.values()), tuple(questions)
    return BriefFacts(title, sections, criteria, sections.get(CRITERIA, 0), out, asked, tuple(findings), blank, lines)


def _blank(document: Document, sections: dict[str, int]) -> tuple[str, ...]:
    """The sections that hold nothing but blank lines and comments, in one pass."""
    tops = {found.line for found in document.headings if found.top and found.level <= 2}
    starts = {line: name for name, line in sections.items()}
    blank = dict.fromkeys(sections)
    current = ""
    for found in document.lines:
        if found.number in tops:
            current = starts.get(found.number, "")
        elif current and found.place not in (BLANK, COMMENT, RULE):
            blank.pop(current, None)
            current = ""
    return tuple(blank)


def is_none(text: str) -> bool:
    """Whether ``text`` says that there is nothing: "None at this time.", "N/A"."""
    return not text or bool(_NONE.fullmatch(" ".join(text.strip(" \t*_.!-–—").casefold().split())))


def _criteria(section: _Section, findings: list[Finding]) -> tuple[str, ...]:
    top = [item for item in section.items if not item.depth]
    texts: list[str] = []
    numbers: list[int] = []
    for item in top:
        found = _CRITERION.fullmatch(item.text)
        if item.number < 0 and not found:
            _add(findings, "criteria-list", item.line, "a bullet without a number among the acceptance criteria")
            continue
        number = int(found[1]) if found else item.number
        if found and 0 <= item.number != number:
            _add(findings, "criteria-numbers", item.line, f"item {item.number} calls itself AC-{number}")
        numbers.append(number)
        texts.append((found[2] if found else item.text).strip())
        if not texts[-1]:
            _add(findings, "criteria-list", item.line, f"criterion {number} says nothing")
    wrong = next((index for index, number in enumerate(numbers) if number != index + 1), -1)
    if wrong >= 0:
        lines = [item.line for item in top if item.number >= 0 or _CRITERION.fullmatch(item.text)]
        message = f"criterion {numbers[wrong]} stands where {wrong + 1} was expected"
        _add(findings, "criteria-numbers", lines[wrong], message)
    _nested(section.items, findings)
    starts = {item.line for item in section.items}
    for line in section.lines:
        if line.number not in starts and _NUMBERED.match(line.text):
            message = f"{line.text[:60]!a} looks like a criterion but continues a paragraph"
            _add(findings, "criteria-list", line.number, message)
    if not top and not section.empty:
        _add(findings, "criteria-list", section.line, "the section on acceptance criteria holds no list")
    return tuple(texts)


def _nested(items: list[Item], findings: list[Finding]) -> None:
    for item in items:
        if item.depth and (item.number >= 0 or _CRITERION.fullmatch(item.text)):
            message = "a numbered list inside a criterion; it could be counted in two ways"
            _add(findings, "criteria-list", item.line, message)
        elif item.depth:
            message = "a list inside a criterion is not counted"
            findings.append(Finding("brief/nested-list", WARNING, message, _FORM, line=item.line))


def _add(findings: list[Finding], rule: str, line: int, message: str) -> None:
    findings.append(Finding(f"brief/{rule}", MALFORMED, message, _FORM, line=line))


def _statements(section: _Section) -> dict[int, str]:
    """The items of the section by their line; paragraphs when it has no list; none when it says "None"."""
    said = {item.line: item.text for item in section.items if not item.depth}
    if not said:
        blocks: dict[int, list[Line]] = {}
        for line in section.lines:
            blocks.setdefault(line.block, []).append(line)
        said = {lines[0].number: " ".join(line.text for line in lines) for lines in blocks.values()}
    return {line: text for line, text in said.items() if not is_none(text)}
