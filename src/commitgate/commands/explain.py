"""``git gate explain``: what a rule asks, why, how to satisfy it, and which setting of the policy decides it."""

from __future__ import annotations

import difflib

import click

from commitgate.errors import CannotDecide, UserError
from commitgate.finding import PASS
from commitgate.git.repository import Repository
from commitgate.git.side import content_on_disk
from commitgate.policies import POLICY_FILE
from commitgate.policy.catalog import Entry, catalog
from commitgate.policy.places import Places
from commitgate.report.plain import json_text
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
    places = _places()
    if form == "json":
        data = _data(known[rule], places) if rule else {"rules": [_data(entry, places) for entry in known.values()]}
        click.echo(json_text({"schema": 1, **data}), nl=False)
    elif rule:
        click.echo(told(known[rule], places), nl=False)
    else:
        width = max(map(len, known))
        click.echo("\n".join(f"{entry.rule:{width}}  {entry.title}" for entry in known.values()))
    return PASS


def told(entry: Entry, places: Places) -> str:
    """One rule as text."""
    colour = colours()
    place = places.rule(entry.rule)
    lines = [f"{colour.bold(entry.rule)}: {entry.title}", f"    why:    {entry.why}", f"    fix:    {entry.fix}"]
    lines.append(f"    policy: {colour.dim(place) if place else 'no setting changes this rule'}")
    return "\n".join(lines) + "\n"


def _data(entry: Entry, places: Places) -> dict[str, str]:
    return {**entry._asdict(), "place": places.rule(entry.rule)}


def _places() -> Places:
    """The policy of the work tree, or the shipped rules alone where there is none."""
    repo = Repository()
    try:
        return Places(content_on_disk(repo, [POLICY_FILE]).get(POLICY_FILE))
    except CannotDecide:
        return Places(None)
    finally:
        repo.close()
