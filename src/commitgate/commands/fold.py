"""``git gate fold``: write the gate that the one before it proves."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, show, tell
from commitgate.finding import PASS
from commitgate.working.desk import desk
from commitgate.working.folding import fold


@click.command()
def command() -> int:
    """Write the sign-off gate when the tests already prove it.

    Every acceptance criterion has exactly one test and all tests pass: then nobody has to sign off. On the track
    nano, QA is folded from the build. What stands in the way is listed.
    """
    with desk() as one:
        written = fold(one)
        top = one.folder.top
    for gate in written:
        tell(top, gate.path, "wrote" if gate.changed else "unchanged")
        show(gate.warnings)
    if any(gate.changed for gate in written):
        add_and_commit(top, [gate.path for gate in written])
    return PASS
