"""GitHub Actions: workflow commands that become annotations, and Markdown for the job summary.

The runner takes a line that begins with two colons as a command, so every line that is written here begins with words
of this module, and what comes out of documents stays inside one line of data.
"""

from __future__ import annotations

from commitgate.finding import VERDICTS, Finding
from commitgate.report.mermaid import diagram
from commitgate.report.text import grouped, neutral, place, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.report.model import Report

_LONGEST_PATH = 4096
_MOST = 50  # findings of each kind in the summary; it may hold 1 MiB
_MARKS = {"pass": "✅", "fail": "❌", "escalate": "⚠️", "stale": "♻️"}


def render(report: Report) -> str:
    """One annotation for each finding, errors first, then the verdict in one line."""
    listed = sorted(report.findings, key=lambda one: not one.level)
    lines = [_annotation(one.severity, one) for one in (*listed, *report.history)]
    lines += [_annotation("notice", one, f" (waived: {waiver})") for one, waiver in report.suppressed]
    return "".join(f"{line}\n" for line in (*lines, _verdict(report)))


def _annotation(kind: str, finding: Finding, more: str = "") -> str:
    properties = [f"title={_property(neutral(finding.rule))}"]
    said = neutral(finding.message) + neutral(more)
    path = neutral(finding.path, _LONGEST_PATH)
    if path == finding.path and path:
        line = [f"line={finding.line}"] if finding.line > 0 else []
        properties = [f"file={_property(path)}", *line, *properties]
    elif path:
        said = f"{place(finding)}: {said}"  # as a property it would name another file
    if finding.hint:
        said += f"\n→ {neutral(finding.hint)}"
    return f"::{kind} {','.join(properties)}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _verdict(report: Report) -> str:
    errors = sum(1 for one in report.findings if one.level)
    warnings = len(report.findings) - errors
    counts = f"{errors} error{'s' if errors != 1 else ''}, {warnings} warning{'s' if warnings != 1 else ''}"
    ready = "ready to merge" if report.ready else "not ready to merge"
    return f"commitgate: {VERDICTS[report.exit]} (exit {report.exit}), {ready}; {counts}"


def summary(report: Report) -> str:
    """The report as Markdown, for the file that ``GITHUB_STEP_SUMMARY`` names."""
    parts = [f"## {_plain(report.title)}", _headline(report), _next(report), diagram(report.stages), *_stages(report)]
    parts += _findings("Findings", report.findings)
    parts += _findings("Repaired later in this range", report.history)
    parts += _listed("Waived", (f"{_place_and_message(one)} — {_plain(why)}" for one, why in report.suppressed))
    parts += _listed("Warnings carried forward", (f"{_code(stage)} {_plain(text)}" for stage, text in report.warnings))
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(report: Report) -> str:
    mark = "⚠️" if report.exit else "✅"
    ready = "ready to merge" if report.ready else "not ready to merge"
    head = f"{mark} **{VERDICTS[report.exit]}** (exit {report.exit}), {ready}"
    if report.run is None:
        return f"{head}\n\nNo run, nothing judged beyond the documents themselves." if not report.exit else head
    return (
        f"{head}\n\nRun {_code(report.run['id'])}: {_plain(report.run['feature'])}, track {_code(report.run['track'])}"
    )


def _next(report: Report) -> str:
    step = f"**Next:** {_plain(report.next_step)}" if report.next_step else ""
    return f"{step}\n\n{_code(report.command)}" if report.command else step


def _stages(report: Report) -> list[str]:
    if not report.stages:
        return []
    rows = ["| stage | status | role | notes |", "| --- | --- | --- | --- |"]
    for row in report.stages:
        state = f"{_MARKS.get(row['state'], '')} {_plain(row['state'])}".strip()
        notes = _plain("; ".join(row["notes"]))
        rows.append(f"| {_plain(row['name'])} | {state} | {_plain(row['role'])} | {notes} |")
    return ["\n".join(rows)]


def _findings(heading: str, findings: Iterable[Finding]) -> list[str]:
    lines = []
    for group in grouped(findings):
        first = group[0]
        mark = "❌" if first.level else "⚠️"
        where = ", ".join(map(_code, places(group)))
        line = f"{mark} {_code(first.rule)} {where + ': ' if where else ''}{_plain(first.message)}"
        lines.append(f"{line}<br>→ {_plain(first.hint)}" if first.hint else line)
    return _listed(heading, lines)


def _place_and_message(finding: Finding) -> str:
    return f"{_code(finding.rule)} {_code(place(finding))}: {_plain(finding.message)}"


def _listed(heading: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    if not listed:
        return []
    more = [f"and {len(listed) - _MOST} more"] if len(listed) > _MOST else []
    return [f"### {heading}", "\n".join(f"- {line}" for line in [*listed[:_MOST], *more])]


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is: whatever could mark up, link or end a cell is written as an entity."""
    return "".join(
        one if one.isalnum() or ord(one) > 127 or one in " ,/-()'" else f"&#{ord(one)};" for one in neutral(text)
    )


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>" if text else ""
