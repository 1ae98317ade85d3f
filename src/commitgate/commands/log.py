"""``git gate log``: the timeline of a run, told from its commits."""

from __future__ import annotations

import click

from commitgate.chronicle import chronicle
from commitgate.commands.verify import named_ends
from commitgate.engine import COMMIT, open_engine
from commitgate.finding import PASS
from commitgate.report.plain import json_text
from commitgate.report.terminal import colours
from commitgate.report.timeline import timeline_data, timeline_text
from commitgate.working.asking import asked_of_all


@click.command()
@click.argument("commits", metavar="[BASE..HEAD]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def command(commits: str | None, as_json: bool) -> int:
    """Tell what happened to a run, commit by commit: who moved which gate when.

    Gates passed, failed, reaffirmed and made stale, verdicts and vetoes, checkpoints, escalations and their decisions,
    rulings, questions. Without a range it is the run at HEAD from its start; with one, every run that the range holds.
    Times are the authors' own, in UTC. Exit 0 whenever it could be told.
    """
    with open_engine() as engine:
        base, head = named_ends(commits) if commits and ".." in commits else ("", commits or "HEAD")
        pages = chronicle(engine, base, head, asked_of_all(COMMIT).run)
    if as_json:
        click.echo(json_text(timeline_data(pages)), nl=False)
    elif pages:
        click.echo(timeline_text(pages, colours()), nl=False)
    else:
        where = "in this range" if base else "at this commit; git gate log BASE..HEAD tells the runs of a range"
        click.echo(f"there is no run {where}")
    return PASS
