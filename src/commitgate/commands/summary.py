"""``git gate summary``: what the run did, for people who did not follow it."""

from __future__ import annotations

import click

from commitgate.commands.outcome import compared, written
from commitgate.working import pages


@click.command()
@click.option("--check", "only_compare", is_flag=True, help="Write nothing; exit 1 when the page is not up to date.")
def command(only_compare: bool) -> int:
    """Write what the run did into pipeline/summary.md.

    For stakeholders: the stages with who passed them and when, the criteria and their tests, approvals, security,
    escalations, decisions, the warnings that gates carry forward, lessons, and what comes next. The file belongs to no
    stage and may be committed at any time; it changes only when the run does. Nothing is staged.
    """
    if only_compare:
        return compared(pages.compare(pages.summary), "git gate summary")
    return written(pages.write(pages.summary))
