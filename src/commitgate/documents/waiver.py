"""``pipeline/waivers/<id>.yml``: one rule that is not to count at some paths, for a while, and who answers for it.

Strict YAML against ``gates/waiver.schema.json``. Everything wrong is one rule, ``waiver/malformed``: a waiver that is
not read in full waives nothing. Whether its rule may be waived, and until when, is the judge's business. Pure in the
bytes.
"""

from __future__ import annotations

import re
from typing import Any

from commitgate.documents.facts import WaiverFacts
from commitgate.documents.timestamp import epoch
from commitgate.finding import MALFORMED, Finding
from commitgate.policy.check import against_schema
from commitgate.policy.expressions import refusal
from commitgate.policy.yaml_strict import LineMap, line_of, load, shown

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS_OF_A_DAY = 86400
_HINT = "docs/waivers.md shows one; git gate waiver new writes one"


def read(data: bytes) -> WaiverFacts:
    """The facts of a waiver and every finding about its own bytes. Never raises."""
    found, lines, broken = load(data, "waiver")
    findings = list(broken)
    if not findings:
        findings = list(dict.fromkeys(against_schema(found, lines, "waiver.schema.json", "")))
    fields: dict[str, Any] = found if isinstance(found, dict) and not findings else {}
    scope = fields.get("scope", ())
    patterns = (scope,) if isinstance(scope, str) else tuple(scope)
    findings += _pattern_faults(patterns, lines)
    expires = fields.get("expires", "")
    until = end_of(expires) if fields else 0
    if until is None:
        message = f"expires: found {shown(expires)!a}, expected a day such as 2026-03-26"
        findings.append(_fault(message, "write the last day on which it counts", line_of(lines, ("expires",))))
    return WaiverFacts(
        id=fields.get("id", ""),
        rule=fields.get("rule", ""),
        scope=patterns,
        reason=fields.get("reason", ""),
        owner=fields.get("owner", ""),
        approved_by=fields.get("approved_by", ""),
        expires=expires,
        until=until or 0,
        findings=tuple(one._replace(rule="waiver/malformed", hint=one.hint or _HINT) for one in findings),
        lines={key: lines.get((key,), 0) for key in fields},
    )


def end_of(expires: str) -> int | None:
    """The first moment that is too late, epoch seconds: the end of a day in UTC, or the moment itself."""
    if not _DAY.fullmatch(expires):
        return epoch(expires)
    start = epoch(f"{expires}T00:00:00Z")
    return None if start is None else start + _SECONDS_OF_A_DAY


def _pattern_faults(patterns: tuple[str, ...], lines: LineMap) -> list[Finding]:
    found = []
    for position, pattern in enumerate(patterns):
        reason = "it takes back what another one says" if pattern.startswith("!") else refusal(pattern)
        if reason:
            message = f"scope: pattern '{shown(pattern)}' cannot be used: {reason}"
            line = line_of(lines, ("scope", position))
            found.append(_fault(message, "write a gitignore pattern, for example /src/api/**", line))
    return found


def _fault(message: str, hint: str, line: int) -> Finding:
    return Finding("waiver/malformed", MALFORMED, message, hint, line=line)
