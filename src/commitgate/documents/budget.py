"""``pipeline/budget.md``: what each stage has used, as one table | Stage | Tokens | Minutes |, and its sum.

The first column holds the id of a gate; a last row "Total" must be the sum of the others, which is counted anew here.
Prose around the table is its author's. Pure in the bytes.
"""

from __future__ import annotations

import re

from commitgate.documents import markdown
from commitgate.documents.facts import BudgetFacts
from commitgate.documents.markdown_model import Row, Table
from commitgate.finding import MALFORMED, Finding

COLUMNS = ("stage", "tokens", "minutes")
TOTAL = "total"
STAGE = re.compile(r"stage-[0-9]{2}(?:-[a-z0-9][a-z0-9_-]{0,60})?")
TOKENS = re.compile(r"[0-9]{1,12}")
MINUTES = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?")
_FORM = "write one table | Stage | Tokens | Minutes |; git gate budget init writes a file"
# A sum of many rows is longer than any of them.
_TOTAL_TOKENS = re.compile(r"[0-9]{1,15}")
_TOTAL_MINUTES = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_HUNDRED = 100


def read(data: bytes) -> BudgetFacts:
    """The rows of the table and every finding of family ``budget/``. Never raises."""
    document, refused = markdown.read(data, "budget")
    findings = list(refused)
    tables = [table for table in document.tables if set(COLUMNS) <= set(_columns(table))]
    if not findings and len(tables) != 1:
        line = tables[1].head.line if tables else 0
        message = f"{len(tables)} tables with the columns Stage, Tokens and Minutes; expected one"
        findings.append(Finding("budget/table", MALFORMED, message, _FORM, line=line))
    if len(tables) != 1 or _columns(tables[0]) != COLUMNS:
        if tables and not findings:
            message = "other columns than Stage, Tokens and Minutes, in this order"
            findings.append(Finding("budget/table", MALFORMED, message, _FORM, line=tables[0].head.line))
        return BudgetFacts((), 0, 0, 0, 0, tuple(findings))
    return _table(tables[0], findings)


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in table.head.cells)


def _plain(cell: str) -> str:
    return cell.replace("*", "").replace("`", "").strip().casefold()


def _table(table: Table, findings: list[Finding]) -> BudgetFacts:
    rows: list[tuple[str, int, float, int]] = []
    totals: list[tuple[str, str, int]] = []
    hundredths = 0
    for row in table.rows:
        cells = tuple(_plain(cell) for cell in row.cells)
        problem = _problem(cells, {one[0] for one in rows}) or ("below the total" if totals else "")
        if problem:
            findings.append(Finding("budget/row", MALFORMED, problem, _FORM, line=row.line))
        elif cells[0] == TOTAL:
            totals.append((cells[1], cells[2], row.line))
        else:
            part = as_hundredths(cells[2])
            hundredths += part
            rows.append((cells[0], int(cells[1]), part / _HUNDRED, row.line))
    tokens = sum(one[1] for one in rows)
    for said_tokens, said_minutes, line in totals:
        if (int(said_tokens), as_hundredths(said_minutes)) != (tokens, hundredths) and not findings:
            message = f"the total is {said_tokens} tokens and {said_minutes} minutes, but the rows add up to "
            message += f"{tokens} and {shown_minutes(hundredths)}"
            findings.append(Finding("budget/total", MALFORMED, message, "correct the rows or the total", line=line))
    last = table.rows[-1].line if table.rows else _below_head(table.head)
    return BudgetFacts(tuple(rows), tokens, hundredths / _HUNDRED, last, totals[0][2] if totals else 0, tuple(findings))


def _below_head(head: Row) -> int:
    return head.line + 1  # the line of dashes


def _problem(cells: tuple[str, ...], taken: set[str]) -> str:
    if len(cells) != len(COLUMNS):
        return f"a row of {len(cells)} cells in a table of {len(COLUMNS)} columns"
    stage, tokens, minutes = cells
    if stage != TOTAL and not STAGE.fullmatch(stage):
        return f"{stage[:60]!a} is no gate's id such as stage-04-backend"
    if stage in taken:
        return f"{stage} stands there twice"
    if not (_TOTAL_TOKENS if stage == TOTAL else TOKENS).fullmatch(tokens):
        return f"{tokens[:60]!a} is no number of tokens: digits only"
    if not (_TOTAL_MINUTES if stage == TOTAL else MINUTES).fullmatch(minutes):
        return f"{minutes[:60]!a} is no number of minutes such as 12 or 12.5"
    return ""


def as_hundredths(minutes: str) -> int:
    """Minutes as written (MINUTES), in hundredths: sums of decimal fractions stay exact."""
    whole, _, part = minutes.partition(".")
    return int(whole) * _HUNDRED + int((part + "00")[:2])


def shown_minutes(hundredths: int) -> str:
    """The inverse: ``12``, ``12.5``, ``12.05``."""
    whole, part = divmod(hundredths, _HUNDRED)
    return f"{whole}.{part:02}".rstrip("0") if part else str(whole)
