"""Reading the status of ``pipeline/design-spec.md``: one line ``STATUS: DRAFT`` or ``STATUS: APPROVED``."""

from __future__ import annotations

import re

from commitgate.documents import markdown
from commitgate.documents.facts import DesignFacts
from commitgate.documents.markdown_model import REAL, SILENT
from commitgate.documents.near_miss import Keyword, compact, loose, without_code
from commitgate.finding import MALFORMED, Finding

_STATUS = re.compile(
    r"[*_]{0,3}STATUS[*_]{0,3}:[*_]{0,3}[ \t]*[*_]{0,3}(DRAFT|APPROVED)[*_]{0,3}", re.IGNORECASE | re.ASCII
)
_WORD = compact("status")
_ALMOST = Keyword(r".*\b<status> ?: ?(?:<not> |<pre>-?)?(?:<approved>|<draft>)")
_STATED = Keyword(r"<status> ?:")
_HINT = "write exactly 'STATUS: DRAFT' or 'STATUS: APPROVED' on a line of its own, once"


def read(data: bytes) -> DesignFacts:
    """The status in ``data`` and every finding of family ``design/``. Never raises.

    ``**Status**: Approved`` is read as well. Two different statuses, and a line that looks like one, are findings;
    then the status is "".
    """
    document, refused = markdown.read(data, "design")
    findings = list(refused)
    stated: list[tuple[str, int]] = []
    body = next((heading.line for heading in document.headings if heading.level == 2), len(document.lines) + 1)
    for line in document.lines:
        if line.place in SILENT:
            continue
        found = _STATUS.fullmatch(line.text) if line.place in REAL else None
        if found:
            stated.append((found[1].upper(), line.number))
        elif _WORD in compact(line.text):
            # Below the first section, "Status: 200" is part of the design and none of ours.
            shown = loose(without_code(line.text))
            if _ALMOST.match(shown) or (line.number < body and _STATED.match(shown)):
                message = f"{line.text[:80]!a} looks like the status of the design and is none"
                findings.append(Finding("design/status", MALFORMED, message, _HINT, line=line.number))
    different = [line for status, line in stated if status != stated[0][0]]
    if different:
        message = f"two statuses: {stated[0][0]} in line {stated[0][1]}, and another one here"
        findings.append(Finding("design/two-statuses", MALFORMED, message, _HINT, line=different[0]))
    status, line_number = stated[0] if stated and not findings else ("", 0)
    findings.sort(key=lambda finding: finding.line)
    return DesignFacts(status, line_number, tuple(findings))
