"""SARIF 2.1.0: for code scanning and for editors.

The standard asks for doubled braces in messages and reads ``[text](target)`` as a link; text out of documents gets
neither a placeholder nor a link of its own.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from commitgate import __version__
from commitgate.finding import UNKNOWN, VERDICTS, Finding
from commitgate.policy.catalog import catalog
from commitgate.report.plain import json_text
from commitgate.report.text import neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commitgate.policy.catalog import Entry
    from commitgate.report.model import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "commitgateFinding/v1"
_BASE = "SRCROOT"
# Object ids and numbers change from commit to commit while the finding stays the same.
_CHANGING = re.compile(r"\b[0-9a-f]{7,64}\b|\d+")


def render(report: Report) -> str:
    """The report as one SARIF log with one run."""
    rows = [(finding, "", "") for finding in report.findings]
    rows += [(finding, "", "history") for finding in report.history]
    rows += [(finding, waiver or "waived", "") for finding, waiver in report.suppressed]
    rules = list(dict.fromkeys(finding.rule for finding, _, _ in rows))
    known = catalog()
    seen: dict[str, int] = {}
    run = {
        "tool": {
            "driver": {
                "name": "commitgate",
                "semanticVersion": __version__,
                "rules": [_rule(rule, known.get(rule)) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": report.exit != UNKNOWN,
                "exitCode": report.exit,
                "exitCodeDescription": VERDICTS[report.exit],
            }
        ],
        "originalUriBaseIds": {_BASE: {"description": {"text": "The root of the repository."}}},
        "results": [_result(row, rules.index(row[0].rule), seen) for row in rows],
        "properties": {"title": neutral(report.title), "verdict": VERDICTS[report.exit], "ready": report.ready},
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str, entry: Entry | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": neutral(rule), "properties": {"tags": [neutral(rule).partition("/")[0]]}}
    if entry is None:
        return told
    return told | {
        "shortDescription": {"text": _message(entry.title)},
        "fullDescription": {"text": _message(entry.why)},
        "help": {
            "text": _message(f"{entry.why}\n\nFix: {entry.fix}"),
            "markdown": _message(f"**Why:** {entry.why}\n\n**Fix:** {entry.fix}"),
        },
    }


def _result(row: tuple[Finding, str, str], index: int, seen: dict[str, int]) -> dict[str, Any]:
    finding, waiver, part = row
    lines: Iterable[str] = (finding.message, f"→ {finding.hint}") if finding.hint else (finding.message,)
    print_ = fingerprint(finding)
    seen[print_] = seen.get(print_, 0) + 1
    result: dict[str, Any] = {
        "ruleId": neutral(finding.rule),
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": _message("\n".join(map(neutral, lines)))},
        # The same finding may be there several times; a result without its own print would be taken for another.
        "partialFingerprints": {FINGERPRINT: f"{print_}:{seen[print_]}"},
    }
    if finding.path:
        result["locations"] = [_location(finding)]
    if waiver:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": neutral(waiver)}]
    if part:
        result["properties"] = {"tags": [part]}
    return result


def fingerprint(finding: Finding) -> str:
    """What stays of a finding while commits come and go: 32 hexadecimal digits of rule, path and message."""
    same = "\0".join((finding.rule, finding.path, _CHANGING.sub("#", finding.message)))
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _location(finding: Finding) -> dict[str, Any]:
    parts = finding.path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        # No path that git gives. As a URI it could lead out of the repository, so it is only named.
        return {"logicalLocations": [{"fullyQualifiedName": neutral(finding.path)}]}
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(_raw(finding.path), safe="/"), "uriBaseId": _BASE}}
    if finding.line > 0:
        place["region"] = {"startLine": finding.line}
    return {"physicalLocation": place}


def _raw(path: str) -> bytes:
    """The bytes of a path, as git has them."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def _message(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
