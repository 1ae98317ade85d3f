"""Commands that write: the same again changes nothing, bytes of others stay, what is in doubt is not written over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from commitgate import cli
from commitgate.errors import GateError
from commitgate.git.repository import Repository
from commitgate.working.run_folder import RunFolder
from story import BRIEF, Story

CONTEXT = "pipeline/context.md"
LESSONS = "pipeline/lessons-learned.md"
LESSON = "# Lessons\n\n### L001 — One\n\nText.\n\n**Reinforced:** 1 (last: 2020-01-01)\n\n## Notes\n\nMine.\n"
CONFLICT = "\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> feature\n"
YES = ("pm_signoff=true", "runbook_referenced=true", "smoke_test_passed=true")


class Case(NamedTuple):
    """A command in a run at a milestone; ``edits`` is the text that it adds to, "" when it writes whole files."""

    milestone: str
    words: tuple[str, ...]
    edits: str = ""
    again: int = 0  # how the same command ends when it is given again
    before: Callable[[Story], None] = lambda told: None


def _escalate(told: Story) -> None:
    told.verdict("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: b", "ESCALATE: e", "OPTION: A — one")
    told.derive_and_commit("frontend")


def _lessons(told: Story) -> None:
    told.git("stash", "-q", "-u", check=False)
    told.git("switch", "-q", "main")
    told.write(LESSONS, LESSON)
    told.commit("an earlier run")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")


def _ask(told: Story) -> None:
    assert told.gate("ask", "Redis?").code == 0


def _brief(told: Story) -> None:
    told.write("pipeline/brief.md", BRIEF)


CASES = {
    "proceed": Case("requirements", ("proceed", "a", "--who", "Ada"), CONTEXT),
    "ask": Case("started", ("ask", "Which server?"), CONTEXT),
    "answer": Case("started", ("answer", "1", "No."), CONTEXT, before=_ask),
    "rule": Case("started", ("rule", "token", "never in an answer"), CONTEXT),
    "rule, asked for": Case("started", ("rule", "token"), CONTEXT),
    "resolve": Case("reviewed", ("resolve", "stage-06-backend", "A"), CONTEXT, 2, _escalate),
    "promote": Case("deployed", ("lessons", "promote", "Two", "--body", "Why."), LESSONS, before=_lessons),
    "reinforce": Case("deployed", ("lessons", "promote", "--reinforces", "L001"), LESSONS, before=_lessons),
    "retire": Case("deployed", ("lessons", "retire", "L001", "--reason", "old"), LESSONS, before=_lessons),
    "adr": Case("requirements", ("adr", "Queue"), before=lambda told: told.decide("CHECKPOINT-PASS: a (user)")),
    "stage": Case("started", ("stage", "requirements")),
    "pass": Case("started", ("pass", "requirements"), before=_brief),
    "fold": Case("tested", ("fold",), before=lambda told: told.decide("CHECKPOINT-PASS: c (user)")),
    "archive": Case("complete", ("archive",), again=2),
}
EDITS = {name: case for name, case in CASES.items() if case.edits}


def gate(told: Story, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> int:
    """``git gate <words>`` in this process."""
    monkeypatch.chdir(told.path)
    return cli.run(list(words))


def files(told: Story) -> dict[str, tuple[int, bytes]]:
    return {path: state for path, state in told.snapshot().items() if not path.startswith(".git/")}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_again_changes_nothing(story, monkeypatch, case):
    told = story(case.milestone)
    case.before(told)
    start = files(told)
    assert gate(told, monkeypatch, case.words) == 0
    once = files(told)
    assert once != start
    # A later time must not make it another statement.
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 5)
    assert gate(told, monkeypatch, case.words) == case.again
    assert files(told) == once


def shaped(data: bytes, shape: str) -> bytes:
    if shape == "crlf":
        return data.replace(b"\n", b"\r\n")
    if shape == "bom":
        return b"\xef\xbb\xbf" + data
    if shape == "no last line end":
        return data.rstrip(b"\n")
    return data + b"\n\n\n"


def kept_around(before: bytes, after: bytes) -> int:
    """How many bytes of ``before`` stand in ``after`` at its beginning and its end."""
    first = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before))
    rest = zip(reversed(before[first:]), reversed(after[first:]), strict=False)
    last = next((at for at, (one, other) in enumerate(rest) if one != other), len(before) - first)
    return first + last


@pytest.mark.parametrize("shape", ["crlf", "bom", "no last line end", "blank lines at the end"])
@pytest.mark.parametrize("name", EDITS)
def test_bytes_of_others_stay(story, monkeypatch, name, shape):
    case = EDITS[name]
    told = story(case.milestone)
    case.before(told)
    data = shaped((told.path / case.edits).read_bytes(), shape)
    told.write(case.edits, data)
    others = {path: state for path, state in files(told).items() if path != case.edits}
    assert gate(told, monkeypatch, case.words) == 0
    after = (told.path / case.edits).read_bytes()
    assert after != data
    assert {path: state for path, state in files(told).items() if path != case.edits} == others
    assert after.startswith(b"\xef\xbb\xbf") is (shape == "bom")
    assert (after.count(b"\r\n") == after.count(b"\n")) is (shape == "crlf")
    if name == "reinforce":
        (line,) = [one for one in after.splitlines() if one not in data.splitlines()]
        assert line.startswith(b"**Reinforced:** 2 (last: ")
        assert len(after.splitlines()) == len(data.splitlines())
    elif name == "retire":
        assert all(line in after.splitlines() for line in data.splitlines())
    else:
        assert kept_around(data, after) == len(data)


@pytest.mark.parametrize("name", EDITS)
def test_an_unresolved_merge_is_not_written_over(story, monkeypatch, name, capsys):
    case = EDITS[name]
    told = story(case.milestone)
    case.before(told)
    told.write(case.edits, told.read(case.edits) + CONFLICT)
    before = files(told)
    assert gate(told, monkeypatch, case.words) in (1, 2)
    assert files(told) == before
    said = capsys.readouterr()
    assert "merge" in said.out + said.err or "escalation" in said.out + said.err


@pytest.mark.parametrize("name", ["proceed", "ask", "rule", "promote", "pass", "fold", "archive"])
def test_a_run_that_cannot_be_read_is_left_alone(story, monkeypatch, name):
    case = CASES[name]
    told = story(case.milestone)
    case.before(told)
    told.write("pipeline/run.json", told.read("pipeline/run.json") + CONFLICT)
    before = files(told)
    assert gate(told, monkeypatch, case.words) in (1, 2)
    assert files(told) == before


def test_a_conflict_that_git_still_knows_is_resolved_first(story, monkeypatch):
    told = story("started")
    told.git("switch", "-q", "-c", "other")
    told.write(CONTEXT, told.read(CONTEXT) + "theirs\n")
    told.commit("theirs")
    told.git("switch", "-q", "feature/reset")
    told.write(CONTEXT, told.read(CONTEXT) + "ours\n")
    told.commit("ours")
    assert told.git("merge", "-q", "other", check=False).code != 0
    told.write(CONTEXT, told.git("show", ":2:" + CONTEXT).stdout)  # no marker is left, and git was not told
    before = files(told)
    assert gate(told, monkeypatch, ("ask", "Which server?")) == 2
    assert files(told) == before
    told.git("add", CONTEXT)
    assert gate(told, monkeypatch, ("ask", "Which server?")) == 0


class TestChangedMeanwhile:
    def test_what_an_editor_saved_in_between_stays(self, story):
        told = story("started")
        folder = RunFolder(Repository(str(told.path)), str(told.path), "pipeline")

        def slow(data: bytes) -> bytes:
            told.write(CONTEXT, data + b"\nsaved in an editor\n")
            return data + b"\nwritten by the tool\n"

        with pytest.raises(GateError, match="changed meanwhile") as caught:
            folder.edit_context(slow)
        assert caught.value.code == 2
        assert "saved in an editor" in told.read(CONTEXT)
        assert "written by the tool" not in told.read(CONTEXT)

    def test_a_file_that_came_or_went(self, story):
        told = story("started")
        folder = RunFolder(Repository(str(told.path)), str(told.path), "pipeline")
        with pytest.raises(GateError, match="changed meanwhile"):
            folder.edit(LESSONS, b"was there", b"new")
        told.write(LESSONS, "came\n")
        with pytest.raises(GateError, match="changed meanwhile"):
            folder.edit(LESSONS, None, b"new")
        assert folder.edit(LESSONS, b"came\n", b"new\n")
