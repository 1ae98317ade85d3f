"""The lessons that outlive a run: listing them, and promoting, reinforcing and retiring one."""

from __future__ import annotations

import os
import re
import time
from typing import Any, NamedTuple

from commitgate.documents import lessons, lessons_edit
from commitgate.documents.facts import Lesson
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.agreement import plain
from commitgate.judge.lessons import aged_out, fresh, lessons_of, runs_since
from commitgate.policy.layout import LESSONS_FILE
from commitgate.working.desk import Desk, Refused, refuse_early
from commitgate.working.laying import filled

_DAY = 86400
# The form that the shipped document shows in a comment is no lesson, and gives no number.
_ADDED = re.compile(rb"^\+### L([0-9]{3,6})\b(?!.*<title>\r?$)", re.MULTILINE)


class Kept(NamedTuple):
    """What a command did: the lesson as it stands now, its file, and whether that had to be written."""

    lesson: Lesson
    path: str
    written: bool


def listing(desk: Desk) -> list[dict[str, Any]]:
    """Every lesson with its age in runs and days, in the order of the file."""
    return [_told(desk, lesson) for lesson in lessons_of(desk.snapshot)]


def _told(desk: Desk, lesson: Lesson) -> dict[str, Any]:
    runs = runs_since(desk.snapshot, lesson.last) if lesson.last else None
    days = (desk.now - _midnight(lesson.last)) // _DAY if lesson.last else None
    return {
        "id": lesson.id,
        "title": lesson.title,
        "line": lesson.line,
        "reinforced": lesson.reinforced,
        "last": lesson.last,
        "runs_since": runs,
        "days_since": days,
        "retired": lesson.retired,
        "aged_out": aged_out(desk.policy, desk.snapshot, lesson),
    }


def _midnight(day: str) -> int:
    from commitgate.documents.timestamp import epoch

    return epoch(f"{day}T00:00:00Z") or 0


def promote(desk: Desk, title: str, body: str) -> Kept:
    """Add a lesson under the next number; one of the same title that is in force stays as it is.

    Refused when the run has made all the promotions that it may.
    """
    _refuse_early(desk)
    found, data = _data(desk)
    for lesson in lessons_edit.sound(data).lessons:
        if plain(lesson.title) == plain(title) and not lesson.retired:
            return Kept(lesson, _path(desk), False)
    made, most = len(fresh(desk.snapshot, desk.history)), desk.policy.lesson_promotions
    if made >= most:
        message = f"this run has promoted {made} of at most {most} lessons"
        hint = "reinforce one that stands already: git gate lessons promote --reinforces <id>"
        raise Refused([Finding("lessons/promotions", BLOCKED, message, hint, _path(desk))])
    number = max(_taken(desk, data), default=0) + 1
    return _write(desk, found, lessons_edit.promote(data, number, title, body, _today(desk)), f"L{number:03}")


def reinforce(desk: Desk, lesson_id: str) -> Kept:
    """Count a lesson once more; a run that promoted or reinforced it already leaves it as it is."""
    _refuse_early(desk)
    found, data = _data(desk)
    lesson = lessons_edit.lesson_of(lessons_edit.sound(data), lesson_id)
    if lesson.id in desk.history.promoted or lesson.id in desk.history.reinforced:
        return Kept(lesson, _path(desk), False)
    return _write(desk, found, lessons_edit.reinforce(data, lesson.id, _today(desk)), lesson.id)


def retire(desk: Desk, lesson_id: str, reason: str) -> Kept:
    """Move a lesson below "## Retired"; one that is there already stays as it is."""
    _refuse_early(desk)
    found, data = _data(desk)
    lesson = lessons_edit.lesson_of(lessons_edit.sound(data), lesson_id)
    return _write(desk, found, lessons_edit.retire(data, lesson.id, reason, _today(desk)), lesson.id)


def _write(desk: Desk, found: bytes | None, data: bytes, lesson_id: str) -> Kept:
    written = desk.folder.edit(_path(desk), found, data)
    return Kept(lessons_edit.lesson_of(lessons_edit.sound(data), lesson_id), _path(desk), written)


def _data(desk: Desk) -> tuple[bytes | None, bytes]:
    """The document as it is (None: there is none), and what an edit starts from."""
    found = desk.folder.read(_path(desk))
    return found, found if found is not None else filled(LESSONS_FILE, {}, desk.now)


def _path(desk: Desk) -> str:
    return f"{desk.snapshot.root}/{LESSONS_FILE}"


def _today(desk: Desk) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(desk.now))


def _refuse_early(desk: Desk) -> None:
    """GateError (exit 2) where the hook would refuse the change: a run is under way and its retrospective is not open.

    Between two runs nothing is in the way.
    """
    if not os.path.lexists(os.path.join(desk.folder.top, desk.folder.run_file)):
        return
    refuse_early(desk, LESSONS_FILE, "the lessons belong to")


def _taken(desk: Desk, data: bytes) -> set[int]:
    """Every number that the document or any commit of this branch has given, lessons that are gone included."""
    taken = {lesson.number for lesson in lessons.read(data).lessons}
    repo = desk.folder.repo
    if repo.batch.get(["HEAD"])[0].type == "commit":
        log = repo.run(
            "-C", desk.folder.top, "log", "--no-show-signature", "--no-renames", "-m", "-p", "--unified=0",
            "--no-color", "--no-ext-diff", "--no-textconv", "--text", "--format=", "HEAD", "--", _path(desk),
        )  # fmt: skip
        taken |= {int(found) for found in _ADDED.findall(log)}
    return taken
