"""Checkpoints and tracks: from the data of the two sources to the order that is in force on each track."""

from __future__ import annotations

from commitgate.policy import graph
from commitgate.policy.condition import World, because, holds, settled
from commitgate.policy.model import BY_PROFILE, BY_TRACK, TRACKS, Checkpoint, LeftOut, Stage, Track, Trigger
from commitgate.policy.sources import Path, Sources, laid_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ALL = "all"
_STOPLIST = "stoplist"


def checkpoints(sources: Sources) -> tuple[Checkpoint, ...]:
    """The checkpoints in force; () when the repository switches them off."""
    own = sources.own.get("checkpoints")
    if own is False or own == "off":
        return ()
    shipped: dict[str, Any] = sources.shipped["checkpoints"]
    changes: dict[str, Any] = own or {}
    for letter, change in changes.items():
        path: Path = ("checkpoints", letter)
        condition = (change or {}).get("auto_pass_when")
        if not sources.known(path, letter, shipped, "checkpoint") or condition is None:
            continue
        allowed: list[str] = shipped[letter]["conditions"]
        if condition not in allowed:
            message = f"checkpoints.{letter}: '{condition}' can never hold there, expected {' or '.join(allowed)}"
            sources.refuse("schema", (*path, "auto_pass_when"), message, "use null to wait for a person")
    return tuple(
        Checkpoint(letter, fields["after"], (changes.get(letter) or {}).get("auto_pass_when") or "")
        for letter, fields in shipped.items()
    )


def tracks(
    sources: Sources, stages: dict[str, Stage], triggers: tuple[Trigger, ...], profiles: dict[str, bool]
) -> dict[str, Track]:
    """Every track, resolved. ``stages`` is a sound graph (see :func:`commitgate.policy.stages.stages`)."""
    shipped: dict[str, Any] = sources.shipped["tracks"]
    own: dict[str, Any] = sources.own.get("tracks") or {}
    stoplist = tuple(trigger.id for trigger in triggers if trigger.stoplist)
    world = World(tuple(name for name, chosen in profiles.items() if chosen))
    made: dict[str, Track] = {}
    for name in TRACKS:
        fields = laid_over(shipped[name], own.get(name))
        chosen: list[str] = list(stages) if fields["stages"] == _ALL else fields["stages"]
        for position, stage in enumerate(chosen):
            path: Path = ("tracks", name, "stages", position)
            if sources.known(path, stage, stages, "stage") and stage in chosen[:position]:
                sources.refuse("schema", path, f"tracks.{name}.stages: '{stage}' stands there twice", "keep it once")
        left_out = {stage.name: why for stage in stages.values() if (why := _left_out(stage, name, chosen, world))}
        if all(stage.name in left_out for stage in stages.values() if not stage.every_track):
            _refuse_empty(sources, name, [one.why for one in left_out.values()])
        kept = [stage for stage in stages if stage not in left_out]
        resolved = graph.resolve({name: stage.needs for name, stage in stages.items()}, kept)
        made[name] = Track(
            name=name,
            stages=tuple(_placed(stages[stage], needs, world) for stage, needs in resolved.items()),
            review_shape=fields.get("review_shape") or "",
            review_areas=tuple(fields.get("review_areas") or ()),
            deps_area=bool(fields.get("deps_area", False)),
            too_light_for=stoplist if fields.get("too_light_for") == _STOPLIST else (),
            required_fields=tuple(
                (gate, field, value)
                for gate, wanted in (fields.get("required_fields") or {}).items()
                for field, value in wanted.items()
            ),
            fold=fields.get("fold") or "",
            left_out=tuple(left_out.values()),
        )
    return made


def _left_out(stage: Stage, track: str, chosen: list[str], world: World) -> LeftOut | None:
    """Why a stage is not on a track, whatever the change will be; None when it is, or may be."""
    if stage.name not in chosen and not stage.every_track:
        return LeftOut(stage.name, stage.gate, BY_TRACK, f"the track {track} leaves it out")
    if stage.when and holds(stage.when, world) is False:
        return LeftOut(stage.name, stage.gate, BY_PROFILE, because(stage.when, world))
    return None


def _placed(stage: Stage, needs: tuple[str, ...], world: World) -> Stage:
    """The stage as it stands on a track: profiles are settled, and what depends on the change stays."""
    open_question = stage.when and holds(stage.when, world) is None
    return stage._replace(needs=needs, when=settled(stage.when, world) if open_question else ())


def _refuse_empty(sources: Sources, name: str, reasons: list[str]) -> None:
    message = f"the track {name} leaves out every stage: {'; '.join(dict.fromkeys(reasons))}"
    hint = "name at least one stage that is always part of it, or may be"
    key: Path = ("tracks", name, "stages") if name in (sources.own.get("tracks") or {}) else ("profiles",)
    sources.refuse("empty-track", key, message, hint)


def brief_sections(sources: Sources) -> dict[str, tuple[str, ...]]:
    """Track -> casefolded headings that its brief must hold."""
    shipped: dict[str, Any] = sources.shipped["brief"]["sections"]
    own: dict[str, Any] = (sources.own.get("brief") or {}).get("sections") or {}
    for name in own:
        sources.known(("brief", "sections", name), name, TRACKS, "track")
    written = {**shipped, **own}
    return {name: tuple(heading.casefold() for heading in written.get(name) or ()) for name in TRACKS}
