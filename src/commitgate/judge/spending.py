"""Where a run stands with its budget: a limit that was passed without an escalation."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.finding import ESCALATE, WARNING, Finding
from commitgate.judge.budget import CHECK, budget_facts, excesses, untold
from commitgate.policy.layout import BUDGET_FILE, BUDGET_GATE
from commitgate.policy.model import Policy


def budget_findings(policy: Policy, side: Snapshot) -> list[Finding]:
    """Findings of the state; [] within the budget, or once somebody has decided."""
    facts = budget_facts(side)
    if facts is None:
        return []
    budget = policy.budget
    over = excesses(budget, facts)
    if budget.on_exceed == "escalate":
        over = untold(over, side.gates().get(BUDGET_GATE))
    level = ESCALATE if budget.on_exceed == "escalate" else WARNING
    path, line = f"{side.root}/{BUDGET_FILE}", facts.total or facts.last
    return [Finding("budget/exceeded", level, f"the run has used {one.told}", CHECK, path, line) for one in over]
