"""Keeping the budget of a run: the table, and the gate that escalates when the run is over a limit."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from commitgate.documents import gate
from commitgate.documents.budget_edit import new, set_row, sound
from commitgate.documents.facts import BudgetFacts, GateFacts
from commitgate.errors import GateError
from commitgate.finding import BLOCKED, MALFORMED
from commitgate.judge.approvals import open_escalations
from commitgate.judge.budget import Excess, excesses, number, untold
from commitgate.policy.layout import BUDGET_FILE, BUDGET_GATE, gate_id, gate_path
from commitgate.working.desk import Desk, find_area, find_stage
from commitgate.working.run_folder import timestamp

OFF, WITHIN, EXCEEDED, ESCALATED, DECIDED = "off", "within", "exceeded", "escalated", "decided"
_OPTIONS = ["go on as planned", "go on with less scope", "stop this run"]


class Account(NamedTuple):
    """The table, the limits that it is over, what that means, and the files that were written, or removed again."""

    facts: BudgetFacts
    over: tuple[Excess, ...]
    state: str
    written: tuple[str, ...]
    removed: tuple[str, ...] = ()


def path_of(desk: Desk) -> str:
    """Where the table lies, from the root of the repository."""
    return f"{desk.folder.root}/{BUDGET_FILE}"


def init(desk: Desk) -> tuple[str, bool]:
    """Lay down an empty table: its path, and whether it had to be written. One that is there stays as it is."""
    _refuse_off(desk)
    desk.folder.run()
    path = path_of(desk)
    data = desk.folder.read(path)
    if data is not None:
        sound(data)
        return path, False
    return path, desk.folder.write(path, new())


def update(desk: Desk, name: str, tokens: str, minutes: str) -> Account:
    """Record what a stage has used all in all, then see whether the run is over a limit."""
    _refuse_off(desk)
    stage, named = find_stage(desk.track, desk.policy, name)
    area = find_area(desk.policy, named) if named else ""
    path = path_of(desk)
    data = desk.folder.read(path)
    after = set_row(data if data is not None else new(), gate_id(stage, area), tokens, minutes)
    written = (path,) if desk.folder.write(path, after) else ()
    account = _settle(desk, sound(after))
    return account._replace(written=(*written, *account.written))


def check(desk: Desk) -> Account:
    """See whether the run is over a limit, and write the gate when it is and nobody has been asked yet."""
    desk.folder.run()
    data = desk.folder.read(path_of(desk))
    if not desk.policy.budget.enabled:
        return Account(BudgetFacts((), 0, 0, 0, 0, ()), (), OFF, ())
    return _settle(desk, sound(data if data is not None else new()))


def _refuse_off(desk: Desk) -> None:
    if not desk.policy.budget.enabled:
        raise GateError("the policy keeps no budget", "state a limit under budget: in .gates.yaml", BLOCKED)


def _settle(desk: Desk, facts: BudgetFacts) -> Account:
    over = excesses(desk.policy.budget, facts)
    known = desk.snapshot.gates().get(BUDGET_GATE)
    if known is not None and any(one.level for one in known.findings):
        raise GateError(f"{BUDGET_GATE} cannot be accepted as written", "git gate validate", MALFORMED)
    held = any(_same(parent.gates().get(BUDGET_GATE), known) for parent in desk.answer.facts.parents)
    fresh = known is None or not held  # what no commit holds yet follows the table
    path = gate_path(desk.folder.root, BUDGET_GATE)
    if not over:
        first = all(BUDGET_GATE not in parent.gates() for parent in desk.answer.facts.parents)
        if known is not None and known.status == "ESCALATE" and first:  # a slip that no commit has seen
            os.remove(os.path.join(desk.folder.top, path))
            return Account(facts, (), WITHIN, (path,), (path,))
        return Account(facts, (), ESCALATED if not fresh and _open(desk) else WITHIN, ())
    if desk.policy.budget.on_exceed == "warn":
        return Account(facts, over, EXCEEDED, ())
    if not fresh and not untold(over, known):
        return Account(facts, over, ESCALATED if _open(desk) else DECIDED, ())
    data = _gate(desk, facts, over)
    told = gate.read(data, f"{BUDGET_GATE}.json")
    if known is not None and _same(told, known):
        return Account(facts, over, ESCALATED, ())
    desk.folder.write(path, data)
    return Account(facts, over, ESCALATED, (path,))


def _open(desk: Desk) -> bool:
    return bool(open_escalations(desk.snapshot, desk.history, BUDGET_GATE))


def _same(one: GateFacts | None, other: GateFacts | None) -> bool:
    return one is not None and other is not None and one.payload == other.payload


def _gate(desk: Desk, facts: BudgetFacts, over: tuple[Excess, ...]) -> bytes:
    budget = desk.policy.budget
    fields: dict[str, Any] = {
        "stage": BUDGET_GATE,
        "status": "ESCALATE",
        "agent": "orchestrator",
        "track": desk.track.name,
        "timestamp": timestamp(desk.now),
        "tokens_used": facts.tokens,
        "tokens_max": budget.tokens_max,
        "wall_clock_minutes": _plain(facts.minutes),
        "wall_clock_max_minutes": _plain(budget.minutes_max),
        "escalation_reason": f"the run has used {' and '.join(one.told for one in over)}",
        "decision_needed": "Does the run go on over its budget?",
        "options": _OPTIONS,
        "blockers": [],
        "warnings": [],
    }
    return gate.render(fields)


def _plain(value: float) -> float:
    return int(value) if number(value).isdigit() else value
