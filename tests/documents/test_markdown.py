"""Where every line of a document stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commitgate.documents import markdown
from commitgate.documents.markdown_model import (
    CODE,
    COMMENT,
    HEADING,
    HTML,
    ITEM,
    LAZY,
    QUOTE,
    SPAN,
    TABLE,
    TEXT,
    Document,
)


def places(text: str) -> list[str]:
    document, _ = markdown.read(text.encode(), "x")
    return [line.place for line in document.lines]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("word", TEXT),
        ("text\n        word", TEXT),
        ("- word", ITEM),
        ("1. a\n   word", ITEM),
        ("- a\nword", ITEM),
        ("# word", HEADING),
        ("word\n===", HEADING),
        ("> word", QUOTE),
        ("- > word", QUOTE),
        ("> a\nword", LAZY),
        ("    word", CODE),
        ("\tword", CODE),
        ("```\nword\n```", CODE),
        ("~~~~\n~~~\nword\n~~~~", CODE),
        ("- a\n\n  ```\n  word\n  ```", CODE),
        ("<!-- word -->", COMMENT),
        ("a <!--\nword\n--> b", COMMENT),
        ("<div><!--\nword\n--></div>", COMMENT),
        ("<div>\nword\n</div>", HTML),
        ("a `b\nword\nc` d", SPAN),
        ("a <b c='\nword\n'>", SPAN),
        ("a \\`b\nword\nc` d", TEXT),
        ("word | b\n--|--", TABLE),
    ],
)
def test_place_of_a_line(text: str, place: str) -> None:
    found = [where for line, where in zip(text.split("\n"), places(text), strict=True) if "word" in line]
    assert found == [place]


@pytest.mark.parametrize("blank", ["\x0c", "\x0b", "\u2028", "\u2029", "\x85", "\x1c", "\r"])
def test_only_line_feeds_end_lines(blank: str) -> None:
    document, _ = markdown.read(f"a{blank}b\n{blank}\n# c\n".encode(), "x")
    assert [line.number for line in document.lines] == [1, 2, 3]
    assert [(heading.text, heading.line) for heading in document.headings] == [("c", 3)]
    assert document.lines[0].text == f"a{blank}b"


def test_crlf_and_bom_change_nothing() -> None:
    text = "# a\n\n- b\n  c\n\n```\nd\n```\n"
    plain = markdown.read(text.encode(), "x")
    assert markdown.read(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "x") == plain


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"\xff\xfea\0", "x/encoding", 0),
        (b"a\0b", "x/encoding", 0),
        (b"a\n\xff", "x/encoding", 0),
        (b"a\n" * (markdown.MAX_LINES + 1), "x/size", 0),
        (b"a" * (markdown.MAX_BYTES + 1), "x/size", 0),
        (b">" * 100_000, "x/size", 0),
        (b"- - - - - - - a", "x/size", 0),
        ("".join("  " * depth + "- a\n" for depth in range(30)).encode(), "x/size", 0),
        (b"a\n\n```\nb", "x/unclosed", 3),
        (b"- a\n\n  ```\n  b\n\nc", "x/unclosed", 3),
        (b"a\n\n<!-- b\n\nc", "x/unclosed", 3),
        (b"a\nb <!-- c\n\n-->", "x/unclosed", 2),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(data: bytes, rule: str, line: int) -> None:
    _, findings = markdown.read(data, "x")
    assert [(finding.rule, finding.line) for finding in findings] == [(rule, line)]


@pytest.mark.parametrize(
    "text", ["```\na\n```", "~~~\na\n~~~~", "`<!--`", "<!---->", "<!-->", "- ---", "------- a", "> ```"]
)
def test_nothing_unclosed(text: str) -> None:
    assert markdown.read(text.encode(), "x")[1] == ()


def test_items_know_depth_number_and_text() -> None:
    document, _ = markdown.read(b"3. a\n   b\n\n   c\n   - d <!-- e -->\n4. f\n\n> - g\n", "x")
    assert [(item.line, item.depth, item.number, item.text) for item in document.items] == [
        (1, 0, 3, "a b c"),
        (5, 1, -1, "d"),
        (6, 0, 4, "f"),
    ]


def test_rows_keep_every_cell_as_written() -> None:
    document, _ = markdown.read(b"|a|b|\n|-|-|\n| 1 \\| 2 | `c` | d |\n| e |\n", "x")
    assert [row.cells for row in document.tables[0].rows] == [("1 | 2", "`c`", "d"), ("e",)]


@pytest.mark.parametrize(
    "unit",
    ["[", "`a``b ", "a <!-- ", "<a b='", "*", "- a\n", "> a\nb\n", "|a|b|\n|-|-|\n", "```\n", " ", "_a ", "a\n---\n"],
)
def test_hostile_input_takes_bounded_time(unit: str) -> None:
    data = (unit * (1_000_000 // len(unit))).encode()
    started = time.monotonic()
    markdown.read(data, "x")
    assert time.monotonic() - started < 10


_PIECES = st.sampled_from(
    ["# a", "- ", "1. ", "> ", "    ", "```", "<!--", "-->", "`", "<a '", "|", "-|-", "\n", "\n\n", "\r", "x"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=60))
@example("\ufeff\ufeff# a")
def test_every_line_is_accounted_for(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    document, findings = markdown.read(data, "x")
    if document.lines or not findings:
        expected = markdown.split(text.removeprefix("\ufeff"))
        assert [line.number for line in document.lines] == list(range(1, len(expected) + 1))
        for line, raw in zip(document.lines, expected, strict=True):
            assert line.text.replace("\ufffc", "") == "" or line.place == COMMENT or line.text.split("\ufffc")[0] in raw


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_never_raises(data: bytes) -> None:
    document, findings = markdown.read(data, "x")
    assert isinstance(document, Document)
    assert all(finding.rule.startswith("x/") for finding in findings)
