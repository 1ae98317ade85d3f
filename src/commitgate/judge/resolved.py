"""The order of a track as it is in force: which stages stand in it, what each needs, and what is left out and why."""

from __future__ import annotations

from commitgate.judge.judging import required_stages
from commitgate.policy import graph
from commitgate.policy.model import BY_CHANGE, Checkpoint, LeftOut, Policy, Stage, Track
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Resolved(Record):
    """A track in order. Every need is a stage of ``stages``; a condition that is still open stays in ``when``.

    ``merge`` is the last stage that must be effective before a merge, ``run`` the id of the run whose change was
    asked about ("" without one).
    """

    track: str
    run: str
    profiles: tuple[tuple[str, bool], ...]
    stages: tuple[Stage, ...]
    checkpoints: tuple[Checkpoint, ...]
    left_out: tuple[LeftOut, ...]
    merge: str


def resolved(policy: Policy, track: Track, run: str, by_change: Mapping[str, str]) -> Resolved:
    """The order of a track, and for the change of a run: ``by_change`` says which stages that leaves out, and why."""
    by_name = {stage.name: stage for stage in track.stages}
    kept = [name for name in by_name if name not in by_change]
    needs = graph.resolve({name: stage.needs for name, stage in by_name.items()}, kept)
    if run:  # every condition is settled, so what is needed by way of another stage really is
        stages = [by_name[name]._replace(needs=mine, when=()) for name, mine in graph.plain(needs).items()]
    else:
        stages = [by_name[name]._replace(needs=mine) for name, mine in needs.items()]
    left_out = [LeftOut(name, by_name[name].gate, BY_CHANGE, why) for name, why in by_change.items()]
    required = [name for name in required_stages(policy, track) if name in needs]
    passed = {stage.checkpoint for stage in stages}
    return Resolved(
        track.name,
        run,
        policy.profiles,
        tuple(stages),
        tuple(one for one in policy.checkpoints if one.letter in passed),
        (*left_out, *track.left_out),
        required[-1] if required else "",
    )
