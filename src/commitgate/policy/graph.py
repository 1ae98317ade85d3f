"""The order of the stages: checked as a graph, and cut down to one track."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping

from commitgate.policy.model import Stage


def cycle(stages: Mapping[str, Stage]) -> tuple[str, ...]:
    """A cycle in the needs, first name repeated at the end ("a", "b", "a"); () when there is none.

    Needs that name no stage are left to the caller.
    """
    try:
        graphlib.TopologicalSorter(_edges(stages)).prepare()
    except graphlib.CycleError as error:
        # graphlib lists each name before the one that needs it; people read "a needs b", so turn it round.
        return tuple(reversed(error.args[1]))
    return ()


def ordered(stages: Mapping[str, Stage]) -> tuple[str, ...]:
    """Names in an order that respects the needs; between equals, the order in which they were written.

    Raises graphlib.CycleError when there is no such order.
    """
    rank = {name: position for position, name in enumerate(stages)}
    sorter = graphlib.TopologicalSorter(_edges(stages))
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


def resolve(stages: Mapping[str, Stage], on_track: Iterable[str]) -> tuple[Stage, ...]:
    """The stages of a track in order, each needing only stages of the track.

    Conditional stages are on every track, so that no choice of track avoids them. A stage that is left out hands
    its needs on to its successors, and so on: on a track without peer review and pre-review, qa needs build and
    the security review, which peer review needed.
    """
    chosen = {*on_track, *(name for name, stage in stages.items() if stage.when)}
    reach: dict[str, tuple[str, ...]] = {}  # stage -> what a successor needs on this track instead of it
    resolved: list[Stage] = []
    for name in ordered(stages):
        needs = tuple(dict.fromkeys(needed for need in stages[name].needs if need in stages for needed in reach[need]))
        reach[name] = (name,) if name in chosen else needs
        if name in chosen:
            resolved.append(stages[name]._replace(needs=needs))
    return tuple(resolved)


def _edges(stages: Mapping[str, Stage]) -> dict[str, list[str]]:
    return {name: [need for need in stage.needs if need in stages] for name, stage in stages.items()}
