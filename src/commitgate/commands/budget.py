"""``git gate budget``: what a run has used, and whether that is more than the policy allows."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, go_on, here, tell
from commitgate.finding import ESCALATE, PASS
from commitgate.judge.budget import number
from commitgate.policy.layout import BUDGET_GATE
from commitgate.policy.model import Budget
from commitgate.report.plain import json_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working import budgeting
from commitgate.working.budgeting import DECIDED, ESCALATED, EXCEEDED, OFF, Account
from commitgate.working.desk import desk


@click.group()
def command() -> None:
    """Keep the budget of the run: tokens and minutes by stage.

    Off until .gates.yaml states a limit under budget:. The table is pipeline/budget.md.
    """


@command.command()
def init() -> int:
    """Lay down pipeline/budget.md; one that is there stays as it is.

    Exit 0 written or already there, 1 the file cannot be read, 2 the policy keeps no budget.
    """
    with desk() as one:
        path, written = budgeting.init(one)
        top = one.folder.top
    tell(top, path, "wrote" if written else "unchanged")
    if written:
        add_and_commit(top, [path])
    return PASS


@command.command()
@click.argument("stage")
@click.argument("tokens")
@click.argument("minutes")
def update(stage: str, tokens: str, minutes: str) -> int:
    """Record what STAGE has used, all in all: TOKENS and wall clock MINUTES.

    STAGE is its name, or the id of its gate (stage-04-backend). The same again changes nothing. When the run is over a
    limit, the gate stage-budget escalates (or only a warning is given: on_exceed: warn).

    \b
    Example:
      git gate budget update requirements 12000 14.5

    Exit 0 within the budget, a warning, or decided; 1 the file cannot be read; 2 the policy keeps no budget; 3 a person
    must decide.
    """
    with desk() as one:
        account = budgeting.update(one, stage, tokens, minutes)
        top, budget = one.folder.top, one.policy.budget
    return _told(top, budget, account)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def check(as_json: bool) -> int:
    """Compare what the run has used with the limits; over a limit, the gate stage-budget is written.

    Exit 0 within the budget, a warning, or decided; 1 the file cannot be read; 3 a person must decide.
    """
    with desk() as one:
        account = budgeting.check(one)
        top, budget = one.folder.top, one.policy.budget
    if as_json:
        click.echo(json_text(_data(budget, account)), nl=False)
        return ESCALATE if account.state == ESCALATED else PASS
    return _told(top, budget, account)


def _told(top: str, budget: Budget, account: Account) -> int:
    for path in account.written:
        if path in account.removed:
            click.echo(f"removed {neutral(here(top, path))}: the run is within its budget")
        else:
            tell(top, path, "wrote")
    if account.state == OFF:
        click.echo("the policy keeps no budget")
        return PASS
    for name, used, limit in _lines(budget, account):
        click.echo(f"{name:<8} {number(used)}" + (f" of {number(limit)} ({used / limit:.0%})" if limit else ""))
    colour = colours()
    told = " and ".join(one.told for one in account.over) or "more than its budget"
    if account.state == ESCALATED:
        click.echo(f"{colour.error('escalated')}: the run has used {told}, and a person must decide")
    elif account.state == EXCEEDED:
        click.echo(f"{colour.warning('warning')}: the run has used {told}")
    elif account.state == DECIDED:
        click.echo(f"{colour.warning('over the budget')}, and it was decided: the run has used {told}")
    kept = [path for path in account.written if path not in account.removed]
    if kept:
        add_and_commit(top, kept)
    if account.state == ESCALATED:
        go_on(f'then: git gate resolve {BUDGET_GATE} "<decision>"')
        return ESCALATE
    return PASS


def _lines(budget: Budget, account: Account) -> list[tuple[str, float, float]]:
    facts = account.facts
    return [("tokens", facts.tokens, budget.tokens_max), ("minutes", facts.minutes, budget.minutes_max)]


def _data(budget: Budget, account: Account) -> dict[str, object]:
    used = {name: {"used": value, "max": limit or None} for name, value, limit in _lines(budget, account)}
    return {
        "schema": 1,
        "state": account.state,
        **used,
        "on_exceed": budget.on_exceed,
        "exceeded": [one.what for one in account.over],
        "stages": [{"stage": row[0], "tokens": row[1], "minutes": row[2]} for row in account.facts.rows],
    }
