"""``git gate rule``: record a principal's ruling."""

from __future__ import annotations

import click

from commitgate.commands.outcome import add_and_commit, tell
from commitgate.errors import UserError
from commitgate.finding import PASS
from commitgate.judge.approvals import open_escalations
from commitgate.working import decisions, records, switching
from commitgate.working.desk import desk
from commitgate.working.run_folder import run_folder


@click.command()
@click.argument("topic")
@click.argument("decision", default="")
@click.option("--adr", "title", metavar="TITLE", default="", help="Write a decision record of this title, too.")
def command(topic: str, decision: str, title: str) -> int:
    """Record a principal's ruling on a TOPIC; without a DECISION, the request for one.

    The TOPIC "track" with the name of a track puts the run on it: run.json and context.md name it, and the gates
    that were passed on the other track are taken away, to be passed anew. Vetoes, escalations and failed attempts
    stay in the history. Commit all of it together.

    \b
    Examples:
      git gate rule stage-06-backend "the token never leaves the server"
      git gate rule track full
    """
    if title and not decision:
        raise UserError("a request is no decision that could be recorded", "give the decision, or leave --adr out")
    if title:
        records.check_title(title)
    removed: tuple[str, ...] = ()
    on_track = switching.about_the_track(topic, decision)
    if title or on_track or (decision and topic.startswith("stage-")):
        with desk() as here:
            folder = here.folder
            if title:
                records.refuse_early_record(here)
            if on_track:
                switched = switching.switch(here, topic, decision)
                removed = switched.removed
                done = [records.Recorded(path, True) for path in switched.written]
                done = done or [records.Recorded(folder.context_file, bool(removed))]
            elif open_escalations(here.snapshot, here.history, topic):
                done = [records.Recorded(folder.context_file, decisions.rule_on(here, topic, decision))]
            else:
                done = [records.rule(folder, topic, decision)]
            if title:
                done.append(records.adr(folder, title))
    else:
        with run_folder() as folder:
            done = [records.rule(folder, topic, decision)]
    for one in done:
        tell(folder.top, one.path, "wrote" if one.written else "unchanged")
    for path in removed:
        tell(folder.top, path, "took away")
    if any(one.written for one in done):
        add_and_commit(folder.top, [*(one.path for one in done if one.written), *removed])
    return PASS
