"""Reading ``pipeline/test-report.md``: which test proves which criterion, and the totals.

Under ``## Criteria`` stands a table with the columns Criterion, Test and Result: each row names one criterion
(``3`` or ``AC-3``, a text may follow) and one test. The totals are a line ``Total: 23, passed: 23, failed: 0`` or a
table with these columns. Whether the mapping is one-to-one is not decided here. Pure in the bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from commitgate.documents import markdown
from commitgate.documents.facts import TestReportFacts
from commitgate.documents.markdown_model import REAL, SILENT, Document, Heading, Line, Row, Table
from commitgate.documents.near_miss import Keyword, compact, loose, without_code
from commitgate.finding import MALFORMED, Finding

_SECTIONS = frozenset({"criteria", "acceptance criteria"})
_CRITERION = re.compile(r"(?:AC[- ]?)?([0-9]{1,6})(?:(?:[:.)]|[ \t]+[—–-])(?:[ \t].*)?)?", re.IGNORECASE)
_SEVERAL = re.compile(r"<br\s*/?>|`[ \t]*[,;+&/][ \t]*`", re.IGNORECASE)
_TOTALS = re.compile(
    r"total(?: tests)?:? ?([0-9]{1,9}) ?[,;|/.]? ?(?:tests? )?passed:? ?([0-9]{1,9}) ?[,;|/.]? ?(?:and )?"
    r"failed:? ?([0-9]{1,9})\.?"
)
_PART = re.compile(r"(?:passed|failed):? ?[0-9]{1,9}[,;.]?")
_TOTAL_WORD = compact("total")
_TOTAL_STATED = Keyword(r"<total>(?: <tests>)? ?:")
_FORM = "under '## Criteria', write a table | Criterion | Test | Result | with one criterion and one test in each row"
_TOTALS_FORM = "write one line 'Total: 23, passed: 23, failed: 0'"


def read(data: bytes) -> TestReportFacts:
    """The facts in ``data`` and every finding of family ``report/``. Never raises."""
    document, refused = markdown.read(data, "report")
    findings = list(refused)
    mapping: list[tuple[int, str, int]] = []
    totals: list[tuple[int, int, int, int]] = []
    tops = [heading for heading in document.headings if heading.top and heading.level <= 2]
    stated = any(_name(heading) in _SECTIONS for heading in tops)
    starts = [heading.line for heading in tops]
    for table in document.tables:
        above = bisect_left(starts, table.head.line)
        section = _name(tops[above - 1]) if above else ""
        columns = [_plain(cell).casefold() for cell in table.head.cells]
        if {"total", "passed", "failed"} <= set(columns):
            totals += _totals_table(table, columns, findings)
        elif section not in _SECTIONS:
            if not stated and {"criterion", "test"} <= set(columns):
                message = "a table of criteria and tests outside a section '## Criteria' counts for nothing"
                findings.append(Finding("report/columns", MALFORMED, message, _FORM, line=table.head.line))
        elif {"criterion", "test"} <= set(columns):
            mapping += _mapping(table, columns, findings)
        else:
            message = f"the columns {', '.join(columns)[:80]!a}; expected Criterion, Test and Result"
            findings.append(Finding("report/columns", MALFORMED, message, _FORM, line=table.head.line))
    totals += _totals_lines(document, findings)
    different = next((found for found in totals if found[:3] != totals[0][:3]), None)
    if different:
        message = f"other totals than in line {totals[0][3]}; expected one statement of the totals"
        findings.append(Finding("report/totals", MALFORMED, message, _TOTALS_FORM, line=different[3]))
    total, passed, failed, line = totals[0] if totals and not different else (-1, -1, -1, 0)
    findings.sort(key=lambda finding: finding.line)
    return TestReportFacts(tuple(mapping), total, passed, failed, line, tuple(findings))


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("`", "").split()).strip("_ ")


def _name(heading: Heading) -> str:
    return " ".join(heading.text.split()).casefold() if heading.level == 2 else ""


def _mapping(table: Table, columns: list[str], findings: list[Finding]) -> list[tuple[int, str, int]]:
    found = []
    for row in table.rows:
        problem = _misshapen(row, columns)
        cells = dict(zip(columns, row.cells, strict=False))
        criterion = _CRITERION.fullmatch(_plain(cells.get("criterion", "")))
        test = cells.get("test", "")
        if not problem and not criterion:
            problem = f"{cells.get('criterion', '')[:60]!a} is no criterion's number such as 3 or AC-3"
        if not problem and (_SEVERAL.search(test) or not _plain(test)):
            problem = f"expected the name of one test, found {test[:60]!a}"
        if problem:
            findings.append(Finding("report/row", MALFORMED, problem, _FORM, line=row.line))
        elif criterion:
            found.append((int(criterion[1]), _test_name(test), row.line))
    return found


def _test_name(cell: str) -> str:
    """The test's name; the backticks around it are none of it."""
    inner = cell.strip("`")
    return inner.strip() if cell.startswith("`") and cell.endswith("`") and "`" not in inner else cell


def _misshapen(row: Row, columns: list[str]) -> str:
    if len(row.cells) == len(columns):
        return ""
    return f"a row of {len(row.cells)} cells in a table of {len(columns)} columns (write a pipe in a name as \\|)"


def _totals_table(table: Table, columns: list[str], findings: list[Finding]) -> list[tuple[int, int, int, int]]:
    found = []
    for row in table.rows:
        cells = {column: _plain(cell) for column, cell in zip(columns, row.cells, strict=False)}
        numbers = [cells.get(name, "") for name in ("total", "passed", "failed")]
        if _misshapen(row, columns) or not all(re.fullmatch("[0-9]{1,9}", number) for number in numbers):
            message = "a row of totals that does not hold three numbers"
            findings.append(Finding("report/totals", MALFORMED, message, _TOTALS_FORM, line=row.line))
        else:
            total, passed, failed = map(int, numbers)
            found.append((total, passed, failed, row.line))
    return found


def _totals_lines(document: Document, findings: list[Finding]) -> list[tuple[int, int, int, int]]:
    found = []
    lines = [line for line in document.lines if line.place not in SILENT]
    for index, line in enumerate(lines):
        if _TOTAL_WORD not in compact(line.text):
            continue
        # The three numbers may stand on three lines.
        stated = [_folded(line)]
        for later in lines[index + 1 : index + 3]:
            if not _PART.fullmatch(_folded(later)):
                break
            stated.append(_folded(later))
        numbers = _TOTALS.fullmatch(" ".join(stated)) if line.place in REAL else None
        if numbers:
            total, passed, failed = map(int, numbers.groups())
            found.append((total, passed, failed, line.number))
        elif _TOTAL_STATED.match(loose(without_code(line.text))):
            message = f"{line.text[:80]!a} looks like the totals and cannot be read"
            findings.append(Finding("report/totals", MALFORMED, message, _TOTALS_FORM, line=line.number))
    return found


def _folded(line: Line) -> str:
    return " ".join(_plain(line.text).casefold().split()) if line.place in REAL else ""
