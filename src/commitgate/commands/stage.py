"""``git gate stage``: lay down the documents of a stage."""

from __future__ import annotations

import click

from commitgate.commands.outcome import go_on, tell
from commitgate.finding import PASS
from commitgate.working.desk import desk
from commitgate.working.laying import lay_down


@click.command()
@click.argument("name", metavar="STAGE")
@click.argument("area", default="")
def command(name: str, area: str) -> int:
    """Lay down the documents of a STAGE that is open, to be filled in.

    What is there already stays as it is. The build has one document for each area with a change, or for the AREA named.
    """
    with desk() as one:
        stage, laid = lay_down(one, name, area)
        top = one.folder.top
    for document in laid:
        tell(top, document.path, "wrote" if document.written else "already there:")
    if stage.fan_out and not area and not any("/pr-" in document.path for document in laid):
        go_on(f"no area has a change yet; name one: git gate stage {stage.name} <area>")
    go_on(f"next: fill in what is asked there, then git gate pass {stage.name}{f' --area {area}' if area else ''}")
    return PASS
