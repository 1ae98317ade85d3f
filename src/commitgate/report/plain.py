"""A verdict as plain data: the JSON that ``check`` and ``status`` print, schema 1."""

from __future__ import annotations

from commitgate.finding import VERDICTS, Finding, exit_code
from commitgate.judge.notes import carried_warnings, labels, notes
from commitgate.judge.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


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


def check_data(findings: Iterable[Finding], verdict: Verdict | None) -> dict[str, Any]:
    """What ``git gate check --format json`` prints. ``verdict`` is None when nothing could be judged."""
    listed = list(findings)
    code = exit_code(listed)
    return {
        "schema": 1,
        "verdict": VERDICTS[code],
        "exit": code,
        "ready": verdict is not None and verdict.ready,
        "stages": stage_data(verdict) if verdict is not None else [],
        "findings": [finding_data(finding) for finding in listed],
    }


def stage_data(verdict: Verdict) -> list[dict[str, Any]]:
    """One row for each gate of the track; [] without a run."""
    if verdict.board is None:
        return []
    gates = verdict.snapshot.gates()
    rows = []
    for box in verdict.board.boxes:
        gate = gates.get(box.stage_id)
        rows.append(
            {
                "stage": box.stage_id,
                "name": box.title,
                "state": box.state,
                "role": gate.agent if gate is not None and gate.agent and box.stage != "peer-review" else box.role,
                "notes": list(notes(verdict.snapshot, verdict.history, verdict.reviews, box)),
            }
        )
    return rows


def status_data(verdict: Verdict) -> dict[str, Any]:
    """What ``git gate status --json`` prints: the run, its stages with their short labels, and the carried warnings."""
    short = labels(verdict.board) if verdict.board is not None else {}
    findings = (*verdict.lawful, *verdict.state, *verdict.obstacles)
    data = check_data((*verdict.lawful, *verdict.state), verdict)
    return {
        "schema": 1,
        "run": {"id": verdict.run, "feature": verdict.feature, "track": verdict.track} if verdict.run else None,
        "verdict": data["verdict"],
        "exit": data["exit"],
        "ready": verdict.ready,
        "stages": [{"label": short[row["stage"]], **row} for row in data["stages"]],
        "warnings": [{"stage": stage, "text": text} for stage, text in carried_warnings(verdict.snapshot)],
        "findings": [finding_data(finding) for finding in findings],
    }
