"""The diagram of the summary: every gate once, in order, and no text that Mermaid takes for its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.report.mermaid import diagram
from story import Story

NODE = re.compile(r'^  (g\d+)\["([^"\[\]{}|<>#;&`]*)<br>([^"\[\]{}|<>#;&`]*)"\]:::([a-z]+)$')
EDGE = re.compile(r"^  g\d+( & g\d+)* --> g\d+( & g\d+)*$")


def row(stage: str, name: str, state: str, *needs: str) -> dict[str, object]:
    return {"stage": stage, "name": name, "state": state, "role": "", "needs": list(needs), "notes": []}


def test_no_run_has_none() -> None:
    assert diagram([]) == ""


def test_arrows_lead_from_what_is_needed_to_what_needs_it() -> None:
    rows = [
        row("02", "Design", "pass"),
        row("04-a", "Build (a)", "fail", "02"),
        row("04-b", "Build (b)", "open", "02"),
        row("05", "Test", "missing", "04-a", "04-b"),
        row("08", "Apart", "missing", "02"),
    ]
    drawn = diagram(rows)
    assert '  g1["Build (a)<br>fail"]:::bad' in drawn
    assert '  g3["Test<br>missing"]:::waiting' in drawn
    assert [line.strip() for line in drawn.splitlines() if "-->" in line] == [
        "g0 --> g1 & g2 & g4",
        "g1 & g2 --> g3",
    ]


def test_it_is_in_the_summary_of_a_real_run(story: Callable[[str], Story], tmp_path: object) -> None:
    told = story("built")
    page = f"{tmp_path}/summary"
    told.gate("check", "--ready", "--format", "github", env={"GITHUB_STEP_SUMMARY": page})
    with open(page, encoding="utf-8") as stream:
        said = stream.read()
    assert said.count("```") == 2
    assert ":::good" in said
    drawn = {line.strip() for line in said.splitlines() if "-->" in line}
    assert "g3 & g4 --> g5 & g6" in drawn, "pre-review and the security review both need the builds"
    assert "g5 & g6 --> g7 & g8" in drawn, "and the reviews need them both"


def test_without_the_variable_nothing_is_written(story: Callable[[str], Story]) -> None:
    told = story("built")
    before = told.git("status", "--porcelain").out
    assert "::" in told.gate("check", "--ready", "--format", "github").out
    assert told.git("status", "--porcelain").out == before


def test_a_summary_that_cannot_be_written_leaves_the_verdict(story: Callable[[str], Story]) -> None:
    told = story("built")
    plain = told.gate("check", "--ready", "--format", "github")
    done = told.gate("check", "--ready", "--format", "github", env={"GITHUB_STEP_SUMMARY": "/nowhere/summary"})
    assert (done.code, done.out) == (plain.code, plain.out)
    assert "cannot be written" in done.err


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=120), st.text(max_size=20)), min_size=1, max_size=6))
def test_any_names_give_nodes_and_edges_only(rows: list[tuple[str, str]]) -> None:
    made = [row(f"{at}", name, state, *map(str, range(at))) for at, (name, state) in enumerate(rows)]
    lines = diagram(made).split("\n")
    assert lines[:2] == ["```mermaid", "flowchart LR"]
    assert lines[-1] == "```"
    body = [line for line in lines[2:-1] if not line.startswith("  classDef ")]
    assert len([line for line in body if NODE.match(line)]) == len(rows)
    assert all(NODE.match(line) or EDGE.match(line) for line in body)
