"""The plain reader gives what the library gives, or declines; and the documents of a run need no library."""

from __future__ import annotations

import sys
import time
from itertools import product

import pytest
from good_documents import GOOD
from hypothesis import given, settings
from hypothesis import strategies as st

import story
from commitgate.documents import budget_edit, context_edit, lessons_edit, markdown_blocks, markdown_plain, review
from commitgate.documents.gate import render
from commitgate.documents.markdown import split
from commitgate.documents.markdown_model import CODE, COMMENT, TEXT
from support import CHECKOUT, SOURCE, run

SHAPES = (
    *("", " ", "a", "a  ", "`c` <!-- d", "--> e", "# h", "## a | b", "# a #", "- a", "- ", "-", "* b", "1. d", "2. e"),
    *("10. g", "  a", "   a", "  - a", "   1. b", "  2. c", "    x", "     - y", "[a]: b", "- [a]", "> q", "```"),
    *("````", "``` x", "~~~", "  ```", "<!-- c -->", "<!-- c", "<b>", "| a | b |", "|---|---|", "|-|", "| x", "a | b"),
    *("---", "--", "===", "* * *", "- # a"),
)
MARKS = (
    *("- ", "* ", "+ ", "1. ", "2. ", "10. ", "1) ", "123456789. ", "-", "1.", "# ", "####### ", "> ", "```", "~~~"),
    *("````", "<!-- ", "<!--", "--> ", "-->", "<!-->", "<b>", "</div>", "<?", "| ", "|a|b|", "|-|-|", ":-:", "[x]: y"),
    *("[x]", "[x", "]: y", "---", "===", "***", "___", "\\", "`", "``", "&amp;", "&#35; ", "\xa0", "\t", "\r", " "),
    *("```|", "<!-- |", "  \\", "a", "b c", "**b**", "x|y", "\\|", "é", "2026-03-26T10:00:00Z — RESOLVED"),
)
PLAIN = (
    *("a b", "a `c` d", "a `c", "[ ] a", "# H", "## H x", "", "", "", "- i", "- j `k", "* k", "1. n", "2. m", "1. q"),
    *("   cont", "  cont", "  - n", "   - n", "    - d", "    cont", "      - e", "<!-- x -->", "```", "```sh", "---"),
    *("| a | b |", "|---|---|", "| 1 | 2 |", "| 1 |"),
)
PLAIN_LINES = st.sampled_from(PLAIN)
NASTY_LINES = st.builds(
    lambda indent, marks: " " * indent + "".join(marks),
    st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)),
    st.lists(st.sampled_from(MARKS), max_size=3),
)


@st.composite
def lists(draw: st.DrawFn) -> list[str]:
    """Lists within lists whose lines stand where they should, but for an odd one."""
    lines: list[str] = []
    offsets = [0]
    for _ in range(draw(st.integers(1, 10))):
        depth = draw(st.integers(0, len(offsets) - 1))
        words = draw(st.sampled_from(MARKS) | st.just("a"))
        kind = draw(st.integers(0, 9))
        if kind < 2:
            lines.append(" " * draw(st.sampled_from((0, 0, 2))))
        elif kind < 6:
            marker = draw(st.sampled_from(("- ", "* ", "+ ", "1. ", "2. ", "10. ", "100000. ", "3) ")))
            lines.append(" " * offsets[depth] + marker + words)
            offsets = [*offsets[: depth + 1], offsets[depth] + len(marker)]
        elif kind < 9:
            lines.append(" " * offsets[depth] + words)
        else:
            lines.append(draw(PLAIN_LINES))
    return lines


@st.composite
def nearly_plain(draw: st.DrawFn) -> list[str]:
    lines = draw(st.lists(PLAIN_LINES, max_size=12))
    lines.insert(draw(st.integers(0, len(lines))), draw(NASTY_LINES))
    return lines


def agrees(lines: list[str]) -> bool:
    """Whether the document is plain; fails when it is and the library reads something else."""
    found = markdown_plain.parse(lines)
    assert found is None or found == markdown_blocks.parse(lines)
    return found is not None


