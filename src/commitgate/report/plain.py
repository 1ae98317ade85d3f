"""A report as plain data: the JSON of ``check``, schema 1 (``gates/check-report.schema.json``), and its parts."""

from __future__ import annotations

from commitgate.finding import VERDICTS, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commitgate.documents.facts import Question
    from commitgate.report.model import Report


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding, with ``severity`` instead of a level."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "message": finding.message,
        "hint": finding.hint,
    }


def render(report: Report) -> str:
    """The report as JSON text."""
    return json_text(report_data(report))


def report_data(report: Report) -> dict[str, Any]:
    """What ``git gate check --format json`` prints."""
    return {
        "schema": 1,
        "title": report.title,
        "verdict": VERDICTS[report.exit],
        "exit": report.exit,
        "ready": report.ready,
        "run": report.run,
        "stages": list(report.stages),
        "findings": [finding_data(finding) for finding in report.findings],
        "history": [finding_data(finding) for finding in report.history],
        "suppressed": [{**finding_data(finding), "waiver": waiver} for finding, waiver in report.suppressed],
        "warnings": warning_data(report.warnings),
        "next": {"step": report.next_step, "command": report.command},
    }


def json_text(data: object) -> str:
    """JSON for people and programs, ending in a newline: readable letters stay, everything else is ``\\uXXXX``.

    So a path that is not UTF-8 (a lone surrogate here) still gives a valid document, and text that would steer a
    terminal arrives as data only.
    """
    import json  # not for those who read tables

    text = json.dumps(data, indent=2, ensure_ascii=False)
    if not text.isascii():
        text = "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)
    return text.replace("\x7f", "\\u007f") + "\n"


def warning_data(warnings: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Warnings that gates carry forward."""
    return [{"stage": stage, "text": text} for stage, text in warnings]


def question_data(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Questions of ``context.md``, under the numbers by which they are answered."""
    return [{"number": one.number, "text": one.text, "to": one.to} for one in questions]
