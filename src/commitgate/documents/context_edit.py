"""Adding entries to ``pipeline/context.md``: bytes in, bytes out.

Every edit keeps all other bytes and the line endings, reads back as what was meant, and raises UserError
otherwise: a text that would be read as something else is refused, never escaped into something unexpected.
"""

from __future__ import annotations

import re

from commitgate import share
from commitgate.documents import context, markdown
from commitgate.documents.context_lines import DECIDING, collect
from commitgate.documents.facts import ContextFacts
from commitgate.documents.markdown_model import BLANK
from commitgate.documents.text_edit import insert, lines_of, replace
from commitgate.documents.timestamp import FORM, epoch
from commitgate.errors import UserError

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GATE = re.compile(r"stage-(?:[0-9]{2}|budget)(?:-[a-z0-9_-]+)?")
_TRACK = re.compile(r"[a-z][a-z0-9-]*")
_LETTER = re.compile(r"[abc]")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def new(feature: str, track: str) -> bytes:
    """The context file of a fresh run."""
    _text("track", track, _TRACK)
    with open(share.path("templates", "pipeline", "context.md"), encoding="utf-8") as template:
        text = template.read().replace("{{track}}", track).replace("{{feature}}", _text("feature", feature))
    data = text.encode()
    facts = context.read(data)
    if facts.findings or facts.track != track:
        raise UserError(f"{feature!r} cannot be a feature's name: {_first(facts)}", "choose a plain one")
    return data


def append_decision(data: bytes, when: str, gate: str, text: str) -> bytes:
    """Record the user's decision ``text`` that resolves the escalation of ``gate`` (a gate id). Idempotent."""
    entry = f"{_when(when)} — RESOLVED {_text('gate', gate, _GATE)}: {_text('decision', text)}"
    return _append(data, "User Decisions", entry)


def append_checkpoint(data: bytes, when: str, letter: str, who: str) -> bytes:
    """Record that ``who`` let checkpoint ``letter`` (a, b or c) pass. Idempotent."""
    entry = f"{_when(when)} — CHECKPOINT-PASS: {_text('checkpoint', letter, _LETTER)} ({_text('name', who)})"
    return _append(data, "User Decisions", entry)


def append_automatic_checkpoint(data: bytes, when: str, letter: str, condition: str) -> bytes:
    """Record that checkpoint ``letter`` passed because ``condition`` holds. Idempotent."""
    passed = f"{_text('checkpoint', letter, _LETTER)} ({_text('condition', condition)})"
    entry = f"{_when(when)} — CHECKPOINT-AUTO-PASS: {passed}"
    return _append(data, "User Decisions", entry)


def append_question(data: bytes, text: str, to: str = "PM") -> bytes:
    """Ask ``to`` the question ``text``. The same question still open is not asked twice."""
    words, role = _text("question", text), _text("role", to, _WORD).upper()
    same = [question for question in context.read(data).questions if (question.text, question.to) == (words, role)]
    if any(not question.answer for question in same):
        return data
    entries, _ = collect(markdown.read(data, "context")[0])
    # Below every other question and answer, so that no number changes and no answer finds another question.
    below = max((entry.last for entry in entries if entry.kind in ("question", "answer")), default=0)
    return _append(data, "Questions", f"QUESTION: {words} @{role}", below)


def append_answer(data: bytes, number: int, text: str) -> bytes:
    """Answer the open question ``number``, right below it. The same answer again changes nothing."""
    words = _text("answer", text)
    questions = context.read(data).questions
    if not 0 < number <= len(questions):
        numbers = ", ".join(str(question.number) for question in questions if not question.answer) or "none"
        raise UserError(f"there is no question {number}; open questions: {numbers}", "git gate status lists them")
    if questions[number - 1].answer == words:
        return data
    if questions[number - 1].answer:
        raise UserError(f"question {number} has an answer already: {questions[number - 1].answer}")
    last = next(place.last for place in context.question_places(data) if place.number == number)
    # Directly below an open question the plain form can only mean that question.
    return _checked(data, insert(data, last, [f"PM-ANSWER: {words}"]), f"PM-ANSWER: {words}")


