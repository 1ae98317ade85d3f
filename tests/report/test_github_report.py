"""Annotations as the runner of GitHub Actions reads them, and the summary as Markdown shows it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from samples import EMPTY, FULL, HOSTILE, reports

from commitgate.finding import BLOCKED, WARNING, Finding
from commitgate.report.github import render, summary
from commitgate.report.text import neutral

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
UNESCAPED = (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))


def unescape(text, pairs=UNESCAPED):
    for escaped, plain in pairs:
        text = text.replace(escaped, plain)
    return text


def commands(text):
    """(kind, properties, message) of each annotation, and the last line, as the runner reads the log."""
    *lines, last = text.split("\n")[:-1]
    assert last.startswith("commitgate: ")
    found = []
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match, line
        kind, properties, data = match.groups()
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        named = {key: unescape(value) for key, value in pairs.items()}
        found.append((kind, named, unescape(data, UNESCAPED[2:])))
    return found, last


@settings(max_examples=60, deadline=None)
@given(report=reports)
def test_any_report_is_one_command_for_each_finding(report):
    found, _ = commands(render(report))
    ordered = [*sorted(report.findings, key=lambda one: not one.level), *report.history]
    ordered += [one for one, _ in report.suppressed]
    assert len(found) == len(ordered)
    for (kind, named, data), finding in zip(found, ordered, strict=True):
        assert set(named) <= {"file", "line", "title"}
        assert named["title"] == neutral(finding.rule)
        assert named.get("file", finding.path) == finding.path
        assert ("line" in named) == ("file" in named and finding.line > 0)
        assert neutral(finding.message) in data
        assert kind in (finding.severity, "notice")
        assert data.count("\n") <= 1


def test_errors_come_first_and_places_are_named():
    found, last = commands(render(FULL))
    assert [kind for kind, _, _ in found] == ["error", "error", "warning", "warning", "warning", "notice"]
    assert found[0][1] == {"file": "pipeline/gates/stage-04-backend.json", "line": "7", "title": "gate/schema"}
    assert "line" not in found[1][1]
    assert found[0][2].endswith("\n→ git gate validate pipeline/gates/stage-04-backend.json")
    assert "waived: W-7: until 1 May" in found[-1][2]
    assert last == "commitgate: malformed (exit 1), not ready to merge; 2 errors, 2 warnings"


def test_delimiters_are_escaped():
    text = render(EMPTY._replace(findings=(Finding("gate/schema", BLOCKED, "100%, a:b", "", "a,b:c%.py", 2),)))
    assert text.startswith("::error file=a%2Cb%3Ac%25.py,line=2,title=gate/schema::100%25, a:b\n")


@pytest.mark.parametrize("path", ["a\nb.py", "a\udcff.py", "\u202egpj.py"])
def test_a_path_that_cannot_be_a_property_is_named_in_the_message(path):
    (found,), _ = commands(render(EMPTY._replace(findings=(Finding("gate/schema", WARNING, "m", "", path, 2),))))
    assert found == ("warning", {"title": "gate/schema"}, f"{neutral(path)}:2: m")


def test_an_empty_report_is_one_line():
    assert render(EMPTY) == "commitgate: pass (exit 0), ready to merge; 0 errors, 0 warnings\n"


class TestSummary:
    @settings(max_examples=60, deadline=None)
    @given(report=reports)
    def test_no_document_marks_anything_up(self, report):
        text = summary(report)
        text.encode("utf-8")
        tokens = MARKDOWN.parse(text)
        inline = [child for token in tokens for child in token.children or ()]
        html = {token.content for token in (*tokens, *inline) if token.type.startswith("html")}
        assert html <= {"<code>", "</code>", "<br>"}
        assert {token.type for token in inline} <= {"text", "text_special", "html_inline", "strong_open",
                                                    "strong_close", "softbreak"}  # fmt: skip
        parts = ("heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item")
        ends = {f"{part}_{end}" for part in parts for end in ("open", "close")}
        assert {token.type for token in tokens} <= ends | {"inline", "fence"}
        assert [token.info for token in tokens if token.type == "fence"] == (["mermaid"] if report.stages else [])
        rows = sum(token.type == "tr_open" for token in tokens)
        cells = sum(token.type in ("td_open", "th_open") for token in tokens)
        assert (rows, cells) == ((len(report.stages) + 1, 4 * (len(report.stages) + 1)) if report.stages else (0, 0))
        assert "://" not in text
        assert "www." not in text

    def test_what_it_shows(self):
        text = summary(FULL)
        shown = re.sub(r"<[^>]*>", "", MARKDOWN.render(text))
        for part in (
            "malformed (exit 1), not ready to merge",
            "Run reset-1: Password reset by mail, track full",
            "git gate validate pipeline/gates/stage-04-backend.json",
            "❌ fail",
            "src/ä b.py:12, src/c.py:3",
            "repaired by 9a8b7c6",
            "W-7: until 1 May",
            "no index on reset_token yet",
        ):
            assert part in shown, part
        assert text.startswith("## commitgate")

    def test_no_run_says_so_and_only_when_nothing_is_wrong(self):
        assert "No run, nothing judged" in summary(EMPTY)
        assert "No run, nothing judged" not in summary(EMPTY._replace(exit=2, ready=False))

    def test_it_stays_below_the_limit_of_a_summary(self):
        many = tuple(Finding("gate/schema", BLOCKED, f"{one} " + "|" * 9000, "|" * 9000) for one in range(500))
        text = summary(EMPTY._replace(findings=many, history=many, exit=2))
        assert len(text.encode()) < 1024 * 1024
        assert text.count("and 450 more") == 2

    def test_hostile_words_are_shown_as_they_are(self):
        text = summary(EMPTY._replace(title=HOSTILE[4]))
        assert "&lt;/script&gt;&lt;script&gt;alert(1)" in MARKDOWN.render(text)
