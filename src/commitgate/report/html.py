"""One page that stands alone: no network, no script, readable on a phone, in light and in dark.

Page and style are ``templates/report/``. The page forbids itself everything but its own style, by the style's hash, so
even a mistake in escaping could neither run nor load anything.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template

from commitgate import __version__, share
from commitgate.finding import BLOCKED, ESCALATE, MALFORMED, PASS, UNKNOWN, VERDICTS
from commitgate.policy.catalog import catalog
from commitgate.report.drawing import drawing
from commitgate.report.text import grouped, neutral, place, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commitgate.finding import Finding
    from commitgate.policy.catalog import Entry
    from commitgate.report.model import Report

_LONGEST = 2000
_KINDS = {PASS: "good", MALFORMED: "bad", BLOCKED: "bad", ESCALATE: "warn", UNKNOWN: "bad"}
_STATES = {
    "pass": ("good", "PASS"),
    "fail": ("bad", "FAIL"),
    "escalate": ("warn", "ESCALATE"),
    "stale": ("warn", "STALE"),
    "open": ("now", "open"),
    "skipped": ("plain", "not needed"),
}
_FOLDED, _UNFOLDED = "", " open"  # of details: whether they show


def render(report: Report) -> str:
    """The answer of a check as one HTML document: what is wrong stands first."""
    return _page(
        report,
        (
            *_findings("Findings", report.findings),
            *_stages(report, _FOLDED),
            *_questions(report),
            *_findings("Repaired later in this range", report.history),
            *_warnings(report),
        ),
    )


def render_status(report: Report) -> str:
    """Where a run stands as one HTML document: the stages stand first."""
    return _page(
        report,
        (
            *_stages(report, _UNFOLDED),
            *_questions(report),
            *_warnings(report),
            *_findings("What is wrong", report.findings),
        ),
    )


def _page(report: Report, sections: tuple[str, ...]) -> str:
    style = _template("report.css")
    body = [
        *_header(report),
        *_next(report),
        *sections,
        *_list("Waived", (_waived(finding, waiver) for finding, waiver in report.suppressed)),
        f"<footer>commitgate {escape(__version__)}</footer>",
    ]
    return Template(_template("report.html")).substitute(
        title=escape(neutral(report.title)),
        style=style,
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
        body="\n".join(body),
    )


def _questions(report: Report) -> list[str]:
    return _list("Open questions", (f"{_text(asked)} {_code(command)}" for asked, command in report.questions))


def _warnings(report: Report) -> list[str]:
    return _list("Warnings carried forward", (f"{_code(stage)} {_text(text)}" for stage, text in report.warnings))


def _template(name: str) -> str:
    with open(share.path("templates", "report", name), encoding="utf-8") as file:
        return file.read()


def _header(report: Report) -> list[str]:
    ready = ("good", "ready to merge") if report.ready else ("plain", "not ready to merge")
    verdict = _badge(_KINDS[report.exit], VERDICTS[report.exit])
    lines = ["<header>", f"<h1>{_text(report.title)}</h1>", f"<p>{verdict} {_badge(*ready)}</p>"]
    if report.run is not None:
        run = report.run
        lines.append(
            f'<p class="soft">Run {_code(run["id"])}: {_text(run["feature"])}, track {_code(run["track"])}</p>'
        )
    elif not report.exit:
        lines.append('<p class="soft">No run, nothing judged beyond the documents themselves.</p>')
    return [*lines, f'<p class="soft">{_counts(report)}; exit code {report.exit}</p>', "</header>"]


def _counts(report: Report) -> str:
    errors = sum(1 for one in report.findings if one.level)
    warnings = len(report.findings) - errors
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def _next(report: Report) -> list[str]:
    if not report.next_step and not report.command:
        return []
    lines = [
        f'<section class="card next {_KINDS[report.exit]}">',
        f"<p><strong>Next:</strong> {_text(report.next_step)}</p>",
    ]
    if report.command:
        lines.append(f"<pre>{_code(report.command)}</pre>")
    return [*lines, "</section>"]


def _findings(heading: str, findings: Iterable[Finding]) -> list[str]:
    groups = grouped(findings)
    if not groups:
        return []
    known = catalog()
    cards = [line for group in groups for line in _card(group, known.get(group[0].rule))]
    return ["<section>", f"<h2>{heading}</h2>", *cards, "</section>"]


def _card(group: list[Finding], entry: Entry | None) -> list[str]:
    first = group[0]
    kind = "bad" if first.level else "warn"
    title = _text(entry.title) if entry is not None else _text(first.rule)
    where = places(group)
    rows = [("Why", _text(entry.why)), ("Fix", _text(entry.fix))] if entry is not None else []
    rows.append(("Rule", _code(first.rule)))
    if len(where) > 1:
        rows.append(("Places", "<br>".join(map(_code, where))))
    return [
        f'<details class="card {kind}">',
        f'<summary>{_badge(kind, first.severity)} <span class="what">{title}</span>',
        f'<span class="said">{_text(first.message)}</span>',
        *([f'<span class="said soft">{_code(where[0])}{_more(len(where) - 1)}</span>'] if where else []),
        *([f'<span class="said">→ {_text(first.hint)}</span>'] if first.hint else []),
        "</summary>",
        f'<div class="help"><dl>{"".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)}</dl></div>',
        "</details>",
    ]


def _more(count: int) -> str:
    return f" and {count} more" if count else ""


def _stages(report: Report, fold: str) -> list[str]:
    if not report.stages:
        return []
    lines = ["<section>", "<h2>Stages</h2>", *_picture(report, fold)]
    lines += ["<table>", "<thead><tr><th>Stage</th><th>Status</th><th>Role</th><th>Notes</th></tr></thead>", "<tbody>"]
    for row in report.stages:
        cells = (
            _badge(*_state(row)),
            f'<span class="soft">{_text(row["role"])}</span>',
            _text("; ".join((*row["notes"], *_waits(row)))),
        )
        name = _text(" ".join(part for part in (row.get("label", ""), row["name"]) if part))
        lines.append(f'<tr><td class="name">{name}</td>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    return [*lines, "</tbody>", "</table>", "</section>"]


def _waits(row: dict[str, Any]) -> list[str]:
    return [f"waits for {', '.join(row['waits_for'])}"] if row.get("waits_for") else []


def _picture(report: Report, fold: str) -> list[str]:
    """The stages at a glance: as a strip, and where it is known what needs what, as a graph (``fold``: see above)."""
    strip = [f'<li class="{_state(row)[0]}">{_text(row["name"])}</li>' for row in report.stages]
    lines = ['<ol class="flow" aria-hidden="true">', *strip, "</ol>"]
    if report.graph is not None and report.graph.nodes:
        lines += [
            f'<details class="card graph"{fold}>',
            "<summary>What needs what</summary>",
            drawing(report.graph),
            "</details>",
        ]
    return lines


def _state(row: dict[str, Any]) -> tuple[str, str]:
    """(class of the style, word) for the state of a stage."""
    return _STATES.get(row["state"], ("plain", row["state"]))


def _waived(finding: Finding, waiver: str) -> str:
    return f"{_code(finding.rule)} {_code(place(finding))} {_text(finding.message)} <br>{_text(waiver)}"


def _list(heading: str, items: Iterable[str]) -> list[str]:
    rows = [f"<li>{item}</li>" for item in items]
    return ["<section>", f"<h2>{heading}</h2>", '<ul class="list">', *rows, "</ul>", "</section>"] if rows else []


def _badge(kind: str, word: str) -> str:
    return f'<span class="badge {kind}">{escape(neutral(word))}</span>'


def _text(text: str) -> str:
    return f"<bdi>{escape(neutral(text, _LONGEST))}</bdi>" if text else ""


def _code(text: str) -> str:
    return f"<code>{escape(neutral(text, _LONGEST))}</code>" if text else ""
