"""The timeline of a run as text, one line for each event, and as data."""

from __future__ import annotations

import time

from commitgate.judge.timeline import (
    CHECKPOINT,
    DECISION,
    ESCALATION,
    GATE,
    QUESTION,
    RULING,
    RUN,
    SKIP,
    VERDICT,
    VETO,
    Moment,
)
from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from commitgate.chronicle import Page

_AUTHOR_WIDTH = 14
_LONGEST = 160
_STATUS = {"passed": "PASS", "failed": "FAIL", "escalated": "ESCALATE", "unreadable": "cannot be read"}


def timeline_text(pages: Iterable[Page], colour: Colours) -> str:
    """``when  commit  author  what``, oldest first; "" for no event."""
    lines = []
    for page in pages:
        author = neutral(page.author.name, _AUTHOR_WIDTH)
        head = f"{_minute(page.when)}  {colour.dim(page.commit[:7])}  {author:<{_AUTHOR_WIDTH}}"
        for one in page.moments:
            told = one._replace(who="") if one.kind == GATE and one.who == page.author.name else one
            lines.append(f"{head}  {_painted(told, colour)}\n")
    return "".join(lines)


def timeline_data(pages: Iterable[Page]) -> dict[str, Any]:
    """What ``git gate log --json`` prints."""
    events = [
        {
            "commit": page.commit,
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(page.when)),
            "author": {"name": page.author.name, "email": page.author.email},
            "run": page.run,
            **one._asdict(),
        }
        for page in pages
        for one in page.moments
    ]
    return {"schema": 1, "events": events}


def _minute(when: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(when))


def _painted(moment: Moment, colour: Colours) -> str:
    words = neutral(_WORDS[moment.kind](moment), _LONGEST)
    if moment.kind == GATE and moment.action == "passed":
        return colour.good(words)
    if moment.action in ("failed", "escalated", "raised", "given", "changes-requested", "removed", "unreadable"):
        return colour.error(words)
    return colour.warning(words) if moment.action in ("made stale", "withdrawn") else words


def _colon(text: str) -> str:
    return f": {text}" if text else ""


def _run(one: Moment) -> str:
    if one.action == "started":
        return f'run "{one.subject}" started on track {one.text}'
    if one.action == "moved":
        return f'run "{one.subject}" moved from track {one.was} to {one.text}'
    return f"run {one.subject} {one.action}"


def _gate(one: Moment) -> str:
    status = _STATUS.get(one.action, one.action)
    was = f" (was {one.was})" if one.was and one.action in _STATUS and _STATUS[one.action] != one.was else ""
    again = " again" if one.was and status == one.was else ""
    by = f" by {one.who}" if one.who else ""
    return f"{one.subject} {status}{again}{was}{by}{_colon(one.text)}"


def _verdict(one: Moment) -> str:
    if one.action == "changes-requested":
        return f"{one.who} requested changes to {one.subject}{_colon(one.text)}"
    if one.action in ("renewed", "withdrawn"):
        return f"{one.who} {one.action} {one.was} of {one.subject}{_colon(one.text)}"
    return f"{one.who} approved {one.subject}" + (f", which {one.text}" if one.text else "")


def _veto(one: Moment) -> str:
    return f"security veto {one.action}" + (f", {one.text}" if one.text else "")


def _checkpoint(one: Moment) -> str:
    return f"checkpoint {one.subject} {one.action}" + (f" ({one.who})" if one.who else "")


def _escalation(one: Moment) -> str:
    by = f" by {one.who}" if one.who else ""
    return f"escalation of {one.subject} {one.action}{by}{_colon(one.text)}"


def _decision(one: Moment) -> str:
    return f"decision on {one.subject}{_colon(one.text)}"


def _ruling(one: Moment) -> str:
    return f"ruling on {one.subject} {one.action}{_colon(one.text)}"


def _question(one: Moment) -> str:
    return f"question {one.action}{f' to {one.who}' if one.action == 'asked' else ''}: {one.subject}" + (
        f" → {one.text}" if one.text else ""
    )


def _skip(one: Moment) -> str:
    return f"security review skipped{_colon(one.text)}"


_WORDS: dict[str, Callable[[Moment], str]] = {
    RUN: _run,
    GATE: _gate,
    VERDICT: _verdict,
    VETO: _veto,
    CHECKPOINT: _checkpoint,
    ESCALATION: _escalation,
    DECISION: _decision,
    RULING: _ruling,
    QUESTION: _question,
    SKIP: _skip,
}
