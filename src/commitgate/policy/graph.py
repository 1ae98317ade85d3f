"""Names and what each of them needs: checked as a graph, put in order, and cut down to some of them.

Nothing here knows what the names stand for: stages of a track, or the tasks of a plan.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping, Sequence

Needs = Mapping[str, Sequence[str]]


def cycle(needs: Needs) -> tuple[str, ...]:
    """A cycle, first name repeated at the end ("a", "b", "a": a needs b, b needs a); () when there is none.

    Needs that are no name of the graph are left to the caller, here and below.
    """
    try:
        graphlib.TopologicalSorter(_edges(needs)).prepare()
    except graphlib.CycleError as error:
        # graphlib lists each name before the one that needs it; people read "a needs b", so turn it round.
        return tuple(reversed(error.args[1]))
    return ()


def ordered(needs: Needs) -> tuple[str, ...]:
    """Names in an order that respects the needs; between equals, the order in which they were written.

    Raises graphlib.CycleError when there is no such order.
    """
    rank = {name: position for position, name in enumerate(needs)}
    sorter = graphlib.TopologicalSorter(_edges(needs))
    sorter.prepare()
    names: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        ready.sort(key=rank.__getitem__)
        first = ready.pop(0)
        names.append(first)
        sorter.done(first)
    return tuple(names)


def resolve(needs: Needs, kept: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The kept names in order, each with the kept names that it needs.

    A name that is left out hands its needs on to its successors, and so on: a name needs another one here exactly
    when it did so before, directly or by a chain of names that are left out.
    """
    chosen = set(kept)
    reach: dict[str, tuple[str, ...]] = {}  # name -> what a successor needs instead of it
    resolved: dict[str, tuple[str, ...]] = {}
    for name in ordered(needs):
        mine = tuple(dict.fromkeys(needed for need in needs[name] if need in needs for needed in reach[need]))
        reach[name] = (name,) if name in chosen else mine
        if name in chosen:
            resolved[name] = mine
    return resolved


def plain(needs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same graph without the needs that another need of the same name has anyway."""
    before: dict[str, set[str]] = {}
    made: dict[str, tuple[str, ...]] = {}
    for name in ordered(needs):
        before[name] = {deep for need in needs[name] for deep in before[need]}
        made[name] = tuple(need for need in needs[name] if need not in before[name])
        before[name].update(needs[name])
    return {name: made[name] for name in needs}


def _edges(needs: Needs) -> dict[str, list[str]]:
    return {name: [need for need in wanted if need in needs] for name, wanted in needs.items()}
