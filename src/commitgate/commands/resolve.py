"""``git gate resolve``: record the decision on an escalated gate."""

from __future__ import annotations

import sys

import click

from commitgate.commands.outcome import add_and_commit, go_on, tell
from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.policy.layout import BUDGET_GATE
from commitgate.report.text import neutral
from commitgate.working.decisions import Standing, resolve, standing
from commitgate.working.desk import desk


@click.command()
@click.argument("gate")
@click.argument("decision", default="")
def command(gate: str, decision: str) -> int:
    """Record the DECISION on an escalated GATE (stage-06-backend).

    Shows why it is escalated and what may be chosen; the letter or number of an option stands for its text.
    """
    if not decision:
        with desk() as one:
            found = standing(one, gate)
        _show(found)
        if not sys.stdin.isatty():
            raise UserError("a decision is needed", f'git gate resolve {gate} "<decision>"')
        decision = click.prompt("Decision")
    with desk() as one:
        found = standing(one, gate)
        text = resolve(one, found, decision)
        top, context = one.folder.top, one.folder.context_file
        derived = any(box.stage_id == gate and box.stage == "peer-review" for box in one.board.boxes)
    _show(found)
    click.echo(f"decided: {neutral(text)}")
    tell(top, context, "wrote")
    add_and_commit(top, [context])
    goes_on = "git gate next" if gate == BUDGET_GATE else f"git gate pass {gate}"
    go_on("then: git gate derive" if derived else f"then: {goes_on}")
    return PASS


def _show(found: Standing) -> None:
    for one in found.escalations:
        click.echo(f"{found.stage_id} is escalated by {neutral(one.by)}: {neutral(one.reason)}")
        if one.decision_needed:
            click.echo(f"  to decide: {neutral(one.decision_needed)}")
    for number, option in enumerate(found.options, 1):
        click.echo(f"  {number}. {neutral(option)}")
