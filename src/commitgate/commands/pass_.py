"""``git gate pass``: write the gate of a finished stage."""

from __future__ import annotations

import sys
from typing import Any

import click

from commitgate.commands.outcome import ADD_ALL, add_and_commit, show, tell
from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.policy.layout import owners
from commitgate.policy.model import Stage
from commitgate.working import settings
from commitgate.working.desk import Desk, desk, find_stage
from commitgate.working.gate_writer import Written
from commitgate.working.passing import Order, pass_stage


@click.command()
@click.argument("stage")
@click.option("--area", metavar="AREA", default="", help="Only the gate of this area.")
@click.option("--status", type=click.Choice(["PASS", "FAIL", "ESCALATE"]), help="What to record. Default: PASS.")
@click.option("--fail", metavar="TEXT", default="", help="Short for --status FAIL --blocker TEXT.")
@click.option("--set", "given", metavar="KEY=VALUE", multiple=True, help="A field; the value is JSON, else text.")
@click.option("--agent", metavar="ROLE", default="", help="Who passes it. Default: the stage's role.")
@click.option("--warning", "warnings", metavar="TEXT", multiple=True, help="A warning to be carried forward.")
@click.option("--blocker", "blockers", metavar="TEXT", multiple=True, help="Why it is not PASS.")
def command(
    stage: str,
    area: str,
    status: str | None,
    fail: str,
    given: tuple[str, ...],
    agent: str,
    warnings: tuple[str, ...],
    blockers: tuple[str, ...],
) -> int:
    """Write the gate of a finished stage, complete.

    STAGE is a stage (design) or a gate (stage-04-backend). What the tree says is computed; what only a person knows is
    asked for, or given with --set, or kept from the gate that is there. A gate that the tree contradicts is refused.
    `pass build` writes one gate for each area with a change. Nothing is staged.
    """
    if fail and status not in (None, "FAIL"):
        raise UserError(f"--fail and --status {status} exclude each other", "use --blocker")
    texts = (agent, fail, *warnings, *blockers)
    if any("\ud800" <= one <= "\udfff" for text in texts for one in text):
        raise UserError("a text is not UTF-8", "a gate holds UTF-8 only")
    order = Order(
        stage,
        area,
        "FAIL" if fail else status or "PASS",
        agent,
        settings.parse(given),
        warnings,
        (*((fail,) if fail else ()), *blockers),
    )
    for key in ("warnings", "blockers"):
        if key in order.settings and getattr(order, key):
            raise UserError(f"{key} is given twice", f"give it with --set or with --{key[:-1]}")
    while True:
        try:
            with desk() as one:
                written = pass_stage(one, order)
                return _tell(one, written, order)
        except settings.Missing as missing:
            if not (sys.stdin.isatty() and sys.stdout.isatty()):
                raise
            order = order._replace(settings=order.settings | _answers(missing.asks))


def _answers(asks: tuple[settings.Ask, ...]) -> dict[str, Any]:
    """Ask at the terminal. Nobody else has to wait meanwhile: the lock is not held."""
    found: dict[str, Any] = {}
    for ask in asks:
        if ask.kind == settings.BOOLEAN:
            found[ask.key] = click.confirm(f"{ask.question} ({ask.key})")
        elif ask.kind == settings.LIST:
            typed = click.prompt(f"{ask.question} ({ask.key}, as JSON: {settings.example(ask)})")
            found[ask.key] = settings.value(typed)
        elif ask.kind == settings.INTEGER:
            found[ask.key] = click.prompt(f"{ask.question} ({ask.key})", type=int)
        else:
            found[ask.key] = click.prompt(f"{ask.question} ({ask.key})")
    return found


def _tell(one: Desk, written: list[Written], order: Order) -> int:
    top = one.folder.top
    for gate in written:
        tell(top, gate.path, f"wrote {gate.status}" if gate.changed else f"unchanged {gate.status}")
        show(gate.warnings)
    paths = [gate.path for gate in written if gate.changed]
    stage, _ = find_stage(one.track, one.policy, order.stage)
    if paths and stage.owns_areas and one.snapshot.touched:
        click.echo(ADD_ALL)
    elif paths:
        add_and_commit(top, [*_documents(one, stage), *paths])
    return PASS


def _documents(one: Desk, stage: Stage) -> list[str]:
    """The documents of the stage that are not committed either: a gate is judged together with them."""
    rows = one.snapshot.touched_process
    return [row.path for row in rows if stage in owners(one.policy, one.track, one.snapshot.below(row.path))]
