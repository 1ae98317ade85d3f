"""``diagram.md`` and ``summary.md``: made from the whole run, of no stage, and no part of the change under review."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from commitgate.report.markdown import code, plain
from commitgate.report.text import neutral
from story import Story


@pytest.fixture
def told(story: Callable[[str], Story]) -> Story:
    return story("reviewed")


def test_pages_may_be_written_at_any_stage_and_change_no_delta(story: Callable[[str], Story]) -> None:
    for milestone in ("started", "reviewed"):
        told = story(milestone, milestone)
        before = told.check("--worktree")["stages"]
        for verb in ("visualize", "summary"):
            told.gate(verb, check=True)
        assert told.check("--worktree")["stages"] == before
        said = told.commit("pages", check=False)
        assert said.code == 0, said.said
        assert "warning" not in said.said
        assert told.check("--rev", "HEAD")["stages"] == before


def test_code_beside_them_is_product_all_the_same(told: Story) -> None:
    told.write("pipeline/diagram.py", "x\n")
    told.write("pipeline/sub/summary.md", "x\n")
    told.commit("beside", check=False, args=("--no-verify",))
    assert {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]}["stage-05"] == "stale"


def test_they_go_into_the_archive(story: Callable[[str], Story]) -> None:
    told = story("complete")
    told.gate("visualize", check=True)
    told.gate("summary", check=True)
    told.commit("pages")
    told.gate("archive", check=True)
    said = told.commit("archive", check=False)
    assert said.code == 0, said.said
    moved = told.git("ls-files", "pipeline").out.split()
    assert [path.rsplit("/", 1)[1] for path in moved if path.endswith(("/diagram.md", "/summary.md"))] == [
        "diagram.md",
        "summary.md",
    ]
    assert all("/archive/" in path for path in moved if "lessons" not in path)


def test_the_summary_tells_the_run(story: Callable[[str], Story]) -> None:
    told = story("tested")
    told.write_gate("stage-05", warnings=["Redis | not <confirmed>"])
    assert told.gate("summary").code == 0
    said = told.read("pipeline/summary.md")
    for line in (
        "# Summary: Reset",
        "| 01 Requirements | PASS | somebody | 2026-03-26 | 2 criteria |",
        "| 06a Peer Review (backend) | PASS | reviewers | 2026-03-26 | approved by frontend, platform |",
        "| 1 | A link is sent | sends a link |",
        "- backend: 2 of 2 approvals: frontend, platform",
        "- `path:auth` fires on `src/backend/auth.js` (`auth`)",
        "- reviewed by somebody: PASS",
        "- `stage-05`: Redis \\| not \\<confirmed\\>",
        "Track full, run `reset-1`, begun 2026-03-26. **Ready to merge.** Written by `git gate summary`.",
        "Checkpoint c after qa: a person looks before deploy begins (user).",
    ):
        assert line in said.splitlines(), said
    assert "- 2026-03-26, checkpoint a passed by" in said
    told.commit("summary", check=False)
    assert told.gate("summary", "--check").code == 0
    assert told.gate("summary").out == "unchanged pipeline/summary.md\n"


def test_the_summary_tells_escalations_and_what_was_decided(story: Callable[[str], Story]) -> None:
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED", "ESCALATE: two documents disagree", "OPTION: A")
    told.gate("summary", check=True)
    waits = "- `stage-06-backend`, by frontend: two documents disagree (waits for a decision)"
    assert waits in told.read("pipeline/summary.md").splitlines()
    told.gate("resolve", "stage-06-backend", "A", check=True)
    told.gate("ask", "Do we have Redis?", check=True)
    told.gate("summary", check=True)
    said = told.read("pipeline/summary.md")
    assert "two documents disagree (decided)" in said
    assert ", `stage-06-backend`: A\n" in said
    assert "- question to PM: Do we have Redis? — open\n" in said


@pytest.mark.parametrize("verb", ["visualize", "summary"])
def test_a_run_that_cannot_be_read_has_no_page(told: Story, verb: str) -> None:
    told.write("pipeline/run.json", "{")
    said = told.gate(verb)
    assert said.code == 1
    assert "pipeline/run.json" in said.err
    assert not (told.path / "pipeline" / f"{verb}.md").exists()


@pytest.mark.parametrize(("verb", "name"), [("visualize", "diagram"), ("summary", "summary")])
def test_a_link_in_the_place_of_a_page_is_not_followed(told: Story, verb: str, name: str) -> None:
    (told.path / "pipeline" / f"{name}.md").symlink_to("/etc/hostname")
    said = told.gate(verb)
    assert said.code == 1
    assert "symbolic link" in said.err
    assert told.gate(verb, "--check").code == 1


def test_hostile_text_stays_text() -> None:
    assert plain("# a\n<script> [x](y) `z` *b* _c_ d_e https://x www.x.org") == (
        "\\# a\\\\n\\<script\\> \\[x\\](y) \\`z\\` \\*b\\* \\_c\\_ d_e https\\://x www\\.x.org"
    )
    assert plain("- x") == "\\- x"
    assert plain("1. x") == "1\\. x"
    assert plain("12 x") == "12 x"
    assert code("a`b|c") == "``a`b\\|c``"
    assert code("`") == "`` ` ``"
    assert code("") == ""


@settings(max_examples=150)
@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.text("*_`#[]()<>!&;|~-+.=:/\\0 1aw\n", max_size=40))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    shown = neutral(text).strip()
    reader = MarkdownIt("gfm-like", {"linkify": False})
    said = reader.render(f"- {plain(text)}\n") if shown else "<ul>\n<li></li>\n</ul>\n"
    assert unescape(said) == f"<ul>\n<li>{shown}</li>\n</ul>\n"
    cells = reader.render(f"| a | b |\n| --- | --- |\n| {plain(text)} | {code(text)} |\n")
    assert cells.count("<td>") == 2
    assert f"<td>{shown}</td>" in unescape(cells)
    if shown:
        inside = cells.partition("<code>")[2].partition("</code>")[0]
        assert unescape(inside).split() == neutral(text).split()


def test_the_feature_cannot_forge_a_line(told: Story) -> None:
    run = json.loads(told.read("pipeline/run.json"))
    told.write("pipeline/run.json", json.dumps({**run, "feature": "``` # Approved <!-- [x](y)"}))
    for verb, name in (("summary", "summary"), ("visualize", "diagram")):
        told.gate(verb, check=True)
        said = told.read(f"pipeline/{name}.md")
        assert "<!--" not in said
        assert "[x](y)" not in said
        assert said.splitlines()[0].endswith(": \\`\\`\\` \\# Approved \\<\\!-- \\[x\\](y)")
