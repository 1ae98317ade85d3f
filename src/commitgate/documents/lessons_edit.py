"""Adding, reinforcing and retiring lessons of ``pipeline/lessons-learned.md``: bytes in, bytes out.

Every edit keeps all other bytes and reads back as what was meant, else UserError says why not. A document that cannot
be read exactly is not edited at all (GateError).
"""

from __future__ import annotations

import re

from commitgate.documents import lessons
from commitgate.documents.facts import Lesson, LessonsFacts
from commitgate.documents.text_edit import cut, insert, lines_of, replace
from commitgate.errors import GateError, UserError
from commitgate.finding import MALFORMED

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_COUNT = re.compile(r"[0-9]{1,6}(?:[ \t]+\(last:[ \t]+[0-9-]{10}\))?(\.?[ \t]*)\Z")
_LONGEST_TITLE = 200


def promote(data: bytes, number: int, title: str, body: str, day: str) -> bytes:
    """``data`` with lesson ``number`` behind the last one that is in force; ``body`` may have several lines."""
    before = sound(data)
    lesson = Lesson(f"L{number:03}", _line("title", title), 0, 1, day, False)
    if len(title) > _LONGEST_TITLE:
        raise UserError("that is too long for a title", f"at most {_LONGEST_TITLE} characters; the rest is --body")
    lines = [f"### {lesson.id} — {title}", "", *_body(body), f"**Reinforced:** 1 (last: {day})"]
    where, retired = lessons.places(data)
    active = [where[one.id].end - 1 for one in before.lessons if not one.retired]
    after = max(active) if active else retired - 1 if retired else len(lines_of(data))
    return _checked(_paragraph(data, after, lines), [*before.lessons, lesson])


def reinforce(data: bytes, lesson_id: str, day: str) -> bytes:
    """``data`` with the lesson reinforced once more, on ``day``."""
    before = sound(data)
    found = lesson_of(before, lesson_id)
    if found.retired:
        raise UserError(f"{found.id} is retired", 'promote what was learned again: git gate lessons promote "<title>"')
    where, _ = lessons.places(data)
    number = where[found.id].counted
    was = lines_of(data)[number - 1]
    line = _COUNT.sub(lambda match: f"{found.reinforced + 1} (last: {day}){match[1]}", was, count=1)
    changed = replace(data, number, line)
    wanted = found._replace(reinforced=found.reinforced + 1, last=day)
    return _checked(changed, [wanted if one.id == found.id else one for one in before.lessons])


def retire(data: bytes, lesson_id: str, reason: str, day: str) -> bytes:
    """``data`` with the lesson moved below ``## Retired``, where it keeps its number; unchanged if it is there."""
    before = sound(data)
    found = lesson_of(before, lesson_id)
    if found.retired:
        return data
    where, _ = lessons.places(data)
    place, known = where[found.id], lines_of(data)
    lines = [*known[place.first - 1 : place.end - 1], "", f"**Retired:** {day} — {_line('reason', reason)}"]
    last = place.end
    while last <= len(known) and not known[last - 1].strip():
        last += 1
    rest = cut(data, place.first, last)
    where, retired = lessons.places(rest)
    if not retired:
        lines = ["## Retired", "", *lines]
    below = [one.end - 1 for one in where.values() if retired and one.first > retired]
    changed = _paragraph(rest, max(below) if below else retired or len(lines_of(rest)), lines)
    others = [one for one in before.lessons if one.id != found.id]
    return _checked(changed, [*others, found._replace(retired=True)])


def lesson_of(facts: LessonsFacts, lesson_id: str) -> Lesson:
    """The lesson with an id such as L003 (l3 is understood); UserError when there is none."""
    found = re.fullmatch(r"[Ll]?0*([0-9]{1,6})", lesson_id)
    for lesson in facts.lessons:
        if found and lesson.number == int(found[1]):
            return lesson
    known = ", ".join(one.id for one in facts.lessons if not one.retired) or "none"
    raise UserError(f"there is no lesson {lesson_id[:40]!a}", f"lessons: {known}")


def sound(data: bytes) -> LessonsFacts:
    """The lessons of a document that can be read exactly; GateError for any other: an edit could hit the wrong line."""
    facts = lessons.read(data)
    if facts.findings:
        first = facts.findings[0]
        where = f" (line {first.line})" if first.line else ""
        raise GateError(f"lessons-learned.md cannot be edited safely{where}: {first.message}", first.hint, MALFORMED)
    return facts


def _line(what: str, text: str) -> str:
    if not text or text != text.strip() or _CONTROL.search(text):
        raise UserError(f"{text[:80]!a} is no {what} that can be recorded", "one line, without control characters")
    return text


def _body(body: str) -> list[str]:
    lines = body.strip().replace("\r\n", "\n").split("\n") if body.strip() else []
    for one in lines:
        if _CONTROL.search(one.replace("\t", " ")):
            raise UserError(f"{one[:80]!a} cannot be recorded", "text without control characters")
    return [*lines, ""] if lines else []


def _paragraph(data: bytes, after: int, lines: list[str]) -> bytes:
    """``data`` with ``lines`` below line ``after``, a blank line on either side."""
    known = lines_of(data)
    while after and not known[after - 1].strip():
        after -= 1
    above = [""] if after else []
    below = [""] if after < len(known) and known[after].strip() else []
    return insert(data, after, [*above, *lines, *below])


def _checked(data: bytes, wanted: list[Lesson]) -> bytes:
    """``data``, provided that its lessons are those that are wanted, in whatever order."""
    facts = lessons.read(data)
    if facts.findings or _known(facts.lessons) != _known(tuple(wanted)):
        why = facts.findings[0].message if facts.findings else "the text changes how the file is read"
        raise UserError(f"the lesson would not be read as meant: {why}", "reword it")
    return data


def _known(found: tuple[Lesson, ...]) -> list[Lesson]:
    return sorted(one._replace(line=0) for one in found)
