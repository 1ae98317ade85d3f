"""Writing a row of ``pipeline/budget.md``: bytes in, bytes out; every other line and the line ends stay as they are."""

from __future__ import annotations

from commitgate import share
from commitgate.documents.budget import MINUTES, STAGE, TOKENS, as_hundredths, read, shown_minutes
from commitgate.documents.facts import BudgetFacts
from commitgate.errors import GateError, UserError
from commitgate.finding import MALFORMED


def new() -> bytes:
    """The budget of a fresh run: a table without rows but the total."""
    with open(share.path("templates", "pipeline", "budget.md"), "rb") as template:
        return template.read()


def set_row(data: bytes, stage: str, tokens: str, minutes: str) -> bytes:
    """``data`` with what a stage has used all in all; ``tokens`` and ``minutes`` as typed.

    A row that is there is replaced, a new one stands above the total, and the total is written anew. UserError for what
    is no number; GateError (exit 1) for a file that cannot be read in full.
    """
    if not TOKENS.fullmatch(tokens):
        raise UserError(f"{tokens[:60]!a} is no number of tokens", "digits only, at most twelve")
    if not MINUTES.fullmatch(minutes):
        raise UserError(f"{minutes[:60]!a} is no number of minutes", "such as 12 or 12.5")
    if not STAGE.fullmatch(stage):
        raise UserError(f"{stage[:60]!a} is no gate's id", "such as stage-04-backend")
    facts = sound(data)
    lines = data.split(b"\n")
    end = b"\r" if data.count(b"\r\n") * 2 > data.count(b"\n") else b""
    known = next((row for row in facts.rows if row[0] == stage), None)
    before = (known[1], as_hundredths(shown_minutes(round(known[2] * 100)))) if known is not None else (0, 0)
    tokens_now = facts.tokens - before[0] + int(tokens)
    minutes_now = round(facts.minutes * 100) - before[1] + as_hundredths(minutes)
    row = _row(stage, str(int(tokens)), shown_minutes(as_hundredths(minutes)))
    total = _row("Total", str(tokens_now), shown_minutes(minutes_now))
    if facts.total:
        lines[facts.total - 1] = total + end
    else:
        _below(lines, facts.last, total, end)
    if known is not None:
        lines[known[3] - 1] = row + end
    else:
        _below(lines, facts.total - 1 if facts.total else facts.last, row, end)
    after = b"\n".join(lines)
    checked = sound(after)
    assert (checked.tokens, round(checked.minutes * 100)) == (tokens_now, minutes_now)
    return after


def _row(*cells: str) -> bytes:
    return f"| {' | '.join(cells)} |".encode()


def _below(lines: list[bytes], number: int, row: bytes, end: bytes) -> None:
    """Insert a line below line ``number``; a last line without a line end gets one."""
    if number == len(lines):
        lines[-1] = lines[-1].removesuffix(b"\r") + end
        lines.append(row + end)
        lines.append(b"")
    else:
        lines.insert(number, row + end)


def sound(data: bytes) -> BudgetFacts:
    """The facts of a file without findings; GateError (exit 1) with the first one otherwise."""
    facts = read(data)
    if facts.findings:
        first = facts.findings[0]
        where = f"budget.md:{first.line}" if first.line else "budget.md"
        raise GateError(f"{where}: {first.message}", first.hint, MALFORMED)
    return facts
