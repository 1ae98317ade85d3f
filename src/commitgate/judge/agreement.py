"""The findings that a gate and a document disagree, and comparing texts loosely: shared by every consistency rule."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, Finding


def missing(snapshot: Snapshot, name: str, what: str, command: str) -> Finding:
    return Finding("consistency/missing-document", MALFORMED, f"{snapshot.root}/{name} is not there: {what}", command)


def broken(findings: tuple[Finding, ...], path: str) -> list[Finding]:
    return [finding._replace(path=path) for finding in findings if finding.level]


def miscounted(gate: GateFacts, rule: str, field: str, computed: int, what: str, stage: str) -> Finding:
    message = f"{field} is {gate.fields.get(field)}, but there are {computed} {what}"
    return at_field(gate, field, Finding(rule, MALFORMED, message, f"git gate pass {stage}"))


def at_field(gate: GateFacts, field: str, finding: Finding) -> Finding:
    return finding._replace(line=gate.lines.get(field, 0))


def in_line(line: int) -> str:
    """Where something stands in a document, to follow its name; "" when it is nowhere."""
    return f" (line {line})" if line else ""


def plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def quoted(items: list[str]) -> str:
    shown = ", ".join(f'"{item}"' for item in items[:5])
    return shown if len(items) <= 5 else f"{shown} and {len(items) - 5} more"
