"""``git gate graph``: the order of the stages, and what is left out of it."""

from __future__ import annotations

import click

from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.report.graph import graph_data, graph_mermaid, graph_text
from commitgate.report.plain import json_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working.graphing import picture


@click.command()
@click.option("--track", metavar="TRACK", default="", help="Default: the track of the run, else full.")
@click.option(
    "--profiles",
    metavar="NAMES",
    help='Profiles to try out, separated by commas; "" for none. Default: the chosen ones.',
)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="Print a Mermaid flowchart instead of text.")
def command(track: str, profiles: str | None, as_json: bool, as_mermaid: bool) -> int:
    """Show the order of a track as the policy of the work tree makes it: stages, needs, checkpoints, and who.

    Stages that the track, a profile or the change of the run leaves out are listed with the reason; what needed them
    needs what they needed. Conditions are settled for the run's own track and stay open elsewhere. What --json prints
    is described by gates/graph.schema.json.

    \b
      git gate graph
      git gate graph --track nano
      git gate graph --profiles web,pci --json

    Exit 0 when it could be told, 1 when the policy cannot be accepted, 4 when the change of the run cannot be told.
    """
    if as_json and as_mermaid:
        raise UserError("--json and --mermaid exclude each other", "git gate graph --json")
    names = (
        None if profiles is None else tuple(dict.fromkeys(one.strip() for one in profiles.split(",") if one.strip()))
    )
    order, note = picture(track, names)
    if as_json:
        click.echo(json_text(graph_data(order)), nl=False)
    else:
        click.echo(graph_mermaid(order) if as_mermaid else graph_text(order, colours()), nl=False)
    if note:
        click.echo(neutral(f"note: {note}"), err=True)
    return PASS
