"""``git gate waiver``: write a waiver, and list those that there are."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.errors import UserError
from commitgate.finding import PASS, exit_code
from commitgate.report.plain import finding_data, json_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral, render
from commitgate.working.waivers import REFUSED, Listed, Wanted, listed, looks_like_name, write_new


@click.group()
def command() -> None:
    """Write a waiver, or list those that there are.

    A waiver takes one rule out of the count at some paths until a day. It counts once it stands on the target branch.
    """


@command.command()
@click.argument("rule")
@click.option("--scope", metavar="PATTERN", multiple=True, required=True, help="Paths it is about; may be repeated.")
@click.option("--reason", required=True, help="Why the rule is not to count there.")
@click.option("--owner", required=True, help="Who answers for it and mends what it is about.")
@click.option("--approved-by", required=True, help="Who allowed it.")
@click.option("--days", type=int, default=14, show_default=True, help="How long it counts, at most 30.")
@click.option("--id", "name", default="", metavar="NAME", help="Name of the file. Default: the rule and the last day.")
def new(rule: str, scope: tuple[str, ...], reason: str, owner: str, approved_by: str, days: int, name: str) -> int:
    """Write a waiver of RULE into pipeline/waivers; nothing is staged.

    \b
    Example:
      git gate waiver new order/early-work --scope '/src/legacy/**' \\
        --reason "the importer moves first" --owner dev-backend --approved-by "Ana Lima" --days 14

    Exit 0 written or already there, 2 another waiver has that name, 64 it would not count.
    """
    if name and not looks_like_name(name):
        raise UserError(f"{name!a} is no name for a waiver", "letters, digits, '.', '_' and '-'")
    top, path, written = write_new(Wanted(rule, scope, reason, owner, approved_by, days), name)
    tell(top, path, "wrote" if written else "unchanged")
    add_and_commit(top, [path])
    click.echo("then: merge it into the target branch by a pull request of its own; until then it does not count")
    return PASS


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def show(as_json: bool) -> int:
    """List the waivers of the target branch and of the work tree: active, expired, refused, or not yet merged.

    Exit 0, or 1 and 2 when one of the work tree is refused, by the rule that is named.
    """
    own, found = listed()
    code = exit_code(own)
    if as_json:
        click.echo(json_text({"schema": 1, "waivers": [_data(one) for one in found]}), nl=False)
        return code
    if not found:
        click.echo("no waivers")
    colour = colours()
    for one in found:
        facts = one.waiver.facts
        line = f"{one.state:<12} {one.waiver.path}"
        if one.state != REFUSED:
            line += f": {facts.rule} at {', '.join(facts.scope)}, until {facts.expires}, by {facts.approved_by}"
        click.echo(neutral(line))
        if one.state == REFUSED:
            click.echo(render(one.findings, colour), nl=False)
    return code


def _data(one: Listed) -> dict[str, object]:
    facts = one.waiver.facts
    return {
        "id": one.waiver.name,
        "path": one.waiver.path,
        "state": one.state,
        "rule": facts.rule,
        "scope": list(facts.scope),
        "reason": facts.reason,
        "owner": facts.owner,
        "approved_by": facts.approved_by,
        "expires": facts.expires,
        "findings": [finding_data(it) for it in one.findings],
    }
