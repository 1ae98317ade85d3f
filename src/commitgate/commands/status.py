"""``git gate status``: every stage, what blocks it, and who is asked."""

from __future__ import annotations

import click

from commitgate.finding import PASS
from commitgate.report.plain import json_text
from commitgate.report.status import status_data
from commitgate.working.looking import Look, look_at_each, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.report.model import Report


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of the table (gates/status.schema.json).")
@click.option("--html", "page", metavar="FILE", help="Write a page that stands alone to FILE instead.")
def command(as_json: bool, page: str | None) -> int:
    """Show the run's stages as the work tree has them: who answers for each, what blocks it, and the next step.

    Below the table stand the warnings that gates carry forward, with the stage that they come from, questions that
    nobody has answered, what is wrong, and the next step. A branch with several runs has a table for each; in a run's
    own folder, or with --run, it is that run alone. Exit 0 whenever it could be told: `check` judges.
    """
    seen = look_at_each()
    if as_json:
        data = [status_data(*one) for one in seen]
        click.echo(json_text(data[0] if len(data) == 1 else {"schema": 1, "runs": data}), nl=False)
    if page is not None:
        from commitgate.report import html  # nobody else needs the page
        from commitgate.working.output import emit

        emit(html.render_status(_report(seen)), page)
    elif not as_json:
        click.echo(status(seen), nl=False)
    return PASS


def _report(seen: tuple[Look, ...]) -> Report:
    from commitgate.report import model

    verdicts = [one.verdict for one in seen]
    findings = [one for verdict in verdicts for one in (*verdict.lawful, *verdict.state)]
    waived = [one for verdict in verdicts for one in verdict.waived]
    judged = [(one.policy, one.verdict) for one in seen]
    return model.of_verdicts("Pipeline status", dict.fromkeys(findings), judged, waived)
