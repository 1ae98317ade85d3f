"""``git gate reaffirm``: stand by gates whose inputs changed since they passed."""

from __future__ import annotations

import click

from commitgate.commands.outcome import ADD_ALL, add_and_commit, show, tell
from commitgate.finding import PASS
from commitgate.report.text import neutral
from commitgate.working import settings
from commitgate.working.desk import desk
from commitgate.working.passing import reaffirm


@click.command()
@click.argument("stages", nargs=-1, required=True, metavar="STAGE...")
@click.option("--set", "given", metavar="KEY=VALUE", multiple=True, help="A field that changes with it.")
def command(stages: tuple[str, ...], given: tuple[str, ...]) -> int:
    """Stand by gates whose inputs changed since they passed.

    Shows what changed, and binds each gate to its inputs as they are now. Counts are computed anew; everything
    else that the gate says stays. Whoever runs it says "I have read the change, and my PASS holds".
    """
    values = settings.parse(given)
    with desk() as one:
        standing, written = reaffirm(one, stages, values)
        top = one.folder.top
        for before, gate in zip(standing, written, strict=True):
            if before.changed:
                click.echo(f"{before.stage_id}: changed since its PASS:")
            for line in before.changed:
                click.echo(f"  {neutral(line)}")
            tell(top, gate.path, "bound anew" if gate.changed else "unchanged")
            show(gate.warnings)
        paths = [gate.path for gate in written if gate.changed]
        if paths and any(before.code for before in standing):
            click.echo(ADD_ALL)
        elif paths:
            documents = dict.fromkeys(path for before in standing for path in before.documents)
            add_and_commit(top, [*documents, *paths])
    return PASS