def test_every_short_document_is_read_as_the_library_reads_it_or_declined() -> None:
    plain = sum(agrees(list(lines)) for length in (1, 2, 3) for lines in product(SHAPES, repeat=length))
    assert plain > 4000


@settings(max_examples=800)
@given(nearly_plain() | lists() | st.lists(NASTY_LINES, max_size=12) | st.text(max_size=80).map(split))
def test_every_document_is_read_as_the_library_reads_it_or_declined(lines: list[str]) -> None:
    agrees(lines)


@pytest.mark.parametrize(
    "text",
    [
        "a\tb",
        "a\xa0b",
        "  a",
        "    a",
        "a\n  b",
        "> a",
        "<b>",
        "a\n<b>",
        "<!-- a",
        "```\na",
        "```\n```a\n```",
        "```\n    ```",
        "``` a`\nb\n```",
        "```a|b\n|-|-|\nc\n```",
        "<!-- a | b\n|---|---|\n-->",
        "~~~\na\n~~~",
        "a\n---",
        "a\n===",
        "a | b\n- | -",
        "| a | b\n|---|---|",
        "| a | b | c\n|---|---|",
        "| a \\| b |\n|---|---|",
        "| a |\n    |---|",
        "| a |\n|---|\n    | b |",
        "| a |\n|---|\na",
        "# a\n|---|\n|---|",
        "# a #",
        "- a\nb",
        "- a\n b",
        "- a\n\n      b",
        "- - a",
        "- # a",
        "-",
        "- a\n  > b",
        "a\n2. b",
        "- a\n  2. b",
        "***",
        "[a]: b",
        "- [a]:\n  b",
        "- 1\n  - 2\n    - 3\n      - 4\n        - 5",
    ],
)
def test_what_is_not_plain_is_declined(text: str) -> None:
    assert markdown_plain.parse(split(text)) is None


def test_a_table_is_left_to_the_library_where_that_would_cut_it() -> None:
    head = ["|" + "a|" * 256, "|" + "-|" * 256]
    assert markdown_plain.parse([*head, *["|"] * 200]) is not None
    assert markdown_plain.parse([*head, *["|"] * 300]) is None


@pytest.mark.parametrize(
    "text",
    [
        "#" + " " * 500_000 + "#" * 500_000,
        "# " + "# " * 500_000,
        "- " * 500_000 + "a",
        "| a |\n|" + " ---- |" * 100_000 + "x",
        "|" * 1_000_000,
        "-" * 1_000_000 + "a",
        "1" * 1_000_000 + ". a",
        "[" * 1_000_000,
        "```\n" + "``` a\n" * 100_000,
        "<!--\n" * 100_000,
        "- a\n\n" * 90_000,
        "- a" + ("\n\n  " + "b" * 100) * 45_000,
    ],
    ids=lambda text: repr(text[:10]),
)
def test_a_hostile_line_takes_bounded_time(text: str) -> None:
    started = time.monotonic()
    markdown_plain.parse(split(text))
    assert time.monotonic() - started < 5


def test_what_is_hidden_in_a_plain_document_is_no_text() -> None:
    document = markdown_plain.parse(["```", "REVIEW: APPROVED", "```", "<!--", "- a", "-->", "a"])
    assert document is not None
    assert [line.place for line in document.lines] == [CODE, CODE, CODE, COMMENT, COMMENT, COMMENT, TEXT]


