"""The state diagram of a run: every gate and checkpoint once, what needs what, and the real parser understands it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_mermaid import fenced, needed, parsed

from commitgate.engine import WORKTREE, Answer, Question, open_engine
from commitgate.judge.stages import ESCALATED, FAIL, MISSING, OPEN, PASSED, SKIPPED, STALE, WAITING
from commitgate.report import mermaid
from commitgate.report.chart import CHECKPOINT, END, GATE, JOIN, START, Chart, Node, chart
from commitgate.report.diagram import page, source
from commitgate.report.rows import stage_data
from story import MILESTONES, Story
from support import CHECKOUT

CLASSES = {
    PASSED: "passed",
    FAIL: "failed",
    ESCALATED: "escalated",
    STALE: "stale",
    OPEN: "open",
    WAITING: "waiting",
    MISSING: "ahead",
    SKIPPED: "unneeded",
}
STATE = re.compile(r'^    state "[^"<>`;#%&{}\[\]\n]*<br>[^"<>`;#%&{}\[\]\n]*" as s\d+$')
PLAIN = re.compile(
    r"^    (state s\d+ <<join>>|(\[\*\]|s\d+) --> (\[\*\]|s\d+)|classDef \w+ [#\w:,; -]+|class s\d+(,s\d+)* \w+)$"
)


def answer(told: Story) -> Answer:
    with open_engine(str(told.path)) as engine:
        return engine.ask(Question(WORKTREE), int(time.time()))


def drawn(told: Story) -> Chart:
    found = answer(told)
    return chart(found.policy, found.verdict)


def text(one: Chart) -> str:
    return "\n".join(source(one)) + "\n"


def gate(title: str, state: str = PASSED, who: str = "pm") -> Node:
    return Node(GATE, title, state, state, who)


def row_of(*titles: str) -> Chart:
    """A chain of gates."""
    nodes = (Node(START, "", "", "", ""), *map(gate, titles), Node(END, "", "", "", ""))
    return Chart(nodes, tuple((number, number + 1) for number in range(len(nodes) - 1)))


def of(one: Chart, title: str) -> Node:
    return next(node for node in one.nodes if node.title == title)


def names(one: Chart, edges: list[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(one.nodes[before].title, one.nodes[after].title) for before, after in edges]


def test_the_graph_of_a_run(story: Callable[[str], Story]) -> None:
    told = story("built")
    one = drawn(told)
    titles = [node.title for node in one.nodes if node.kind in (GATE, CHECKPOINT)]
    assert titles[:4] == ["01 Requirements", "Checkpoint a", "02 Design", "Checkpoint b"]
    assert titles[-2:] == ["08 Sign-off + Deploy", "09 Retrospective"]
    assert len(set(titles)) == len(titles)
    assert of(one, "Checkpoint a").state == PASSED
    assert of(one, "Checkpoint c").state == MISSING
    assert of(one, "04a Build (backend)").state == PASSED
    assert of(one, "05a Pre-review").state == OPEN
    edges = names(one, list(one.edges))
    assert ("04a Build (backend)", "05a Pre-review") in edges
    assert ("04a Build (backend)", "05b Security review") in edges
    assert ("01 Requirements", "Checkpoint a") in edges
    assert ("01 Requirements", "02 Design") not in edges
    assert len(set(edges)) == len(edges)
    started = {after for before, after in one.edges if one.nodes[before].kind == START}
    assert [one.nodes[number].title for number in started] == ["01 Requirements"]


def test_every_node_is_reached_and_leads_on(story: Callable[[str], Story]) -> None:
    one = drawn(story("reviewed"))
    last = len(one.nodes) - 1
    assert {after for _, after in one.edges} == set(range(1, last + 1))
    assert {before for before, _ in one.edges} == set(range(last))


def test_several_gates_after_several_meet_in_a_join(story: Callable[[str], Story]) -> None:
    told = story("started")
    told.write("pipeline/run.json", told.read("pipeline/run.json").replace('"full"', '"quick"'))
    told.write("pipeline/context.md", told.read("pipeline/context.md").replace("TRACK: full", "TRACK: quick"))
    for area in ("backend", "frontend"):
        told.write(f"src/{area}/x.js", "x\n")
    one = drawn(told)
    joins = [number for number, node in enumerate(one.nodes) if node.kind == JOIN]
    assert len(joins) == 1
    assert len([edge for edge in one.edges if edge[1] == joins[0]]) == 2


def test_no_run_has_no_graph(repo: Story) -> None:
    assert drawn(repo) == Chart((), ())
    said = repo.gate("visualize")
    assert (said.code, "no run is under way" in said.err) == (2, True)


@pytest.mark.parametrize("state", CLASSES)
def test_every_state_has_its_colour(state: str) -> None:
    lines = source(Chart((gate("A", state),), ()))
    assert f"    class s0 {CLASSES[state]}" in lines
    assert sum(line.startswith(f"    classDef {CLASSES[state]} ") for line in lines) == 1


@settings(max_examples=40)
@given(st.lists(st.text(max_size=100), min_size=1, max_size=4), st.text(max_size=30))
def test_any_names_give_declarations_and_edges_only(titles: list[str], who: str) -> None:
    one = row_of(*titles)
    one = one._replace(nodes=tuple(node._replace(who=who) for node in one.nodes))
    lines = text(one).rstrip("\n").split("\n")
    assert lines[0] == "stateDiagram-v2"
    assert [line for line in lines[1:] if not STATE.match(line) and not PLAIN.match(line)] == []


def test_the_page_is_the_same_until_a_stage_moves(story: Callable[[str], Story]) -> None:
    told = story("reviewed")
    assert told.gate("visualize", "--check").code == 1
    said = told.gate("visualize")
    assert (said.code, said.out) == (
        0,
        "wrote pipeline/diagram.md\nnext: git add pipeline/diagram.md && git commit\n",
    )
    before = told.read("pipeline/diagram.md")
    assert told.commit("diagram", check=False).code == 0
    assert told.gate("visualize").out == "unchanged pipeline/diagram.md\n"
    assert told.read("pipeline/diagram.md") == before
    assert told.gate("visualize", "--check").code == 0
    told.write("src/backend/auth.js", "// more\n")
    said = told.gate("visualize", "--check")
    assert (said.code, said.out) == (1, "out of date: pipeline/diagram.md\n→ git gate visualize\n")
    assert told.read("pipeline/diagram.md") == before
    found = answer(told)
    assert "stale" in page(found.policy, found.verdict)


@needed
def test_the_real_parser_reads_the_diagram_of_every_milestone(story: Callable[..., Story]) -> None:
    charts = [drawn(story(milestone, milestone)) for milestone in MILESTONES]
    for one, said in zip(charts, parsed([text(one) for one in charts]), strict=True):
        assert said["type"] == "stateDiagram"
        nodes = {f"s{number}": node for number, node in enumerate(one.nodes)}
        shown = {state["id"]: state for state in said["states"] if not state["id"].startswith("root_")}
        assert shown.keys() == {name for name, node in nodes.items() if node.kind not in (START, END)}
        for name, state in shown.items():
            node = nodes[name]
            assert state["classes"] == ([CLASSES[node.state]] if node.state else [])
            if node.kind != JOIN:
                assert node.title in state["descriptions"][0]
        assert len(said["edges"]) == len(one.edges)


@needed
@settings(max_examples=3)
@given(st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=3), min_size=30, max_size=30))
def test_no_name_breaks_the_real_parser(many: list[list[str]]) -> None:
    hostile = ['"] --> x', "end note", "<<fork>>", "%%{init: {}}%%", "a\nstate b", ":::x", "[*]", "}", "-->", "#quot;"]
    hostile += ["__proto__", "constructor", "stateDiagram", "direction LR", "note right of s1", "click s1 call f()"]
    charts = [row_of(*titles) for titles in (*many, *([one, one] for one in hostile))]
    for one, said in zip(charts, parsed([text(one) for one in charts]), strict=True):
        assert "error" not in said, said
        inner = len(one.nodes) - 2
        assert len([state for state in said["states"] if not state["id"].startswith("root_")]) == inner
        assert len(said["edges"]) == inner + 1


OWN_GRAPH = """\
version: 1
stages:
  design: {title: 'Design"] --> [*] %%{x}%%'}
  threat-model:
    gate: stage-10
    title: "<script>alert(1)</script> end note"
    role: security
    needs: [design]
    writes: [threat-model.md]
    bound: [threat-model.md]
  accessibility:
    gate: stage-11
    title: "`a`; b\\nc"
    role: designer
    needs: [build]
    fan_out: area
    when: {area_changed: frontend}
    writes: [accessibility.md]
    bound: [accessibility.md]
  qa: {needs: [peer-review, accessibility, threat-model]}
"""


@needed
def test_the_real_parser_reads_the_graph_of_a_repository_of_its_own(story: Callable[[str], Story]) -> None:
    told = story("built")
    told.policy_on_target(OWN_GRAPH)
    told.gate("visualize", check=True)
    (said,) = parsed(fenced(told.read("pipeline/diagram.md")))
    assert said.get("type") == "stateDiagram", said
    found = {state["descriptions"][0].split("<br>")[0] for state in said["states"] if state["descriptions"]}
    assert "10 script alert(1) /script end note" in found
    edges = names(drawn(told), list(drawn(told).edges))
    assert ("Checkpoint b", "10 <script>alert(1)</script> end note") in edges


@needed
def test_the_real_parser_reads_every_other_diagram(story: Callable[[str], Story]) -> None:
    flow = fenced(mermaid.diagram(stage_data(answer(story("built")).verdict)) + "\n")
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    written = [one for path in sorted(pages) for one in fenced(path.read_text())]
    assert flow
    assert written
    assert [said for said in parsed([*flow, *written]) if "error" in said] == []
