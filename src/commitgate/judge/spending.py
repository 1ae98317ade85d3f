"""Where a run stands with its budget: an escalation that waits, and a limit that was passed without one."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.finding import ESCALATE, WARNING, Finding
from commitgate.judge.budget import CHECK, budget_facts, excesses, untold
from commitgate.judge.escalated import open_findings
from commitgate.judge.ledger import History
from commitgate.policy.layout import BUDGET_FILE, BUDGET_GATE
from commitgate.policy.model import Policy


def budget_findings(policy: Policy, side: Snapshot, after: History) -> list[Finding]:
    """Findings of the state; [] within the budget, or once somebody has decided."""
    found = open_findings(side, after, BUDGET_GATE)
    facts = budget_facts(side)
    if facts is None:
        return found
    budget = policy.budget
    over = excesses(budget, facts)
    if budget.on_exceed == "escalate":
        over = untold(over, side.gates().get(BUDGET_GATE))
    level = ESCALATE if budget.on_exceed == "escalate" else WARNING
    path, line = f"{side.root}/{BUDGET_FILE}", facts.total or facts.last
    return [
        *found,
        *(Finding("budget/exceeded", level, f"the run has used {one.told}", CHECK, path, line) for one in over),
    ]
