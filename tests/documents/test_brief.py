"""The brief: how many criteria there are is never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import brief
from commitgate.documents.facts import BriefFacts
from commitgate.share import path

CRITERIA = "# Brief: Reset\n\n## Acceptance Criteria\n\n"


def read(text: str) -> BriefFacts:
    return brief.read(text.encode())


def rules(facts: BriefFacts) -> list[tuple[str, int, int]]:
    return [(finding.rule.removeprefix("brief/"), finding.line, finding.level) for finding in facts.findings]


def test_a_brief_as_people_write_it() -> None:
    facts = read(
        "# Feature Brief: Reset\n\n## Problem Statement\nText.\n\n## User Stories\n1. As a user\n   I want it\n\n"
        "## Acceptance Criteria\n1. First\n   goes on\n2. Second `code`\n3. Third\n\n"
        "## Out of Scope\n- SMS\n- Social login\n\n## Open Questions\nNone at this time.\n"
    )
    assert facts.findings == ()
    assert facts.title == "Feature Brief: Reset"
    assert list(facts.sections) == [
        "problem statement",
        "user stories",
        "acceptance criteria",
        "out of scope",
        "open questions",
    ]
    assert (facts.criteria, facts.criteria_line) == (("First goes on", "Second `code`", "Third"), 10)
    assert (facts.out_of_scope, facts.open_questions) == (("SMS", "Social login"), ())


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n2. b\n",
        "1) a\n2) b\n",
        "1. a\n\nprose\n\n2. b\n",
        "### Group\n1. a\n### Group two\n2. b\n",
        "- AC-1: a\n- AC-2: b\n",
        "* **AC-1**: a\n* **AC-2:** b\n",
        "- AC1 — a\n- AC2 — b\n",
        "1. AC-1: a\n2. AC-2: b\n",
        "1. a <!-- 2. x -->\n2. b\n\n```\n3. c\n```\n\n> 4. d\n",
    ],
)
def test_two_criteria(text: str) -> None:
    facts = read(CRITERIA + text)
    assert (facts.criteria, facts.findings) == (("a", "b"), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. a\n1. b\n", [("criteria-numbers", 6, 1)]),
        ("1. a\n2. b\n\nx\n\n1. c\n", [("criteria-numbers", 10, 1)]),
        ("2. a\n3. b\n", [("criteria-numbers", 5, 1)]),
        ("- AC-1: a\n- AC-3: b\n", [("criteria-numbers", 6, 1)]),
        ("1. AC-2: a\n", [("criteria-numbers", 5, 1), ("criteria-numbers", 5, 1)]),
        ("1. a\n- b\n", [("criteria-list", 6, 1)]),
        ("1. a\n   1. b\n", [("criteria-list", 6, 1)]),
        ("1. a\n   - b\n", [("nested-list", 6, 0)]),
        ("1.\n2. b\n", [("criteria-list", 5, 1)]),
        ("words\n2. b\n", [("criteria-list", 3, 1), ("criteria-list", 6, 1)]),
        ("It must work.\n", [("criteria-list", 3, 1)]),
        ("| 1 | a |\n|---|---|\n", [("criteria-list", 3, 1)]),
        ("1. a\n\n## Acceptance criteria\n\n1. b\n", [("doubled-section", 7, 1)]),
        ("1. a\n\n```\n", [("unclosed", 7, 1)]),
    ],
)
def test_a_count_that_would_be_a_guess(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert rules(read(CRITERIA + text)) == expected


@pytest.mark.parametrize(
    "text", ["", "None", "None.", "- None at this time.", "N/A", "No open questions.", "*None so far*"]
)
def test_none(text: str) -> None:
    facts = read(f"## Out of Scope\n{text}\n\n## Open Questions\n\n{text}\n")
    assert (facts.out_of_scope, facts.open_questions, facts.findings) == ((), (), ())


def test_questions_as_items_or_paragraphs() -> None:
    assert read("## Open Questions\n\nIs it?\nReally?\n\nNone of us knows.\n").open_questions == (
        "Is it? Really?",
        "None of us knows.",
    )
    assert read("## Open Questions\n\n1. Is it?\n2. Or not?\n").open_questions == ("Is it?", "Or not?")


def test_running_text_out_of_scope_is_a_warning() -> None:
    facts = read("## Out of Scope\n\nSMS and others.\n")
    assert (facts.out_of_scope, rules(facts)) == (("SMS and others.",), [("out-of-scope", 1, 0)])


def test_the_template_is_empty_and_sound() -> None:
    with open(path("templates", "pipeline", "brief.md"), encoding="utf-8") as file:
        facts = read(file.read().replace("{{feature}}", "Reset"))
    assert (facts.title, facts.criteria, facts.out_of_scope, facts.open_questions, facts.findings) == (
        "Feature Brief: Reset",
        (),
        (),
        (),
        (),
    )


@pytest.mark.parametrize("data", [b"\xff\xfe#\0", b"# a\0", b">" * 100_000])
def test_what_cannot_be_read(data: bytes) -> None:
    assert [finding.level for finding in brief.read(data).findings] == [1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("ab c.-#`"), min_size=1, max_size=12).map(lambda text: f"x{text}y"), max_size=12)
)
def test_a_numbered_list_is_read_exactly(texts: list[str]) -> None:
    facts = read(CRITERIA + "".join(f"{number}. {text}\n" for number, text in enumerate(texts, 1)))
    assert (facts.criteria, facts.findings) == (tuple(texts), ())


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(["1. a\n", "  - b\n", "## Acceptance Criteria\n", "> ", "x\n"]))
    .map("".join)
    .map(str.encode)
)
def test_never_raises(data: bytes) -> None:
    assert all(finding.rule.startswith("brief/") for finding in brief.read(data).findings)
