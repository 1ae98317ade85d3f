"""The order of the stages, and what a track makes of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.policy import graph
from commitgate.policy.load import load_policy
from commitgate.policy.model import TRACKS, Stage

Needs = dict[str, tuple[str, ...]]


def needs(stages: tuple[Stage, ...]) -> Needs:
    return {each.name: each.needs for each in stages}


def reach(table: Mapping[str, Sequence[str]], name: str) -> set[str]:
    return {deep for need in table[name] for deep in {need, *reach(table, need)}}


def test_leaving_out_links_successors_to_predecessors_transitively() -> None:
    table = {"a": (), "b": ("a",), "c": ("b",), "x": ("a",), "d": ("c", "x")}
    assert graph.resolve(table, ["a", "d"]) == {"a": (), "d": ("a",)}
    assert graph.resolve(table, ["a", "x", "d"]) == {"a": (), "x": ("a",), "d": ("a", "x")}
    assert graph.resolve(table, ["d"]) == {"d": ()}


def test_order_follows_needs_and_then_the_file() -> None:
    assert graph.ordered({"late": ("early",), "early": (), "other": ()}) == ("early", "late", "other")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"a": ("a",)}, {("a", "a")}),
        ({"a": ("b",), "b": ("a",)}, {("a", "b", "a"), ("b", "a", "b")}),
        ({"a": (), "b": ("a",)}, {()}),
    ],
)
def test_cycles_are_named(table: Needs, expected: set[tuple[str, ...]]) -> None:
    assert graph.cycle(table) in expected


def test_a_cycle_reads_as_each_needs_the_next() -> None:
    table = {"a": ("c",), "b": ("a",), "c": ("b",)}
    found = graph.cycle(table)
    assert found[0] == found[-1]
    assert all(second in table[first] for first, second in itertools.pairwise(found))


@st.composite
def tables(draw: st.DrawFn) -> Needs:
    """Any graph without a cycle, its names in any order."""
    names = draw(st.permutations([f"n{number}" for number in range(draw(st.integers(1, 8)))]))
    made = {
        name: tuple(draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else ())
        for at, name in enumerate(names)
    }
    return {name: made[name] for name in draw(st.permutations(names))}


@settings(max_examples=100, deadline=None)
@given(tables())
def test_the_order_is_topological_and_complete(table: Needs) -> None:
    order = graph.ordered(table)
    assert sorted(order) == sorted(table)
    assert all(order.index(need) < order.index(name) for name in table for need in table[name])


@settings(max_examples=100, deadline=None)
@given(tables(), st.data())
def test_resolving_keeps_exactly_the_reachability_between_kept_stages(table: Needs, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(sorted(table)), unique=True))
    resolved = graph.resolve(table, kept)
    assert set(resolved) == set(kept)
    for name in kept:
        assert reach(resolved, name) == reach(table, name) & set(kept)
    order = list(resolved)
    assert all(order.index(need) < order.index(name) for name in order for need in resolved[name])


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_plain_graph_says_the_same_with_no_need_to_spare(table: Needs) -> None:
    made = graph.plain(table)
    assert {name: reach(made, name) for name in made} == {name: reach(table, name) for name in table}
    for name, wanted in made.items():
        for need in wanted:
            fewer = {**made, name: tuple(one for one in wanted if one != need)}
            assert need not in reach(fewer, name)


@settings(max_examples=60, deadline=None)
@given(tables(), st.data())
def test_leaving_out_one_after_the_other_is_leaving_out_both(table: Needs, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(sorted(table)), unique=True))
    fewer = data.draw(st.lists(st.sampled_from(sorted(kept)), unique=True)) if kept else []
    at_once = graph.resolve(table, fewer)
    in_turn = graph.resolve(graph.resolve(table, kept), fewer)
    assert {name: reach(at_once, name) for name in at_once} == {name: reach(in_turn, name) for name in in_turn}


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
    assert table["security-review"] == ("build",)
    assert "security-review" in reach(table, "qa")
    if "peer-review" in table:
        assert "security-review" in table["peer-review"]
