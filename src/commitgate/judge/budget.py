"""Has the run used more than the policy allows, and does its gate say so? Numbers are summed up, never believed."""

from __future__ import annotations

from commitgate.documents.facts import BudgetFacts, GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, Finding
from commitgate.judge.agreement import at_field, missing
from commitgate.policy.layout import BUDGET_FILE, BUDGET_GATE, gate_path
from commitgate.policy.model import Budget, Policy
from commitgate.record import Record

UPDATE = "git gate budget update <stage> <tokens> <minutes>"
CHECK = "git gate budget check"


class Excess(Record):
    """A limit of the policy that a run is over. ``used_key`` and ``max_key`` are the fields of the gate that say so."""

    what: str  # tokens or minutes
    used: float
    limit: float
    used_key: str
    max_key: str

    @property
    def told(self) -> str:
        """``120000 tokens of 100000``."""
        return f"{number(self.used)} {self.what} of {number(self.limit)}"


def number(value: float) -> str:
    """A number as people write it: no ".0"."""
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0")


def excesses(budget: Budget, facts: BudgetFacts) -> tuple[Excess, ...]:
    """The limits that a run is over; () when it is within all of them, or there are none."""
    if not budget.enabled:
        return ()
    found = (
        Excess("tokens", facts.tokens, budget.tokens_max, "tokens_used", "tokens_max"),
        Excess("minutes", facts.minutes, budget.minutes_max, "wall_clock_minutes", "wall_clock_max_minutes"),
    )
    return tuple(one for one in found if 0 < one.limit < one.used)


def untold(found: tuple[Excess, ...], gate: GateFacts | None) -> tuple[Excess, ...]:
    """Those of the limits that the gate's escalation is not about: a decision on it does not answer them."""
    if gate is None or gate.status != "ESCALATE":
        return found
    return tuple(one for one in found if not _tells(gate, one))


def _tells(gate: GateFacts, one: Excess) -> bool:
    used, limit = gate.fields.get(one.used_key), gate.fields.get(one.max_key)
    return isinstance(used, (int, float)) and limit == one.limit and used > one.limit


def budget_facts(snapshot: Snapshot) -> BudgetFacts | None:
    """What ``budget.md`` says; None when it is not there."""
    found: BudgetFacts | None = snapshot.documents.get(f"{snapshot.root}/{BUDGET_FILE}")
    return found


def is_held(snapshot: Snapshot) -> bool:
    """Whether the budget's gate is an ESCALATE for which the context holds no decision at all."""
    gate = snapshot.gates().get(BUDGET_GATE)
    if gate is None or gate.status != "ESCALATE":
        return False
    decisions = snapshot.context.decisions if snapshot.context is not None else ()
    return all(one.gate != BUDGET_GATE for one in decisions)


def disagreements(policy: Policy, snapshot: Snapshot, gate: GateFacts) -> list[Finding]:
    """Where the gate does not say what ``budget.md`` adds up to, or passes a run that is over a limit."""
    budget = policy.budget
    if not budget.enabled or any(one.level for one in gate.findings):
        return []
    facts = budget_facts(snapshot)
    if facts is None:
        return [missing(snapshot, BUDGET_FILE, "the table that these numbers come from", "git gate budget init")]
    path = gate_path(snapshot.root, BUDGET_GATE)
    found = []
    for key, value in (("tokens_used", facts.tokens), ("wall_clock_minutes", facts.minutes)):
        if key in gate.fields and gate.fields[key] != value:
            message = f"{key} is {gate.fields[key]}, but {BUDGET_FILE} adds up to {number(value)}"
            found.append(at_field(gate, key, Finding("consistency/budget", MALFORMED, message, CHECK, path)))
    if gate.status == "PASS":
        for one in excesses(budget, facts):
            message = f"the gate says PASS, but the run has used {one.told}"
            found.append(at_field(gate, "status", Finding("consistency/budget", MALFORMED, message, CHECK, path)))
    return found
