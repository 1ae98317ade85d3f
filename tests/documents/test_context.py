"""The context file: what counts as a decision, and that an edit adds exactly one entry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import context
from commitgate.documents import context_edit as edit
from commitgate.documents.facts import CheckpointMark, ContextFacts, Decision, Question, Ruling
from commitgate.errors import UserError
from commitgate.share import path

WHEN = "2026-03-26T11:30:00Z"
GATE = "stage-06-backend"
UNDER = "## User Decisions\n\n"


def read(text: str) -> ContextFacts:
    return context.read(text.encode())


def lines(facts: ContextFacts) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in facts.findings]


def test_a_run_as_people_write_it() -> None:
    facts = read(
        "# Notes\n\nTRACK: full\n\nQUESTION: Is Redis there? @PM\nPM-ANSWER: No. Count in memory and say\nso there.\n\n"
        f"{UNDER}{WHEN} — Stage 6 escalation resolved:\nMail from the server.\nThe token stays inside.\n"
        f"{WHEN} — CHECKPOINT-AUTO-PASS: c (all_criteria_passed)\n"
    )
    assert facts.findings == ()
    assert (facts.track, facts.track_line) == ("full", 3)
    assert facts.questions == (Question(1, "Is Redis there?", "PM", "No. Count in memory and say so there.", 5),)
    assert facts.decisions == (Decision("stage-06", "Mail from the server. The token stays inside.", WHEN, 11),)
    assert facts.checkpoints == (CheckpointMark("c", True, "all_criteria_passed", WHEN, 14),)


@pytest.mark.parametrize("dash", ["—", "–", "-", "--"])
@pytest.mark.parametrize("marker", ["", "- ", "1. ", "  "])
def test_entries_with_any_dash_as_paragraph_or_list_item(dash: str, marker: str) -> None:
    facts = read(f"{UNDER}{marker}{WHEN} {dash} RESOLVED {GATE}: send mail\n")
    assert (facts.decisions, facts.findings) == ((Decision(GATE, "send mail", WHEN, 3),), ())


@pytest.mark.parametrize("arrow", ["→", "->"])
def test_rulings_and_requests(arrow: str) -> None:
    facts = read(
        f"PRINCIPAL-RULING: token {arrow} server\nside\n\n{WHEN} — PRINCIPAL-RULING: a{arrow}b → c\n"
        "PRINCIPAL-RULING-REQUEST: queue\n"
    )
    assert facts.rulings == (
        Ruling("token", "server side", "", 1),
        Ruling("a", "b → c", WHEN, 4),
        Ruling("queue", "", "", 5),
    )
    assert facts.findings == ()


def test_an_answer_belongs_to_the_nearest_open_question_above() -> None:
    facts = read(
        "QUESTION: one? @PM\n\nQUESTION: two?\nand more @dev-qa\n\nPM-ANSWER: to two\n\nQUESTION: three? @PM\n\n"
        "PM-ANSWER 1: to one\n"
    )
    assert [(question.text, question.to, question.answer) for question in facts.questions] == [
        ("one?", "PM", "to one"),
        ("two? and more", "DEV-QA", "to two"),
        ("three?", "PM", ""),
    ]
    assert facts.findings == ()


def test_the_last_reason_to_skip_security_counts() -> None:
    assert read("SECURITY-SKIP: a\n\nSECURITY-SKIP: only docs\n").security_skip == "only docs"


@pytest.mark.parametrize(
    "entry",
    [
        f"{WHEN} — CHECKPOINT-PASS: d (x)",
        f"{WHEN} — CHECKPOINT-PASS: a",
        f"{WHEN} — CHECKPOINT-PASS: a ()",
        f"{WHEN} — CHECKPOINT-PASS a (x)",
        "CHECKPOINT-PASS: a (x)",
        "Checkpoint pass: a (x)",
        f"{WHEN} CHECKPOINT-PASS: a (x)",
        f"**{WHEN} — CHECKPOINT-PASS: a (x)**",
        f"{WHEN} — CHECKPOINT-AUTO-PASS: a (because)",
        f"{WHEN} — CHECKPO\u0406NT-PASS: a (x)",
        f"{WHEN} — CHECKPOINT-PASS\u200b: a (x)",
        "2026-13-26T11:30:00Z — CHECKPOINT-PASS: a (x)",
        "2026-03-26T11:30:00 — CHECKPOINT-PASS: a (x)",
        "2026-03-26 — CHECKPOINT-PASS: a (x)",
        "26.3.2026 — RESOLVED stage-06-backend: x",
        f"{WHEN} — RESOLVED backend: x",
        f"{WHEN} — RESOLVED {GATE}:",
        f"{WHEN} — Resolved {GATE}: x",
        f"{WHEN} — Stage 6 escalation was resolved: x",
        f"{WHEN} — Stage 6 escalation resolved:",
        f"| {WHEN} — RESOLVED {GATE}: x |\n|---|",
        f"### {WHEN} — RESOLVED {GATE}: x",
        f"> a\n{WHEN} — RESOLVED {GATE}: x",
        f"<div>\n{WHEN} — RESOLVED {GATE}: x\n</div>",
        f"`a\n{WHEN} — RESOLVED {GATE}: x\nb`",
        "PM-ANSWER: to nothing",
        "PM-ANSWER 7: to nothing",
        "QUESTION: one? @PM\nPM-ANSWER:",
        "QUESTION: one? @PM\nPM-ANSWER: a\nPM-ANSWER 1: b",
        "QUESTION: one?",
        "QUESTION: @PM",
        "Redis. QUESTION: is it there? @PM",
        "**QUESTION:** is it there? @PM",
        "PRINCIPAL-RULING: topic",
        "PRINCIPAL-RULING: → decision",
        "PRINCIPAL-RULING: topic →",
        "Principal ruling: topic → decision",
        "PRINCIPAL-RULING-REQUEST:",
        "SECURITY-SKIP:",
        "Security skip: docs",
        "Track: full",
        "**TRACK:** full",
        "TRACK: full\nTRACK: nano",
        "### User Decisions",
        "## User Decision",
    ],
)
def test_what_would_silently_mean_nothing_is_an_error(entry: str) -> None:
    facts = read(UNDER + entry + "\n")
    assert {rule for rule, _ in lines(facts)} == {"context/near-miss"}
    assert (facts.decisions, facts.checkpoints, facts.rulings, facts.security_skip) == ((), (), (), "")


@pytest.mark.parametrize("entry", [f"{WHEN} — CHECKPOINT-PASS: a (x)", f"{WHEN} — RESOLVED {GATE}: x"])
@pytest.mark.parametrize("before", ["", "## Other\n\n", "## User Decisions\n\n## Later\n\n", "> ## User Decisions\n\n"])
def test_decisions_elsewhere_do_not_count(before: str, entry: str) -> None:
    facts = read(before + entry + "\n")
    assert (facts.decisions, facts.checkpoints) == ((), ())
    assert [rule for rule, _ in lines(facts)] == ["context/near-miss"]


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{WHEN} — RESOLVED {GATE}: x\n```",
        f"    {WHEN} — RESOLVED {GATE}: x",
        f"> {WHEN} — RESOLVED {GATE}: x",
        f"<!--\n{WHEN} — RESOLVED {GATE}: x\n-->",
        "`QUESTION: … @PM` is how one asks; the question: who reads it?",
        "Resolved issues: none. Security skips nothing.",
    ],
)
def test_what_is_no_entry_is_passed_over(text: str) -> None:
    facts = read(UNDER + text + "\n")
    assert (facts.decisions, facts.questions, facts.findings) == ((), (), ())


def test_a_question_without_addressee_stays_open() -> None:
    assert [question.answer for question in read("QUESTION: one?\n").questions] == [""]


def test_a_level_three_heading_does_not_end_the_decisions() -> None:
    assert len(read(f"{UNDER}### Round 2\n\n{WHEN} — CHECKPOINT-PASS: B (pm)\n").checkpoints) == 1


def test_new_is_the_template_filled_in() -> None:
    with open(path("templates", "pipeline", "context.md"), encoding="utf-8") as file:
        text = file.read().replace("{{feature}}", "Reset").replace("{{track}}", "full")
    assert edit.new("Reset", "full").decode() == text
    assert (read(text).track, read(text).findings) == ("full", ())


@pytest.mark.parametrize(
    ("feature", "track"),
    [("a\nb", "full"), ("", "full"), ("CHECKPOINT-PASS: a (x)", "full"), ("x", "full\n"), ("x", "")],
)
def test_new_refuses_what_would_not_read_back(feature: str, track: str) -> None:
    with pytest.raises(UserError):
        edit.new(feature, track)


_TEXT = st.text(st.sampled_from("ab@-→:`*_<>(). QUESTION"), min_size=1, max_size=20).map(str.strip).filter(bool)
_BEFORE = st.lists(
    st.sampled_from(
        ["", "text", "- item", "> quote", "    code", "```\nx\n```", "<!-- c -->", "## User Decisions", "## Questions",
         "## Other", "QUESTION: old? @PM", "- QUESTION: item? @PM", "PM-ANSWER: yes", "TRACK: full",
         f"{WHEN} — CHECKPOINT-PASS: a (x)"]
    ),
    max_size=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    _BEFORE, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]), _TEXT, st.integers(0, 6), st.booleans()
)
def test_an_edit_adds_one_entry_and_nothing_else(
    before: list[str], eol: str, bom: str, text: str, which: int, ended: bool
) -> None:
    data = (bom + "\n".join(before) + ("\n" if ended else "")).replace("\n", eol).encode()
    old = context.read(data)
    edits = (
        lambda data: edit.append_decision(data, WHEN, GATE, text),
        lambda data: edit.append_checkpoint(data, WHEN, "b", text),
        lambda data: edit.append_automatic_checkpoint(data, WHEN, "b", "no_warnings"),
        lambda data: edit.append_question(data, text),
        lambda data: edit.append_ruling(data, WHEN, "topic", text),
        lambda data: edit.append_ruling_request(data, text),
        lambda data: edit.append_security_skip(data, text),
    )
    try:
        after = edits[which](data)
    except UserError:
        return
    new = context.read(after)
    shown = (
        lambda: new.decisions[-1][:3] == (GATE, text, WHEN),
        lambda: new.checkpoints[-1][:3] == ("b", False, text),
        lambda: new.checkpoints[-1][:3] == ("b", True, "no_warnings"),
        lambda: any((question.text, question.answer) == (text, "") for question in new.questions),
        lambda: new.rulings[-1][:2] == ("topic", text),
        lambda: new.rulings[-1][:2] == (text, ""),
        lambda: new.security_skip == text,
    )
    assert shown[which]()
    assert edits[which](after) == after
    assert len(new.findings) <= len(old.findings)
    # Every byte of the old file is still there, in its order.
    rest = iter(after)
    assert all(byte in rest for byte in data)
    if eol == "\r\n" and data.count(b"\n"):
        assert after.count(b"\r\n") == after.count(b"\n")


@settings(max_examples=80, deadline=None)
@given(_BEFORE, st.integers(1, 3))
def test_any_open_question_can_be_answered(before: list[str], number: int) -> None:
    data = "\n".join(before).encode()
    old = context.read(data)
    if number > len(old.questions) or old.questions[number - 1].answer:
        with pytest.raises(UserError):
            edit.append_answer(data, number, "new answer")
        return
    after = edit.append_answer(data, number, "new answer")
    answers = [question.answer for question in old.questions]
    answers[number - 1] = "new answer"
    assert [question.answer for question in context.read(after).questions] == answers
    assert edit.append_answer(after, number, "new answer") == after


def test_a_new_question_takes_no_answer_and_no_number_from_another() -> None:
    data = b"## Questions\n\n## Other\n\nQUESTION: one? @PM\n\nPM-ANSWER 1: yes\n\nPM-ANSWER: stray\n"
    questions = context.read(edit.append_question(data, "two?")).questions
    assert [(question.text, question.answer) for question in questions] == [("one?", "yes"), ("two?", "")]


def test_an_answer_stands_below_its_question() -> None:
    data = b"QUESTION: one?\nand more @PM\n\nQUESTION: two? @PM"
    assert edit.append_answer(data, 1, "yes") == b"QUESTION: one?\nand more @PM\nPM-ANSWER: yes\n\nQUESTION: two? @PM"
    assert edit.append_answer(data, 2, "yes").endswith(b"two? @PM\nPM-ANSWER: yes\n")


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\rb", "a\x00", "a\u2028b", " a", "a <!-- b"])
def test_texts_that_are_no_single_line_are_refused(text: str) -> None:
    data = edit.new("Reset", "full")
    for act in (
        lambda: edit.append_decision(data, WHEN, GATE, text),
        lambda: edit.append_checkpoint(data, WHEN, "a", text),
        lambda: edit.append_question(data, text),
        lambda: edit.append_answer(edit.append_question(data, "one?"), 1, text),
        lambda: edit.append_ruling(data, "", "topic", text),
        lambda: edit.append_ruling_request(data, text),
        lambda: edit.append_security_skip(data, text),
    ):
        with pytest.raises(UserError):
            act()


@pytest.mark.parametrize(
    ("when", "gate", "letter"), [("today", GATE, "a"), (WHEN, "backend", "d"), (WHEN, "stage-06: x", "a (x) b")]
)
def test_forms_are_checked(when: str, gate: str, letter: str) -> None:
    with pytest.raises(UserError):
        edit.append_decision(b"", when, gate, "x")
    with pytest.raises(UserError):
        edit.append_checkpoint(b"", when, letter, "x")


def test_an_unclosed_fence_hides_what_is_appended_and_is_refused() -> None:
    with pytest.raises(UserError):
        edit.append_checkpoint(b"```\n", WHEN, "a", "me")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.lists(_TEXT).map(lambda texts: "\n".join(texts).encode()))
def test_never_raises(data: bytes) -> None:
    assert all(finding.rule.startswith("context/") for finding in context.read(data).findings)
