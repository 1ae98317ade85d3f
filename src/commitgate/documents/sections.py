"""Reading a document that is known by its sections, such as ``pipeline/runbook.md``: which there are, which are blank.

A template that nobody filled in must not pass for a document, so comments, rules, headings and what nobody sees say
nothing. Pure in the bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from commitgate.documents import markdown
from commitgate.documents.facts import Section, SectionsFacts
from commitgate.documents.lookalike import visible
from commitgate.documents.markdown_model import BLANK, CODE, COMMENT, HEADING, HIDDEN, HTML, RULE, Document, Line
from commitgate.documents.markdown_spans import COMMENT_MARK
from commitgate.documents.near_miss import unescaped
from commitgate.finding import MALFORMED, Finding

_SAYS_NOTHING = frozenset({BLANK, COMMENT, HEADING, HIDDEN, RULE})
_FENCE = re.compile(r"(?:`{3,}|~{3,})[^`]*")


def read(data: bytes, family: str) -> SectionsFacts:
    """The sections in ``data`` and every finding, named ``<family>/…``. Never raises.

    A section that stands twice is a finding, since its reader would stop at the first.
    """
    document, refused = markdown.read(data, family)
    findings = list(refused)
    tops = [heading.line for heading in document.headings if heading.top and heading.level <= 2]
    spoken = {bisect_right(tops, line.number) for line in document.lines if _says_something(line)}
    sections: dict[str, Section] = {}
    strays: dict[str, int] = {}
    for heading in document.headings:
        name = folded(heading.text)
        if not heading.top or heading.level != 2:
            strays.setdefault(name, heading.line)
        elif name in sections:
            message = f"a second section '## {heading.text[:80]}'; the first is in line {sections[name].line}"
            hint = "make them one section"
            findings.append(Finding(f"{family}/doubled-section", MALFORMED, message, hint, line=heading.line))
        else:
            blank = bisect_right(tops, heading.line) not in spoken
            sections[name] = Section(" ".join(heading.text.split()), name, heading.line, blank)
    findings.sort(key=lambda finding: finding.line)
    return SectionsFacts(tuple(sections.values()), strays, tuple(findings))


def folded(text: str) -> str:
    """The name of a section as it is compared."""
    return " ".join(text.split()).casefold()


def section_lines(document: Document, line: int) -> tuple[int, int]:
    """The first line of the section below the heading in ``line``, and the line after its last one."""
    later = (
        heading.line for heading in document.headings if heading.top and heading.level <= 2 and heading.line > line
    )
    return line + 1, next(later, len(document.lines) + 1)


def _says_something(line: Line) -> bool:
    if line.place == CODE:
        return not _FENCE.fullmatch(line.text)
    if line.place == HTML:  # a comment may stand in an item of a list, which then says nothing
        return bool(line.text.replace(COMMENT_MARK, "").strip(" \t-*+"))
    return line.place not in _SAYS_NOTHING and bool(visible(unescaped(line.text)).strip())
