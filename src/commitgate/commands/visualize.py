"""``git gate visualize``: the run as a diagram."""

from __future__ import annotations

import click

from commitgate.commands.outcome import compared, written
from commitgate.working import pages


@click.command()
@click.option("--check", "only_compare", is_flag=True, help="Write nothing; exit 1 when the page is not up to date.")
def command(only_compare: bool) -> int:
    """Draw the run as a state diagram into pipeline/diagram.md.

    GitHub, GitLab and most editors show it: every gate and checkpoint, what needs what, green for PASS, red for FAIL,
    orange for ESCALATE, grey for what has not run; what is stale is marked. The file belongs to no stage and may be
    committed at any time; it changes only when a stage moves. Nothing is staged.
    """
    if only_compare:
        return compared(pages.compare(pages.diagram), "git gate visualize")
    return written(pages.write(pages.diagram))
