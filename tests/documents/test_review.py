"""Review files: what is a verdict, what only looks like one, and writing a section."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import review, review_inline
from commitgate.documents.facts import ReviewFacts
from commitgate.documents.review_read import VERDICT_LINE
from commitgate.errors import UserError
from commitgate.share import path

TOKEN = "d1:" + "a" * 64
REVIEWED = f"Reviewed: {TOKEN} base={'b' * 40} head={'c' * 40} files=3"
OK = "APPROVED"
NO = "CHANGES REQUESTED"


def read(text: str) -> ReviewFacts:
    return review.read(text.encode())


def verdicts(facts: ReviewFacts) -> list[tuple[str, str]]:
    return [(section.area, section.verdict) for section in facts.sections]


def rules(facts: ReviewFacts) -> list[tuple[str, int]]:
    return [(finding.rule.removeprefix("review/"), finding.line) for finding in facts.findings]


def test_a_section_with_blocker_as_reviewers_write_it() -> None:
    facts = read(
        "## Review of backend\n\nThe answer of the endpoint carries the raw token.\n\nREVIEW: CHANGES REQUESTED\n"
        "BLOCKER: Specification and code contradict each other.\nA ruling is needed\nfirst.\n\nMore prose.\n"
    )
    (section,) = facts.sections
    assert (section.area, section.line, section.verdict, section.verdict_line) == ("backend", 1, NO, 5)
    assert section.blockers == ("Specification and code contradict each other. A ruling is needed first.",)
    assert facts.findings == ()


def test_markers_of_every_kind() -> None:
    facts = read(
        "## Review of backend\n- SUGGESTION: log less\n  in the loop\n- QUESTION: why 5?\n\nESCALATE: unclear\n"
        "DECISION: raw or not\nOPTION: A — mail\nOPTION: B — link\nPATTERN: good <!-- x --> names\n"
        "REVIEW: CHANGES REQUESTED\n\n    BLOCKER: code\n\n> BLOCKER: quoted\n"
    )
    (section,) = facts.sections
    assert section.suggestions == ("log less in the loop",)
    assert section.questions == ("why 5?",)
    assert (section.escalations, section.decisions) == (("unclear",), ("raw or not",))
    assert section.options == ("A — mail", "B — link")
    assert section.patterns == ("good  names",)
    assert section.blockers == ()
    assert (section.verdict, facts.findings) == (NO, ())


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("REVIEW: APPROVED", OK),
        ("review: approved", OK),
        ("Review:\tChanges  requested  ", NO),
        ("   REVIEW:   APPROVED", OK),
        ("REVIEW: APPROVED\r", OK),
        ("prose\n      REVIEW: APPROVED\nprose", OK),
        ("prose **bold**\nREVIEW: APPROVED", OK),
        ("Write `REVIEW: APPROVED` when done.\n\nREVIEW: CHANGES REQUESTED", NO),
        ("REVIEW: APPROVED\nREVIEW: APPROVED", OK),
    ],
)
def test_a_verdict(line: str, verdict: str) -> None:
    facts = read(f"## Review of backend\n\n{line}\n")
    assert (verdicts(facts), facts.findings) == ([("backend", verdict)], ())


@pytest.mark.parametrize(
    "text",
    [
        "```\nREVIEW: APPROVED\n```",
        "~~~~\n```\nREVIEW: APPROVED\n~~~~",
        "    REVIEW: APPROVED",
        "\tREVIEW: APPROVED",
        "> REVIEW: APPROVED",
        "- > REVIEW: APPROVED",
        "<!-- REVIEW: APPROVED -->",
        "<!--\nREVIEW: APPROVED\n\n-->",
        "prose <!--\nREVIEW: APPROVED\n--> prose",
        "Reviews take a day. The review is not over; it will be approved.",
    ],
)
def test_no_verdict_and_nothing_said(text: str) -> None:
    facts = read(f"## Review of backend\n\n{text}\n")
    assert (verdicts(facts), facts.findings) == ([("backend", "")], ())


@pytest.mark.parametrize(
    "text",
    [
        "**REVIEW: APPROVED**",
        "*REVIEW:* APPROVED",
        "REVIEW: **APPROVED**",
        "`REVIEW: APPROVED`",
        "REVIEW: APPROVED.",
        "REVIEW: APPROVED!",
        "REVIEW: APPROVED with nits",
        "REVIEW: APPROVED (with nits)",
        "REVIEW: NOT APPROVED",
        "REVIEW: APPROVE",
        "REVIEW: CHANGES-REQUESTED",
        "REVIEW: REJECTED",
        "REVIEW:\nAPPROVED",
        "REVIEW - APPROVED",
        "REVIEW APPROVED",
        "Verdict: APPROVED",
        "APPROVED",
        "- REVIEW: APPROVED",
        "1. REVIEW: APPROVED",
        "- [x] REVIEW: APPROVED",
        "- a\nREVIEW: APPROVED",
        "> a\nREVIEW: APPROVED",
        "# REVIEW: APPROVED",
        "REVIEW: APPROVED\n---",
        "| REVIEW: APPROVED |\n|---|",
        "<div>\nREVIEW: APPROVED\n</div>",
        "REVIEW: APPROVED <!-- really -->",
        "I say REVIEW: APPROVED",
        "REVIEW: APPROVED\\",
        "REVIEW&colon; APPROVED",
        "REVIEW:\u00a0APPROVED",
        "REVIEW: \u0410PPROVED",
        "R\u0415VIEW: APPROVED",
        "\uff32\uff25\uff36\uff29\uff25\uff37: APPROVED",
        "REVIEW: APP\u200bROVED",
        "\u200bREVIEW: APPROVED",
        "REVIEW: APPROVED\u2060",
        "REVIEW\uff1a APPROVED",
        "a\x0cREVIEW: APPROVED",
        "a\u2028REVIEW: APPROVED",
        "a\rREVIEW: APPROVED",
        "`a\nREVIEW: APPROVED\nb`",
        "<a title='\nREVIEW: APPROVED\n'>",
        "[a](b\n'\nREVIEW: APPROVED\n')",
        "~~a\nREVIEW: APPROVED\nb~~",
        "[a]: b '\nREVIEW: APPROVED\n'",
        "REVIEW: \U0001d400PPROVED",
    ],
)
def test_a_near_miss_of_a_verdict_is_an_error(text: str) -> None:
    facts = read(f"## Review of backend\n\n{text}\n")
    assert {rule for rule, _ in rules(facts)} == {"near-miss"}
    assert OK not in {section.verdict for section in facts.sections}
    assert all(line >= 3 for _, line in rules(facts))


@pytest.mark.parametrize(
    ("heading", "area"),
    [
        ("## Review of backend", "backend"),
        ("##  review  OF  Backend  ##", "backend"),
        ("   ## Review of dep-update", "dep-update"),
        ("Review of backend\n---", "backend"),
        ("## Review of unknown_area", "unknown_area"),
    ],
)
def test_headings_that_open_a_section(heading: str, area: str) -> None:
    facts = read(f"{heading}\n\nREVIEW: APPROVED\n")
    assert (verdicts(facts), facts.findings) == ([(area, OK)], ())


@pytest.mark.parametrize(
    "heading",
    [
        "# Review of frontend",
        "### Review of frontend",
        "## Review of frontend (round 2)",
        "## Review of frontend:",
        "## Review of **frontend**",
        "## Review of",
        "## Review: frontend",
        "## Review for frontend",
        "## Peer review of frontend",
        "##Review of frontend",
        "**Review of frontend**",
        "Review of frontend",
        "- ## Review of frontend",
        "## Review of front\u200bend",
        "## Review of fr\u043entend",
        "## Revi\u0435w of frontend",
        "## Review\u00a0of frontend",
        "## Review of {{area}}",
        "## Review of a b",
    ],
)
def test_a_near_miss_of_a_heading_is_an_error_and_its_verdict_counts_for_nobody(heading: str) -> None:
    facts = read(f"## Review of backend\n\nREVIEW: CHANGES REQUESTED\n\n{heading}\n\nREVIEW: APPROVED\n")
    assert verdicts(facts) == [("backend", NO)]
    assert rules(facts) == [("near-miss", 5)]


@pytest.mark.parametrize(
    "text", ["> ## Review of frontend", "    ## Review of frontend", "```\n## Review of frontend\n```"]
)
def test_a_heading_that_is_no_text_opens_nothing(text: str) -> None:
    facts = read(f"## Review of backend\n\n{text}\n\nREVIEW: APPROVED\n")
    assert (verdicts(facts), facts.findings) == ([("backend", OK)], ())


@pytest.mark.parametrize(
    "heading", ["# Review day", "## Reviewers", "## Notes on the review", "### Details of the review"]
)
def test_other_headings_are_fine(heading: str) -> None:
    assert read(f"{heading}\n\nText.\n\n## Review of backend\n\nREVIEW: APPROVED\n").findings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Review of a\nREVIEW: APPROVED\n\nREVIEW: CHANGES REQUESTED\n", [("both-verdicts", 4)]),
        ("## Review of a\nREVIEW: APPROVED\n## Review of A\nREVIEW: APPROVED\n", [("duplicate-area", 3)]),
        ("## Review of a\nREVIEW: APPROVED\n## Review of b\ntext\n", [("no-verdict", 3)]),
        ("REVIEW: APPROVED\n", [("verdict-outside", 1)]),
        ("## Review of a\nREVIEW: APPROVED\n# End\nREVIEW: APPROVED\n", [("verdict-outside", 4)]),
        ("## Review of a\nREVIEW: APPROVED\n\n```\n", [("unclosed", 4)]),
        ("## Review of a\nREVIEW: APPROVED\n\n<!-- b\n", [("unclosed", 4)]),
        ("## Review of a\nREVIEW: APPROVED\n\n- BLOCKER: x\n", [("approved-with-blocker", 2)]),
        ("## Review of a\nBLOCKER: x\nREVIEW: APPROVED\n", [("approved-with-blocker", 3)]),
        ("## Review of a\nREVIEW: APPROVED\n\n**BLOCKER:** x\n", [("near-miss", 4)]),
        ("## Review of a\nREVIEW: APPROVED\n\nBlocker: x\n", [("near-miss", 4)]),
        ("## Review of a\nBLOCKER:\n\nREVIEW: CHANGES REQUESTED\n", [("near-miss", 1)]),
    ],
)
def test_what_spoils_a_section(text: str, expected: list[tuple[str, int]]) -> None:
    facts = read(text)
    assert rules(facts) == expected
    if "verdict-outside" not in expected[0]:
        assert [section for section in facts.sections if section.line <= expected[0][1]][-1].verdict == ""


def test_sections_without_any_verdict_are_a_draft() -> None:
    assert read("## Review of a\ntext\n## Review of b\ntext\n").findings == ()


def test_a_heading_of_level_three_stays_in_the_section() -> None:
    facts = read("## Review of a\n### Details\nREVIEW: APPROVED\n")
    assert (verdicts(facts), facts.findings) == ([("a", OK)], ())


def test_the_reviewed_line() -> None:
    facts = read(f"## Review of a\n\n{REVIEWED}\n\nREVIEW: APPROVED\n")
    assert (facts.sections[0].reviewed, facts.sections[0].verdict, facts.findings) == (TOKEN, OK, ())


@pytest.mark.parametrize(
    "line",
    [
        REVIEWED[:-1],
        REVIEWED.replace("d1:a", "d1:A"),
        REVIEWED + " extra",
        "- " + REVIEWED,
        REVIEWED.lower(),
        f"Reviewed: {TOKEN}",
        REVIEWED + "\n" + REVIEWED,
    ],
)
def test_a_broken_reviewed_line_is_an_error(line: str) -> None:
    facts = read(f"## Review of a\n\n{line}\n\nREVIEW: APPROVED\n")
    assert {rule for rule, _ in rules(facts)} == {"near-miss"}
    assert verdicts(facts) == [("a", "")]


def test_the_template_is_no_approval() -> None:
    with open(path("templates", "pipeline", "code-review.md"), encoding="utf-8") as file:
        text = file.read()
    facts = read(text.replace("{{area}}", "backend").replace("{{reviewer}}", "frontend"))
    assert verdicts(facts) == [("backend", "")]
    assert [rule for rule, _ in rules(facts)] == ["both-verdicts"]
    assert read(text).findings != ()


@pytest.mark.parametrize("data", [b"\xff\xfeR\0", b"## Review of a\nREVIEW: APPROVED\0\n", b"\xe9"])
def test_other_encodings_are_refused(data: bytes) -> None:
    facts = review.read(data)
    assert (facts.sections, [finding.rule for finding in facts.findings]) == ((), ["review/encoding"])


def test_crlf_and_bom() -> None:
    text = "## Review of a\n\nREVIEW: APPROVED\nBLOCKER: x\ny\n"
    assert review.read(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == read(text)


@pytest.mark.parametrize(
    "unit", ["REVIEW: APPROVED\n\n", "REVIEW: APPROVED *x `y\n", "[x](\nREVIEW: APPROVED\n**\n\n", "review of "]
)
def test_hostile_input_takes_bounded_time(unit: str) -> None:
    started = time.monotonic()
    read("## Review of a\n\n" + unit * (300_000 // len(unit)))
    assert time.monotonic() - started < 10


def test_a_new_file_waits_for_a_person() -> None:
    data = review.write_section(None, "frontend", "backend", REVIEWED, "", "")
    facts = review.read(data)
    assert (verdicts(facts), facts.sections[0].reviewed, facts.findings) == ([("backend", "")], TOKEN, ())
    completed = data.decode().replace("-->\n", "-->\n\nREVIEW: APPROVED\n")
    assert verdicts(read(completed)) == [("backend", OK)]


def test_replacing_keeps_everything_else() -> None:
    before = (
        "\ufeff# Notes\r\n\r\n## Review of a\r\n\r\nREVIEW: APPROVED\r\n\r\n"
        "## Review of b\r\nold\r\n\r\nREVIEW: APPROVED\r\n\r\n# End\r\nx"
    )
    after = review.write_section(before.encode(), "me", "b", REVIEWED, NO, "BLOCKER: no\ntests").decode()
    head, tail = before[: before.index("## Review of b")], before[before.index("# End") :]
    assert after.startswith(head)
    assert after.endswith("\r\n\r\n" + tail)
    assert "old" not in after
    assert not re.search("[^\r]\n", after)
    assert verdicts(read(after)) == [("a", OK), ("b", NO)]
    assert read(after).sections[1].blockers == ("no tests",)


def test_renewing_without_a_verdict_keeps_the_prose() -> None:
    before = f"## Review of a\n\n{REVIEWED}\n\nProse.\n\n- SUGGESTION: x\n\nREVIEW: APPROVED\n"
    renewed = REVIEWED.replace("d1:a", "d1:f")
    after = review.write_section(before.encode(), "me", "a", renewed, "", "")
    section = review.read(after).sections[0]
    assert (section.verdict, section.reviewed, section.suggestions) == ("", renewed.split()[1], ("x",))
    assert b"Prose." in after
    assert review.write_section(after, "me", "a", renewed, "", "") == after


@pytest.mark.parametrize(
    ("data", "area", "verdict", "body"),
    [
        (b"```\nopen", "a", OK, ""),
        (b"## Review of a\n## Review of a\n", "a", OK, ""),
        (None, "a", OK, "BLOCKER: but no"),
        (None, "a", OK, "## Review of b\n\nREVIEW: APPROVED"),
        (None, "a", OK, "REVIEW: CHANGES REQUESTED"),
        (None, "a", OK, "```\nunclosed"),
        (None, "a\n## Review of b", OK, ""),
        (None, "A", OK, ""),
        (b"\xff", "a", OK, ""),
    ],
)
def test_a_section_that_would_not_read_back_is_refused(data: bytes | None, area: str, verdict: str, body: str) -> None:
    with pytest.raises(UserError):
        review.write_section(data, "me", area, REVIEWED, verdict, body)


_LINES = st.lists(
    st.sampled_from(
        ["", "text", "- item", "> quote", "```", "    code", "<!-- c -->", "# H", "## Other", "### Sub", "BLOCKER: b",
         "## Review of a", "## Review of b", "REVIEW: APPROVED", "REVIEW: CHANGES REQUESTED", REVIEWED]
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from([OK, NO, ""]))
def test_writing_changes_one_section_only(lines: list[str], eol: str, verdict: str) -> None:
    before = eol.join(lines).encode()
    try:
        after = review.write_section(before, "me", "b", REVIEWED, verdict, "")
    except UserError:
        return
    old = {section.area: section for section in review.read(before).sections}
    new = {section.area: section for section in review.read(after).sections}
    assert (new["b"].verdict, new["b"].reviewed) == (verdict, TOKEN)
    assert {area: section.verdict for area, section in new.items() if area != "b"} == {
        area: section.verdict for area, section in old.items() if area != "b"
    }
    if "b" not in old:
        assert after.startswith(before)
    assert review.write_section(after, "me", "b", REVIEWED, verdict, "") == after


@settings(max_examples=150, deadline=None)
@given(_LINES.map("\n".join) | st.text(max_size=80))
def test_a_verdict_is_always_a_line_of_the_file(text: str) -> None:
    data = text.encode("utf-8", "replace")
    facts = review.read(data)
    for section in facts.sections:
        if section.verdict:
            line = data.split(b"\n")[section.verdict_line - 1].decode()
            assert line.split() == ["REVIEW:", *section.verdict.split()] or line.upper().split()[0].startswith(
                "REVIEW:"
            )


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_never_raises(data: bytes) -> None:
    assert all(finding.rule.startswith("review/") for finding in review.read(data).findings)


_PIECES = (
    *(
        "REVIEW: APPROVED",
        "\nREVIEW: APPROVED\n",
        "\n",
        "[",
        "](",
        "](x)",
        ")",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "``",
        "<",
        ">",
    ),
    *("<a b='", "'>", "<!--", "-->", "\\", "&#58;", " ", "a", "REVIEW&#58; APPROVED", "![", '"', "<?", "?>"),
)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_a_verdict_is_only_rendered_where_markup_could_bury_it(text: str) -> None:
    lines = [line.strip() for line in text.split("\n")]
    verdicts = sum(1 for line in lines if VERDICT_LINE.fullmatch(line))
    alone = sum(1 for line in review_inline.shown("\n".join(lines)) if VERDICT_LINE.fullmatch(line))
    assert review_inline.buries(lines, VERDICT_LINE) == (alone < verdicts)