def append_ruling(data: bytes, when: str, topic: str, decision: str) -> bytes:
    """Record the principal's ruling on ``topic``; ``when`` may be "". Idempotent."""
    entry = f"PRINCIPAL-RULING: {_text('topic', topic)} → {_text('decision', decision)}"
    return _append(data, "Rulings", f"{_when(when)} — {entry}" if when else entry)


def change_track(data: bytes, track: str) -> bytes:
    """``data`` with another track in its ``TRACK:`` lines."""
    _text("track", track, _TRACK)
    for entry in collect(markdown.read(data, "context")[0])[0]:
        if entry.kind == "track" and entry.parts[0] != track:
            before, mark, after = lines_of(data)[entry.line - 1].rpartition(entry.parts[0])
            data = replace(data, entry.line, before + track + after) if mark else data
    return data


def append_ruling_request(data: bytes, topic: str) -> bytes:
    """Ask the principal to rule on ``topic``. Idempotent."""
    return _append(data, "Rulings", f"PRINCIPAL-RULING-REQUEST: {_text('topic', topic)}")


def append_security_skip(data: bytes, reason: str) -> bytes:
    """Record why the security review is skipped. Idempotent."""
    return _append(data, "Security", f"SECURITY-SKIP: {_text('reason', reason)}")


def _text(what: str, text: str, form: re.Pattern[str] | None = None) -> str:
    """``text`` when it can stand in an entry: one line, not empty, no outer blanks, of the given form."""
    if not text or text != text.strip() or _CONTROL.search(text) or (form and not form.fullmatch(text)):
        raise UserError(f"{text!r} is no {what} that can be recorded", "one line, without control characters")
    return text


def _when(when: str) -> str:
    if epoch(when) is None:
        raise UserError(f"{when!r} is no time", f"write it in {FORM}")
    return when


def _append(data: bytes, heading: str, entry: str, below: int = 0) -> bytes:
    """``data`` with ``entry`` as the last paragraph of the section ``## <heading>``, made when it is missing.

    When the section ends above line ``below``, the entry goes below that line instead.
    """
    document, _ = markdown.read(data, "context")
    present = [found for found in collect(document)[0] if found.shown == entry and found.line == found.last]
    if any(found.under or found.kind not in DECIDING for found in present):
        return data
    tops = [found for found in document.headings if found.top and found.level <= 2]
    here = [found for found in tops if found.level == 2 and found.text.casefold() == heading.casefold()]
    lines = [""] if document.lines else []
    if here:
        end = next((found.line - 1 for found in tops if found.line > here[-1].line), len(document.lines))
        lines.append(entry)
    else:
        end = len(document.lines)
        lines += [f"## {heading}", "", entry]
    if end < below:
        end, lines = below, ["", entry]
    while end and document.lines[end - 1].place == BLANK:
        end -= 1
    if end < len(document.lines) and document.lines[end].place != BLANK:
        lines.append("")
    return _checked(data, insert(data, end, lines), entry)


def _checked(before: bytes, after: bytes, entry: str) -> bytes:
    """``after``, provided that it reads as ``before`` does plus exactly the one entry."""
    old, added = _entries(before), _entries(after)
    fresh = [found for found in added if found not in old]
    facts = context.read(after)
    alone = len(added) == len(old) + 1 and any(found[-1] == entry for found in fresh or added)
    if not alone or len(facts.findings) > len(context.read(before).findings):
        raise UserError(f"{entry!r} would not be read as meant: {_first(facts)}", "reword it, or repair context.md")
    return after


def _entries(data: bytes) -> list[tuple[str, str, bool, tuple[str, ...], str]]:
    entries, _ = collect(markdown.read(data, "context")[0])
    return [(entry.kind, entry.when, entry.under, entry.parts, entry.shown) for entry in entries]


def _first(facts: ContextFacts) -> str:
    return facts.findings[0].message if facts.findings else "the file around it changes its meaning"
