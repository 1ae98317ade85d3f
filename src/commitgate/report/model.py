"""What every report shows, whatever its format: one record, made once, rendered by one module per format."""

from __future__ import annotations

from commitgate.finding import Finding, exit_code
from commitgate.judge.advice import advise
from commitgate.judge.carried import carried_warnings
from commitgate.judge.places import open_questions
from commitgate.judge.verdict import Verdict, Waived
from commitgate.record import Record
from commitgate.report.chart import Chart, chart
from commitgate.report.rows import placed_stages, run_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commitgate.policy.model import Policy


class Report(Record):
    """One answer of the gate, ready to be shown.

    findings: what is wrong; suppressed: findings that a waiver covers, each with the waiver in one line;
    stages: rows as :func:`commitgate.report.rows.placed_stages` gives them; exit: the exit code of the whole answer;
    run: ``{"id", "feature", "track"}`` or None; warnings: (stage id, text) as gates carry them forward;
    history: findings about commits of a range that a later commit repaired, each message naming its commit, with the
    level they count with (warnings unless the history is judged strictly);
    next_step: what to do now, in words; command: the command for it. "" where there is none;
    questions: open ones, each with the command that answers it; graph: what needs what, None
    where there is not exactly one run.
    """

    title: str
    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, str], ...]
    stages: tuple[dict[str, Any], ...]
    ready: bool
    exit: int
    run: dict[str, str] | None
    warnings: tuple[tuple[str, str], ...]
    history: tuple[Finding, ...]
    next_step: str
    command: str = ""
    questions: tuple[tuple[str, str], ...] = ()
    graph: Chart | None = None


def of_verdicts(
    title: str, findings: Iterable[Finding], judged: Iterable[tuple[Policy, Verdict]], waived: Iterable[Waived] = ()
) -> Report:
    """The report of one judged side, of each of its runs (at least one) with its policy.

    ``findings``: those of the verdicts that the question asks for; ``waived``: what it would have found without
    waivers. Where there are several runs, each stage names its run folder.
    """
    listed = tuple(findings)
    runs = list(judged)
    first = next(((policy, verdict) for policy, verdict in runs if not verdict.ready), runs[0])
    advice = advise(*first)
    return Report(
        title=title,
        findings=listed,
        suppressed=tuple((one.finding, one.told) for one in waived),
        stages=tuple(row for policy, verdict in runs for row in _stages(policy, verdict, len(runs))),
        ready=all(verdict.ready for _, verdict in runs),
        exit=exit_code(listed),
        run=run_data(first[1]),
        warnings=tuple(one for _, verdict in runs for one in carried_warnings(verdict.snapshot)),
        history=(),
        next_step=advice.reason,
        command=advice.command,
        questions=tuple(
            (f"{one.text} ({one.to})", f'git gate answer {one.number} "<answer>"')
            for _, verdict in runs
            for one in open_questions(verdict)
        ),
        graph=chart(*first) if len(runs) == 1 else None,
    )


def _stages(policy: Policy, verdict: Verdict, runs: int) -> list[dict[str, Any]]:
    rows = placed_stages(policy, verdict)
    return rows if runs == 1 else [{**row, "name": f"{row['name']} ({verdict.snapshot.root})"} for row in rows]


def of_findings(title: str, findings: Iterable[Finding]) -> Report:
    """The report when nothing could be judged: the findings say why, and the first of them what to do."""
    listed = tuple(findings)
    step = listed[0].hint if listed else ""
    return Report(title, listed, (), (), False, exit_code(listed), None, (), (), step)