def written() -> dict[str, bytes]:
    """The documents of a run as people begin them and commands write them."""
    when = "2026-03-26T10:00:00Z"
    context = context_edit.new("Reset", "full")
    context = context_edit.append_question(context, "Which queue: `bull` or SQS?")
    context = context_edit.append_answer(context, 1, "SQS, see [the note](x.md)")
    context = context_edit.append_ruling_request(context, "the token's life")
    context = context_edit.append_ruling(context, when, "the token's life", "15 minutes")
    context = context_edit.append_decision(context, when, "stage-06-backend", "A: keep it")
    context = context_edit.append_checkpoint(context, when, "a", "user")
    context = context_edit.append_automatic_checkpoint(context, when, "b", "no_warnings")
    context = context_edit.append_security_skip(context, "no code")
    reviewed = f"Reviewed: d1:{'a' * 64} base={'b' * 40} head={'c' * 40} files=3"
    open_review = review.write_section(None, "frontend", "backend", reviewed, "", "")
    body = "The `token` is **hashed**.\n\n1. Good\n2. Better\n   still\n\nSUGGESTION: `name` it"
    full_review = review.write_section(open_review, "frontend", "backend", reviewed, "APPROVED", body)
    lessons = (CHECKOUT / "templates" / "pipeline" / "lessons-learned.md").read_bytes()
    lessons = lessons_edit.promote(lessons, 1, "Ask early", "Two days were lost.\n\n- One\n- Two", "2026-03-26")
    lessons = lessons_edit.promote(lessons, 2, "Ask often", "More.", "2026-03-26")
    lessons = lessons_edit.retire(lessons_edit.reinforce(lessons, "L001", "2026-03-27"), "L002", "no", "2026-03-28")
    return {
        "context.md": context,
        "brief.md": story.BRIEF.encode(),
        "test-report.md": story.REPORT.format(total=2, passed=2, failed=0).encode(),
        "budget.md": budget_edit.set_row(budget_edit.new(), "stage-01", "1200", "12.5"),
        "code-review/by-frontend.md": full_review,
        "code-review/by-backend.md": open_review,
        "lessons-learned.md": lessons,
        "runbook.md": GOOD["runbook"],
        "retrospective.md": GOOD["retrospective"],
        "deploy-log.md": GOOD["deploy"],
    }


SHIPPED = sorted(
    str(path.relative_to(CHECKOUT))
    for folder in ("templates/pipeline", "templates/demo")
    for path in (CHECKOUT / folder).rglob("*.md")
)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_needs_no_library(name: str) -> None:
    assert agrees(split((CHECKOUT / name).read_text()))


def test_what_commands_write_needs_no_library() -> None:
    assert [name for name, data in written().items() if not agrees(split(data.decode()))] == []


def test_documents_of_a_run_are_read_without_anything_that_is_slow_to_import(tmp_path) -> None:
    names = []
    gate = {**story.DEFAULTS["stage-07"], "stage": "stage-07", "status": "PASS", "agent": "qa", "track": "full"}
    gate |= {"timestamp": "2026-03-26T10:00:00Z", "blockers": [], "warnings": []}
    files = {**written(), "run.json": story.RUN.encode(), "gates/stage-07.json": render(gate)}
    for name, data in files.items():
        path = tmp_path / name.replace("/", "_")
        path.write_bytes(data)
        names.append((name, str(path)))
    demo = (CHECKOUT / "templates" / "demo").rglob("*.md")
    names += [(f"code-review/by-{path.stem}.md", str(path)) for path in demo if path.parent.name == "reviews"]
    names += [(path.name, str(path)) for path in (CHECKOUT / "templates" / "demo").rglob("pipeline/*.md")]
    code = (
        f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\n"
        "from commitgate.documents.reading import kind_of, read\n"
        f"kinds = {{kind_of(below) for below, _ in {names!r}}}\n"
        f"for below, path in {names!r}:\n"
        "    if kind_of(below):\n"
        "        read(kind_of(below), below, open(path, 'rb').read())\n"
        "print(*sorted(kinds), '/', *sys.modules)\n"
    )
    # Without site-packages nothing of a third party can be imported at all.
    said = run(sys.executable, "-I", "-S", "-c", code, cwd=tmp_path, check=True).out
    kinds, _, modules = said.partition("/")
    assert {"brief", "budget", "context", "design", "gate", "lessons", "review", "run", "test_report"} <= set(
        kinds.split()
    )
    assert not {"typing", "html", "dataclasses", "datetime", "hashlib", "importlib"} & set(modules.split())
