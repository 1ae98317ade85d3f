"""The next step, for people and as data (``gates/next.schema.json``)."""

from __future__ import annotations

from commitgate.judge.advice import Advice
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.report.banner import banner, checkpoint_data
from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST_COMMAND = 4000  # a command that is cut short cannot be pasted


def step_data(advice: Advice) -> dict[str, Any]:
    """The step by itself."""
    return {
        "action": advice.kind,
        "stage": advice.stage,
        "gate": advice.gate,
        "role": advice.role,
        "reason": advice.reason,
        "commit": advice.commit,
        "command": advice.command,
    }


def next_data(policy: Policy, verdict: Verdict, advice: Advice) -> dict[str, Any]:
    """What ``git gate next --json`` prints; ``--apply`` adds what came of it."""
    data: dict[str, Any] = {"schema": 1, **step_data(advice)}
    if advice.checkpoint:
        data["checkpoint"] = checkpoint_data(policy, verdict, advice)
    return data


def next_text(policy: Policy, verdict: Verdict, advice: Advice, colour: Colours) -> str:
    """The step for a person; at a checkpoint, what there is to look at."""
    if advice.checkpoint:
        return banner(policy, verdict, advice)
    return "".join(f"{line}\n" for line in step_lines(advice, colour))


def step_lines(advice: Advice, colour: Colours) -> list[str]:
    """What, for which gate, by whom; why; what is to be committed before; the command."""
    about = f" {advice.gate or advice.stage}" if advice.gate or advice.stage else ""
    who = f" ({neutral(advice.role)})" if advice.role else ""
    lines = [f"{colour.bold(advice.kind)}{neutral(about)}{who}", f"    {neutral(advice.reason)}"]
    if advice.commit:
        lines.append(f"    not committed yet: {neutral(advice.commit, _LONGEST_COMMAND)}")
    if advice.command:
        lines.append(f"    {colour.dim('→')} {neutral(advice.command, _LONGEST_COMMAND)}")
    return lines
