"""Rulings, questions and architecture decision records of a run."""

from __future__ import annotations

import os
import re
import time
from typing import NamedTuple

from commitgate.documents import context, context_edit
from commitgate.errors import UserError
from commitgate.git.repository import Repository
from commitgate.working.desk import Desk, refuse_early
from commitgate.working.laying import filled
from commitgate.working.run_folder import RunFolder, timestamp
from commitgate.working.starting import slug

_FOLDER = "adr/"
_NUMBER = re.compile(r"([0-9]{4})-")
_LONGEST_TITLE = 200


class Recorded(NamedTuple):
    """A file, and whether it had to be written."""

    path: str
    written: bool


def rule(folder: RunFolder, topic: str, decision: str) -> Recorded:
    """Record a ruling; without a decision, the request for one. What is on record already is not written twice."""
    if not decision:
        return Recorded(
            folder.context_file, folder.edit_context(lambda data: context_edit.append_ruling_request(data, topic))
        )
    if any((one.topic, one.decision) == (topic, decision) for one in context.read(folder.context()).rulings):
        return Recorded(folder.context_file, False)
    when = timestamp(time.time())
    return Recorded(
        folder.context_file, folder.edit_context(lambda data: context_edit.append_ruling(data, when, topic, decision))
    )


def ask(folder: RunFolder, question: str, to: str) -> tuple[Recorded, int]:
    """Put a question into the context; the number under which it is answered."""
    written = folder.edit_context(lambda data: context_edit.append_question(data, question, to))
    facts = context.read(folder.context())
    number = next(one.number for one in reversed(facts.questions) if one.text == question and not one.answer)
    return Recorded(folder.context_file, written), number


def answer(folder: RunFolder, number: int, text: str) -> Recorded:
    """Answer a question of the context."""
    return Recorded(
        folder.context_file, folder.edit_context(lambda data: context_edit.append_answer(data, number, text))
    )


def adr(folder: RunFolder, title: str) -> Recorded:
    """Write the next architecture decision record; one of the same title that is there stays as it is."""
    folder.run()
    name = check_title(title)
    records = f"{folder.root}/{_FOLDER}"
    place = os.path.join(folder.top, records)
    names = os.listdir(place) if os.path.isdir(place) else []
    same = sorted(one for one in names if re.fullmatch(rf"[0-9]{{4}}-{name}\.md", one))
    if same:
        return Recorded(records + same[0], False)
    taken = {int(one[:4]) for one in names if re.match(r"[0-9]{4}-", one)}
    taken |= _numbers_in_git(folder.repo, folder.top, records)
    number = max(taken, default=0) + 1
    if number > 9999:
        raise UserError("there is no free number left below 10000", "begin a new series by hand")
    path = f"{records}{number:04}-{name}.md"
    words = {"number": f"{number:04}", "title": title, "feature": folder.run().feature}
    return Recorded(path, folder.write(path, filled("adr.md", words, time.time())))


def refuse_early_record(desk: Desk) -> None:
    """GateError (exit 2) while no stage that owns decision records is open."""
    refuse_early(desk, f"{_FOLDER}0001-any.md", "a decision record belongs to")


def check_title(title: str) -> str:
    """The part of a record's file name that its title makes; UserError when it makes none."""
    name = slug(title)
    if not name or len(title) > _LONGEST_TITLE or not title.isprintable():
        raise UserError(f"{title[:80]!a} is no title for a record", "one line with at least one letter from a to z")
    return name


def _numbers_in_git(repo: Repository, top: str, records: str) -> set[int]:
    """Every number that the index or any commit of this branch has given, files that are gone included."""
    names = repo.run("-C", top, "ls-files", "-z", "--", records)
    if repo.batch.get(["HEAD"])[0].type == "commit":
        names += b"\0" + repo.run(
            "-C", top, "log", "--no-show-signature", "--no-renames", "-m", "--diff-filter=A", "--name-only", "-z",
            "--format=", "HEAD", "--", records,
        )  # fmt: skip
    paths = names.decode("utf-8", "replace").replace("\n", "\0").split("\0")
    found = (_NUMBER.match(path[len(records) :]) for path in paths if path.startswith(records))
    return {int(one[1]) for one in found if one}
