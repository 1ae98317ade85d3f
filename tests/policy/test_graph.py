"""The order of the stages, and what a track makes of it."""

from __future__ import annotations

import graphlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.policy import graph
from commitgate.policy.load import load_policy
from commitgate.policy.model import TRACKS, Stage


def stage(name: str, *needs: str, when: str = "") -> Stage:
    return Stage(name, f"stage-{name}", name, "role", "", False, when, needs, "", (), "", ())


def graph_of(*stages: Stage) -> dict[str, Stage]:
    return {each.name: each for each in stages}


def needs(stages: tuple[Stage, ...]) -> dict[str, tuple[str, ...]]:
    return {each.name: each.needs for each in stages}


def test_leaving_out_links_successors_to_predecessors_transitively() -> None:
    stages = graph_of(stage("a"), stage("b", "a"), stage("c", "b"), stage("x", "a"), stage("d", "c", "x"))
    assert needs(graph.resolve(stages, ["a", "d"])) == {"a": (), "d": ("a",)}
    assert needs(graph.resolve(stages, ["a", "x", "d"])) == {"a": (), "x": ("a",), "d": ("a", "x")}
    assert needs(graph.resolve(stages, ["d"])) == {"d": ()}


def test_a_conditional_stage_is_on_every_track() -> None:
    stages = graph_of(stage("a"), stage("s", "a", when="triggered"), stage("r", "s"), stage("q", "r"))
    assert needs(graph.resolve(stages, ["a", "q"])) == {"a": (), "s": ("a",), "q": ("s",)}


def test_order_follows_needs_and_then_the_file() -> None:
    stages = graph_of(stage("late", "early"), stage("early"), stage("other"))
    assert graph.ordered(stages) == ("early", "late", "other")


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (graph_of(stage("a", "a")), {("a", "a")}),
        (graph_of(stage("a", "b"), stage("b", "a")), {("a", "b", "a"), ("b", "a", "b")}),
        (graph_of(stage("a"), stage("b", "a")), {()}),
    ],
)
def test_cycles_are_named(stages: dict[str, Stage], expected: set[tuple[str, ...]]) -> None:
    assert graph.cycle(stages) in expected


def test_a_cycle_reads_as_each_needs_the_next() -> None:
    stages = graph_of(stage("a", "c"), stage("b", "a"), stage("c", "b"))
    found = graph.cycle(stages)
    assert found[0] == found[-1]
    assert all(second in stages[first].needs for first, second in itertools.pairwise(found))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_resolving_keeps_exactly_the_reachability_between_kept_stages(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 7))
    names = [f"n{number}" for number in range(size)]
    stages = {
        name: stage(name, *data.draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else ())
        for at, name in enumerate(names)
    }
    kept = data.draw(st.lists(st.sampled_from(names), unique=True))
    resolved = needs(graph.resolve(stages, kept))

    def reach(table: dict[str, tuple[str, ...]], name: str) -> set[str]:
        return {deep for need in table[name] for deep in {need, *reach(table, need)}}

    whole = {name: each.needs for name, each in stages.items()}
    for name in kept:
        assert reach(resolved, name) == reach(whole, name) & set(kept)
    graphlib.TopologicalSorter(resolved).prepare()


SHIPPED = {
    "full": ("", "01 02 03 04 05 05-security 06 07 08 09"),
    "quick": ("02 03 05", "01 04 05-security 06 07 08 09"),
    "nano": ("01 02 03 05 06 08 09", "04 05-security 07"),
    "config-only": ("01 02 03 06 09", "04 05 05-security 07 08"),
    "dep-update": ("01 02 03 05 09", "04 05-security 06 07 08"),
    "hotfix": ("01 02 03", "04 05 05-security 06 07 08 09"),
}


@pytest.mark.parametrize("track", TRACKS)
def test_shipped_tracks(track: str) -> None:
    policy, _ = load_policy(None)
    assert policy is not None
    forbidden, order = SHIPPED[track]
    resolved = policy.tracks[track]
    assert resolved.forbidden == tuple(f"stage-{number}" for number in forbidden.split())
    assert [each.gate for each in resolved.stages] == [f"stage-{number}" for number in order.split()]
    names = [each.name for each in resolved.stages]
    for position, each in enumerate(resolved.stages):
        assert set(each.needs) <= set(names[:position])


@pytest.mark.parametrize("track", TRACKS)
def test_no_track_leads_past_the_security_review(track: str) -> None:
    policy, _ = load_policy(None)
    assert policy is not None
    table = needs(policy.tracks[track].stages)

    def reach(name: str) -> set[str]:
        return {deep for need in table[name] for deep in {need, *reach(need)}}

    assert table["security-review"] == ("build",)
    assert "security-review" in reach("qa")
    if "peer-review" in table:
        assert "security-review" in table["peer-review"]
