"""``git gate status``: every stage, what blocks it, and who is asked."""

from __future__ import annotations

import time

import click

from commitgate.engine import WORKTREE, open_engine
from commitgate.finding import PASS
from commitgate.judge.advice import advise
from commitgate.report.plain import json_text
from commitgate.report.status import status_data, status_text
from commitgate.report.terminal import colours
from commitgate.working.asking import asked


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of the table (gates/status.schema.json).")
@click.option("--html", "page", metavar="FILE", help="Write a page that stands alone to FILE instead.")
def command(as_json: bool, page: str | None) -> int:
    """Show the run's stages as the work tree has them: who answers for each, what blocks it, and the next step.

    Below the table stand the warnings that gates carry forward, with the stage that they come from, questions that
    nobody has answered, what is wrong, and the next step. Exit 0 whenever it could be told: `check` judges.
    """
    with open_engine() as engine:
        answer = engine.ask(asked(WORKTREE), int(time.time()))
    policy, verdict = answer.policy, answer.verdict
    advice = advise(policy, verdict)
    data = status_data(policy, verdict, advice)
    if as_json:
        click.echo(json_text(data), nl=False)
    if page is not None:
        from commitgate.report import html, model  # nobody else needs the page
        from commitgate.working.output import emit

        findings = (*verdict.lawful, *verdict.state, *verdict.obstacles)
        emit(html.render(model.of_verdict("Pipeline status", findings, policy, verdict, verdict.waived)), page)
    elif not as_json:
        click.echo(status_text(data, verdict, advice, colours()), nl=False)
    return PASS
