"""``lessons-learned.md``: reading it, and editing it byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitgate.documents import lessons, lessons_edit
from commitgate.errors import GateError, UserError

TWO = """# Lessons learned

Some words.

### L001 — Read answers

What happened.

**Reinforced:** 1 (last: 2026-03-26)

### L003 — Ask early

**Reinforced:** 4 (last: 2026-05-01)

## Retired

### L002 — Old

**Reinforced:** 1 (last: 2025-01-01)

**Retired:** 2025-06-01 — no longer used
"""
DAY = "2026-11-20"


def known(text: str) -> list[tuple[str, str, int, str, bool]]:
    facts = lessons.read(text.encode())
    assert facts.findings == ()
    return [(one.id, one.title, one.reinforced, one.last, one.retired) for one in facts.lessons]


def test_lessons_with_their_counts():
    assert known(TWO) == [
        ("L001", "Read answers", 1, "2026-03-26", False),
        ("L003", "Ask early", 4, "2026-05-01", False),
        ("L002", "Old", 1, "2025-01-01", True),
    ]


@pytest.mark.parametrize("dash", ["—", "–", "-", "--"])
@pytest.mark.parametrize(
    "count",
    [
        "**Reinforced:** 1 (last: 2026-03-26)",
        "Reinforced: 1 (last: 2026-03-26).",
        "__Reinforced:__ 1 (last: 2026-03-26)",
    ],
)
def test_forms_of_a_lesson(dash, count):
    assert known(f"### L001 {dash} Title\n\nText.\n\n{count}\n") == [("L001", "Title", 1, "2026-03-26", False)]


def test_a_lesson_as_one_paragraph():
    text = (
        'L001 — Shape of a review: when a design says "digest only"\nand the code returns a raw value, another area\n'
        "sees it. Reinforced: 1 (last: 2026-03-26)\n"
    )
    assert known(text) == [("L001", "Shape of a review", 1, "2026-03-26", False)]
    assert lessons.places(text.encode()) == ({"L001": (1, 4, 3)}, 0)


def test_a_lesson_that_was_never_reinforced():
    assert known("### L001 — T\n\n**Reinforced:** 0\n") == [("L001", "T", 0, "", False)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("### L001 — T\n\nText.\n", 1),
        ("### L001 — T\n\n**Reinforced:** 2\n", 3),
        ("### L001 — T\n\n**Reinforced:** 1 (last: 2026-02-30)\n", 3),
        ("### L001 — T\n\n**Reinforced:** often\n", 3),
        ("### L001 — T\n\n**Reinforced:** 1 (last: —)\n", 3),
        ("### L001 — T\n\nReinforced: 1 (last: 2026-01-01)\n\nReinforced: 2 (last: 2026-01-01)\n", 5),
        ("## L001 — T\n", 1),
        ("### L1 — T\n", 1),
        ("### L1234567890123 — T\n\n**Reinforced:** 1 (last: 2026-01-01)\n", 1),
        ("### Ｌ００１ — T\n\n**Reinforced:** 1 (last: 2026-01-01)\n", 1),
        ("### l001 — T\n", 1),
        ("### L001: T\n", 1),
        ("### L001\n", 1),
        ("### **L001** — T\n", 1),
        ("- ### L001 — T\n", 1),
        ("text\n\nL001 — a lesson without its count\n", 3),
    ],
)
def test_what_looks_like_a_lesson_and_is_none(text, line):
    found = lessons.read(text.encode()).findings
    assert [(one.rule, one.line) for one in found] == [("lessons/entry", line)]


@pytest.mark.parametrize(
    "text",
    [
        "# L10n\n",
        "### L2 cache notes\n",
        "<!--\n### L001 — T\n-->\n",
        "```\n### L001 — T\n```\n",
        "> ### L001 — T\n",
        "### Legend\n",
    ],
)
def test_what_is_no_lesson_at_all(text):
    assert known(text) == []


def test_one_number_for_two_lessons_however_it_is_written():
    text = "### L001 — A\n\nReinforced: 1 (last: 2026-01-01)\n\n### L0001 — B\n\nReinforced: 1 (last: 2026-01-01)\n"
    (found,) = lessons.read(text.encode()).findings
    assert (found.rule, found.line) == ("lessons/doubled", 5)


class TestEditing:
    def test_a_promotion_stands_behind_the_last_lesson_in_force(self):
        after = lessons_edit.promote(TWO.encode(), 4, "New", "Because.", DAY).decode()
        added = f"### L004 — New\n\nBecause.\n\n**Reinforced:** 1 (last: {DAY})\n\n"
        assert after == TWO.replace("## Retired", added + "## Retired")

    def test_a_count_goes_up_and_nothing_else_changes(self):
        after = lessons_edit.reinforce(TWO.encode(), "l3", DAY).decode()
        assert after == TWO.replace("4 (last: 2026-05-01)", f"5 (last: {DAY})")

    def test_a_retired_lesson_moves_whole(self):
        after = lessons_edit.retire(TWO.encode(), "L001", "obsolete", DAY).decode()
        block = "### L001 — Read answers\n\nWhat happened.\n\n**Reinforced:** 1 (last: 2026-03-26)\n"
        assert after == TWO.replace(block + "\n", "") + f"\n{block}\n**Retired:** {DAY} — obsolete\n"
        assert lessons_edit.retire(after.encode(), "L001", "again", DAY).decode() == after

    def test_the_first_one_retired_opens_the_section(self):
        only = "### L001 — A\n\nReinforced: 1 (last: 2026-01-01)"
        after = lessons_edit.retire(only.encode(), "L001", "gone", DAY).decode()
        assert after == f"## Retired\n\n{only}\n\n**Retired:** {DAY} — gone\n"

    @pytest.mark.parametrize("shape", ["lf", "crlf", "bom", "no end", "mixed"])
    def test_bytes_that_are_not_its_own_stay(self, shape):
        data = TWO.encode()
        if shape == "crlf":
            data = data.replace(b"\n", b"\r\n")
        elif shape == "bom":
            data = b"\xef\xbb\xbf" + data
        elif shape == "no end":
            data = data.removesuffix(b"\n")
        elif shape == "mixed":
            data = data.replace(b"Some words.\n", b"Some words.\r\n")
        for after in (
            lessons_edit.promote(data, 4, "New", "a\nb", DAY),
            lessons_edit.reinforce(data, "L001", DAY),
            lessons_edit.retire(data, "L003", "old", DAY),
        ):
            assert after.startswith(b"\xef\xbb\xbf") is (shape == "bom")
            assert after.count(b"\r\n") == {"crlf": after.count(b"\n"), "mixed": 1}.get(shape, 0)
            kept = [line for line in after.split(b"\n") if line.strip()]
            was = [line for line in data.split(b"\n") if line.strip()]
            assert len([line for line in was if line in kept or line + b"\r" in kept]) >= len(was) - 1
        assert lessons_edit.reinforce(data, "L003", DAY).endswith(b"used") is (shape == "no end")

    @pytest.mark.parametrize(
        ("title", "body"),
        [("", ""), (" x", ""), ("a\nb", ""), ("x" * 201, ""), ("T", "## Heading"), ("T", "### L009 — other"),
         ("T", "```"), ("T", "Reinforced: 1 (last: 2026-01-01)"), ("T", "a\x1b[31m"), ("T", "<!--")],
    )  # fmt: skip
    def test_a_text_that_would_be_read_otherwise_is_refused(self, title, body):
        with pytest.raises(UserError):
            lessons_edit.promote(TWO.encode(), 4, title, body, DAY)

    def test_a_document_that_cannot_be_read_exactly_is_not_edited(self):
        broken = TWO.replace("4 (last: 2026-05-01)", "4").encode()
        conflict = (TWO + "\n<<<<<<< HEAD\n=======\n>>>>>>> x\n").encode()
        for data in (broken, conflict, b"\xff"):
            for edit in (
                lambda data: lessons_edit.promote(data, 4, "T", "", DAY),
                lambda data: lessons_edit.reinforce(data, "L001", DAY),
                lambda data: lessons_edit.retire(data, "L001", "r", DAY),
            ):
                with pytest.raises(GateError) as caught:
                    edit(data)
                assert caught.value.code == 1

    def test_lessons_that_are_not_there(self):
        for name in ("L009", "x", ""):
            with pytest.raises(UserError, match="no lesson"):
                lessons_edit.reinforce(TWO.encode(), name, DAY)
        with pytest.raises(UserError, match="retired"):
            lessons_edit.reinforce(TWO.encode(), "L002", DAY)


PIECES = st.sampled_from(
    [
        "### L001 — A\n", "### L002 - B\n", "### L07 — C\n", "## Retired\n", "# T\n", "\n", "text\n", "```\n", "<!--\n",
        "-->\n",
        "Reinforced: 1 (last: 2026-01-01)\n", "**Reinforced:** 3 (last: 2026-02-02)\n", "- item\n", "> quote\n", "\r\n",
        "L003 — D: e Reinforced: 1 (last: 2026-01-01)\n", "    code\n", "=======\n", "---\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14), st.integers(0, 2))
def test_whatever_a_file_holds_an_edit_is_exact_or_refused(pieces, which):
    data = "".join(pieces).encode()
    before = {one.id: one._replace(line=0) for one in lessons.read(data).lessons}
    edits = (
        lambda: lessons_edit.promote(data, 9, "New", "", DAY),
        lambda: lessons_edit.reinforce(data, "L001", DAY),
        lambda: lessons_edit.retire(data, "L001", "r", DAY),
    )
    try:
        after = edits[which]()
    except GateError:
        return
    facts = lessons.read(after)
    assert facts.findings == ()
    changed = {one.id for one in facts.lessons if before.get(one.id) != one._replace(line=0)}
    assert changed <= {"L009" if which == 0 else "L001"}
    assert len(facts.lessons) == len(before) + (which == 0)
