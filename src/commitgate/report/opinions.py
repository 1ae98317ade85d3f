"""Opinions on gates as text: a line for each gate, and its findings below it."""

from __future__ import annotations

from commitgate.judge.one_gate import PASSED, Opinion
from commitgate.report.text import Colours, neutral, place


def opinion_lines(one: Opinion, colour: Colours) -> list[str]:
    """``path: PASS``, then ``path:line: rule message`` and the hint of every finding."""
    says = one.says if one.says == PASSED else colour.error(one.says)
    lines = [f"{neutral(one.path)}: {says}"]
    for finding in one.findings:
        kind = "" if finding.level else f" {colour.warning('warning')}"
        lines.append(f"{place(finding)}: {finding.rule}{kind} {neutral(finding.message)}")
        if finding.hint:
            lines.append(f"    {colour.dim('→')} {neutral(finding.hint)}")
    return lines
