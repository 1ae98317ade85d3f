"""``git gate status``: every stage, what blocks it, and who is asked."""

from __future__ import annotations

import json
import time

import click

from commitgate.engine import WORKTREE, open_engine
from commitgate.finding import PASS
from commitgate.report.plain import status_data
from commitgate.report.table import render
from commitgate.report.terminal import colours
from commitgate.report.text import render as render_findings
from commitgate.report.text import waived_lines
from commitgate.working.asking import asked


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of the table.")
def command(as_json: bool) -> int:
    """Show the run's stages as the work tree has them. Always exits 0 when it could be told: `check` judges."""
    with open_engine() as engine:
        verdict = engine.ask(asked(WORKTREE), int(time.time())).verdict
    data = status_data(verdict)
    if as_json:
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return PASS
    colour = colours()
    click.echo(render(data, colour), nl=False)
    trouble = [one for one in (*verdict.lawful, *verdict.state) if one.level]
    waived = waived_lines(((one.finding, one.told) for one in verdict.waived), colour)
    if trouble or waived:
        click.echo("\n" + render_findings(trouble, colour) + waived, nl=False)
    return PASS
