"""Lines of the context file that look like an entry and are none, and what to tell their author."""

from __future__ import annotations

import re

from commitgate.documents.markdown_model import TABLE, Line
from commitgate.documents.near_miss import Keyword, compact, loose, without_code
from commitgate.finding import MALFORMED, Finding

_ANY = re.compile("|".join(compact(word) for word in (
    "checkpoint", "resolved", "principal", "question", "answer", "security", "track",
)))  # fmt: skip
# A time (or what stands for one) and a dash may come first.
_WHEN = r"[\d.:tz+ol-]{8,40}[^\w:]*"
_KINDS = (
    ("checkpoint", Keyword(r".*\b<checkpoint>[ -]?(?:<auto>[ -]?)?<pass>(?:<ed>)?(?: ?:| \w+ \()")),
    ("decision", Keyword(rf"{_WHEN}<resolved>\b|<resolved> <stage>")),
    ("decision", Keyword(rf"(?:{_WHEN})?(?=.*<resolved>)<stage> .*<escalation>")),
    ("ruling", Keyword(rf"(?:{_WHEN})?<principal>[ -]?<ruling>(?:[ -]?<request>)? ?:")),
    ("answer", Keyword(r"<pm>[ -]<answer>(?: \w+)? ?:")),
    ("skip", Keyword(r"<security>[ -]<skip> ?:")),
    ("track", Keyword(r"<track> ?: ?[\w-]+")),
)
_QUESTION = Keyword(r"(?:.*\W)?<question> ?:")
_ADDRESSED = re.compile(r"QUESTION\W*:|@PM\b")
_HEADING = Keyword(r"<user>[ -]?<decision>")

_FORMS = {
    "decision": "'<time> — RESOLVED <gate>: <decision>' under '## User Decisions'",
    "checkpoint": "'<time> — CHECKPOINT-PASS: a (<who>)' (a, b or c) under '## User Decisions'",
    "ruling": "'PRINCIPAL-RULING: <topic> → <decision>' or 'PRINCIPAL-RULING-REQUEST: <topic>'",
    "question": "'QUESTION: <text> @PM' at the start of a line",
    "answer": "'PM-ANSWER: <text>' below its open question, or 'PM-ANSWER <number>: <text>'",
    "skip": "'SECURITY-SKIP: <reason>'",
    "track": "'TRACK: <track>'",
    "heading": "'## User Decisions' (level 2)",
}
_COMMANDS = {
    "decision": 'git gate resolve <gate> "<decision>"',
    "checkpoint": "git gate proceed <letter>",
    "ruling": 'git gate rule "<topic>" "<decision>"',
    "question": 'git gate ask "<question>"',
    "answer": 'git gate answer <number> "<text>"',
}


def heading(text: str) -> bool:
    """Whether a heading that opens no decisions looks as if it should."""
    return bool(_HEADING.match(loose(text)))


def line(found: Line) -> str:
    """The kind of entry that a line was probably meant to be, "" for none."""
    text = found.text.replace("|", " ") if found.place == TABLE else found.text
    if not _ANY.search(compact(text)):
        return ""
    text = without_code(text)
    shown = loose(text)
    for kind, pattern in _KINDS:
        if pattern.fullmatch(shown) if kind == "track" else pattern.match(shown):
            return kind
    # In running text, "question:" is a word like any other; in capitals or with an addressee it is an entry.
    return "question" if _QUESTION.match(shown) and _ADDRESSED.search(text) else ""


def finding(kind: str, number: int, text: str, why: str = "") -> Finding:
    """The finding about the line ``text`` that was meant as an entry of ``kind``; ``why`` it counts for nothing."""
    shown = text if len(text) <= 80 else text[:77] + "…"
    message = f"{shown!a} looks like an entry and cannot be taken as one{': ' if why else ''}{why}"
    command = f", or run: {_COMMANDS[kind]}" if kind in _COMMANDS else ""
    return Finding("context/near-miss", MALFORMED, message, f"write {_FORMS[kind]}{command}", line=number)
