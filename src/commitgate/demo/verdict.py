"""What ``git gate check --format json`` says after a step, reduced to what the story needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commitgate.demo.failure import Difference

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which a person wants to hear of them.
_TELLING = ("escalate", "fail", "stale", "waiting", "open")


def states(verdict: Mapping[str, Any]) -> dict[str, str]:
    """Gate id → state (missing, open, waiting, fail, escalate, stale, pass, skipped)."""
    return {str(row["stage"]): str(row["state"]) for row in verdict.get("stages", ())}


def summary(found: Mapping[str, str], checkpoint: str) -> str:
    """One line about the pipeline: what is open, stale, escalated …, in gate ids without their common prefix."""
    parts = []
    for state in _TELLING:
        gates = [gate.removeprefix("stage-") for gate, is_ in found.items() if is_ == state]
        if gates:
            parts.append(f"{state} {', '.join(gates)}")
    if checkpoint:
        parts.append(f"waiting at checkpoint {checkpoint}")
    passed = sum(state == "pass" for state in found.values())
    return " · ".join([*parts, f"{passed} passed"]) if found else "no run"


def expect(expected: Mapping[str, str], checkpoint: str, verdict: Mapping[str, Any], said: str) -> None:
    """Raise :class:`Difference` unless every gate in ``expected`` has the state that it names.

    With ``checkpoint`` the run must also stand still: no stage may be open before a person has decided.
    """
    found = states(verdict)
    wrong = [
        f"{gate} should be {state} and is {found.get(gate, 'not listed')}"
        for gate, state in expected.items()
        if found.get(gate) != state
    ]
    if checkpoint and "open" in found.values():
        wrong.append(f"nothing should be open before checkpoint {checkpoint} is passed")
    if wrong:
        raise Difference("; ".join(wrong), said)
