"""Writing one section of a review file; every other byte stays as it is."""

from __future__ import annotations

import re

from commitgate.documents import markdown
from commitgate.documents.facts import ReviewFacts, ReviewSection
from commitgate.documents.markdown_model import TEXT, Document
from commitgate.documents.review_read import REVIEWED_LINE, VERDICT_LINE, read
from commitgate.errors import UserError

_BOM = b"\xef\xbb\xbf"
_REVIEWER = re.compile(r"[a-z][a-z0-9_-]*")
_AREA = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
_HINT = (
    "<!-- To complete this review, write one of these lines below this comment:\n"
    "REVIEW: APPROVED\n"
    "REVIEW: CHANGES REQUESTED\n"
    "-->"
)


def write_section(data: bytes | None, reviewer: str, area: str, reviewed_line: str, verdict: str, body: str) -> bytes:
    """``data`` (None: a new file) with exactly the section on ``area`` inserted at the end, or replaced.

    ``verdict`` is APPROVED, "CHANGES REQUESTED" or "": then the section is left for a person to complete. The text of
    an existing section stays when ``body`` is empty, unless its verdict is turned into the other one. Line endings and
    a BOM are kept. The result reads back as stated, or UserError says why not: the file is broken elsewhere, or the
    body breaks the section.
    """
    if not _REVIEWER.fullmatch(reviewer) or not _AREA.fullmatch(area):
        raise UserError(f"{reviewer!r} on {area!r}: not the names of a reviewer and an area")
    bom = _BOM if data is not None and data.startswith(_BOM) else b""
    before = f"# Code review by {reviewer}\n".encode() if data is None else data.removeprefix(_BOM)
    facts = read(before)
    present = [section for section in facts.sections if section.area == area]
    if len(present) > 1:
        raise UserError(f"the file has {len(present)} sections on {area}", "keep one of them, then run this again")
    document, _ = markdown.read(before, "review")
    lines = before.split(b"\n")
    start = end = len(lines)
    if present:
        start = present[0].line - 1
        later = [heading for heading in document.headings if heading.top and heading.level <= 2]
        end = next((heading.line - 1 for heading in later if heading.line > present[0].line), end)
        turned = verdict and present[0].verdict not in ("", verdict)
        if not body.strip() and not turned:
            body = _kept(document, lines, start + 1, end)
    parts = [f"## Review of {area}", reviewed_line, body.strip(), f"REVIEW: {verdict}" if verdict else _HINT]
    eol = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    text = "\n\n".join(part for part in parts if part).replace("\r\n", "\n") + "\n"
    written = text.encode().replace(b"\n", eol)
    if present:
        head, rest = b"\n".join([*lines[:start], b""]) if start else b"", b"\n".join(lines[end:])
        after = head + written + (eol + rest if rest else b"")
    else:
        after = before + _gap(before, eol) + written
    _verify(facts, read(after), area, reviewed_line, verdict)
    return bom + after


def _gap(before: bytes, eol: bytes) -> bytes:
    """What separates an appended section from the text before it by one blank line."""
    if not before or before.endswith((b"\n\n", b"\n\r\n")):
        return b""
    return eol if before.endswith(b"\n") else eol * 2


def _kept(document: Document, lines: list[bytes], first: int, end: int) -> str:
    """The section's text without what is written anew: its verdicts, its Reviewed line, the hint."""
    kept = []
    for index in range(first, end):
        line = document.lines[index] if index < len(document.lines) else None
        anew = line and line.place == TEXT and (VERDICT_LINE.fullmatch(line.text) or REVIEWED_LINE.fullmatch(line.text))
        if not anew:
            kept.append(lines[index].decode().removesuffix("\r"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept).replace(_HINT, "")).strip()


def _verify(before: ReviewFacts, after: ReviewFacts, area: str, reviewed_line: str, verdict: str) -> None:
    """Refuse a result in which anything reads otherwise than intended."""
    known = {(finding.rule, finding.message) for finding in before.findings}
    for finding in after.findings:
        # A section that waits for its verdict is what was asked for.
        if finding.rule != "review/no-verdict" and (finding.rule, finding.message) not in known:
            raise UserError(f"the section on {area} would not be sound: {finding.message}", finding.hint)
    token = reviewed_line.split(" ")[1] if reviewed_line else ""
    written = [section for section in after.sections if section.area == area]
    sound = len(written) == 1 and (written[0].verdict, written[0].reviewed) == (verdict, token)
    if not sound or _others(before, area) != _others(after, area):
        why = before.findings[0].message if before.findings else "the text changes how the file is read"
        raise UserError(f"the section on {area} cannot be written: {why}", "repair the review file first")


def _others(facts: ReviewFacts, area: str) -> list[ReviewSection]:
    return [section._replace(line=0, verdict_line=0) for section in facts.sections if section.area != area]
