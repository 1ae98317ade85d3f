"""``git gate rule``: record a principal's ruling."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.working import records
from commitgate.working.desk import desk
from commitgate.working.run_folder import run_folder


@click.command()
@click.argument("topic")
@click.argument("decision", default="")
@click.option("--adr", "title", metavar="TITLE", default="", help="Write a decision record of this title, too.")
def command(topic: str, decision: str, title: str) -> int:
    """Record a principal's ruling on a TOPIC; without a DECISION, the request for one."""
    if title:
        if not decision:
            raise UserError("a request is no decision that could be recorded", "give the decision, or leave --adr out")
        records.check_title(title)
        with desk() as here:
            records.refuse_early(here)
            folder = here.folder
            done = [records.rule(folder, topic, decision), records.adr(folder, title)]
    else:
        with run_folder() as folder:
            done = [records.rule(folder, topic, decision)]
    for one in done:
        tell(folder.top, one.path, "wrote" if one.written else "unchanged")
    if any(one.written for one in done):
        add_and_commit(folder.top, [one.path for one in done if one.written])
    return PASS
