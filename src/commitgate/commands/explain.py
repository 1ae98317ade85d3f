"""``git gate explain``: what a rule asks, why, and how to satisfy it."""

from __future__ import annotations

import difflib
import json

import click

from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.policy.catalog import Entry, catalog
from commitgate.report.terminal import colours
from commitgate.report.text import neutral


@click.command()
@click.argument("rule", default="")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(rule: str, form: str) -> int:
    """Explain a RULE by its id, such as order/predecessor. Without RULE, list every rule."""
    known = catalog()
    if rule and rule not in known:
        near = difflib.get_close_matches(rule, known, 1)
        raise UserError(
            f"there is no rule {neutral(rule)!r}{f'; did you mean {near[0]}?' if near else ''}",
            "git gate explain lists them all",
        )
    if form == "json":
        data = known[rule]._asdict() if rule else {"rules": [entry._asdict() for entry in known.values()]}
        click.echo(json.dumps({"schema": 1, **data}, indent=2, ensure_ascii=False))
    elif rule:
        click.echo(told(known[rule]), nl=False)
    else:
        width = max(map(len, known))
        click.echo("\n".join(f"{entry.rule:{width}}  {entry.title}" for entry in known.values()))
    return PASS


def told(entry: Entry) -> str:
    """One rule as text."""
    colour = colours()
    return f"{colour.bold(entry.rule)}: {entry.title}\n    why: {entry.why}\n    fix: {entry.fix}\n"
