"""Where a run stands, as data (``gates/status.schema.json``) and as the table for people."""

from __future__ import annotations

from commitgate.finding import VERDICTS, exit_code
from commitgate.judge.advice import Advice
from commitgate.judge.carried import carried_warnings
from commitgate.judge.places import checkpoints, open_questions
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.report.plain import finding_data, question_data, warning_data
from commitgate.report.rows import placed_stages, run_data
from commitgate.report.step import step_data, step_lines
from commitgate.report.table import table
from commitgate.report.text import Colours, neutral, render, waived_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def status_data(policy: Policy, verdict: Verdict, advice: Advice) -> dict[str, Any]:
    """What ``git gate status --json`` prints."""
    findings = (*verdict.lawful, *verdict.state, *verdict.obstacles)
    code = exit_code((*verdict.lawful, *verdict.state))
    return {
        "schema": 1,
        "run": run_data(verdict),
        "verdict": VERDICTS[code],
        "exit": code,
        "ready": verdict.ready,
        "stages": placed_stages(policy, verdict),
        "checkpoints": [one._asdict() for one in checkpoints(policy, verdict)],
        "warnings": warning_data(carried_warnings(verdict.snapshot)),
        "questions": question_data(open_questions(verdict)),
        "findings": [finding_data(finding) for finding in findings],
        "suppressed": [{**finding_data(one.finding), "waiver": one.told} for one in verdict.waived],
        "next": step_data(advice),
    }


def status_text(data: dict[str, Any], verdict: Verdict, advice: Advice, colour: Colours) -> str:
    """The table, what the gates warn of, what is asked, what is wrong, and the next step."""
    trouble = render([one for one in (*verdict.lawful, *verdict.state) if one.level], colour)
    trouble += waived_lines(((one.finding, one.told) for one in verdict.waived), colour)
    if data["run"] is None:
        told = "No run is active here.\n"
    else:
        told = table(data, colour) + _questions(data["questions"])
        ready = "ready to merge" if data["ready"] else "not ready to merge: git gate check --ready says why"
        told += f"{colour.bold(ready) if data['ready'] else ready}\n"
    steps = "".join(f"{line}\n" for line in step_lines(advice, colour))
    return "\n".join(part for part in (told, trouble, f"Next: {steps}") if part)


def _questions(asked: list[dict[str, Any]]) -> str:
    if not asked:
        return ""
    lines = [f"{len(asked)} open question{'s' if len(asked) != 1 else ''}:"]
    lines += [f"  {one['number']}. {neutral(one['text'])} ({neutral(one['to'])})" for one in asked]
    return "\n".join(lines) + "\n"
