"""Reasons as text and as data."""

from __future__ import annotations

from commitgate.judge.why import Because
from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def because_text(because: Because, colour: Colours) -> str:
    """The answer, then each fact with its rule, who can mend it, the command, and the place in the policy."""
    subject, answer = neutral(because.subject), neutral(because.answer)
    # An answer about one gate begins with its name, which is what was asked about.
    lines = [colour.bold(answer) if answer.startswith(f"{subject} ") else f"{colour.bold(subject)}: {answer}"]
    for one in because.reasons:
        rule = f"{colour.warning(one.rule)} " if one.rule else ""
        lines.append(f"  {rule}{neutral(one.fact)}")
        if one.who:
            lines.append(f"      who:    {neutral(one.who)}")
        if one.command:
            lines.append(f"      next:   {neutral(one.command)}")
        if one.place:
            lines.append(f"      policy: {colour.dim(neutral(one.place))}")
    return "\n".join(lines) + "\n"


def because_data(because: Because) -> dict[str, Any]:
    """What ``git gate why --format json`` prints."""
    reasons = [
        {"rule": one.rule, "fact": one.fact, "who": one.who, "next": one.command, "place": one.place}
        for one in because.reasons
    ]
    return {"schema": 1, "subject": because.subject, "answer": because.answer, "reasons": reasons}
