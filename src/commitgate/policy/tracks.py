"""Stages, checkpoints and tracks: from the data of the two sources to the order that is in force on each track."""

from __future__ import annotations

from typing import Any

from commitgate.policy import graph
from commitgate.policy.model import TRACKS, Checkpoint, Stage, Track, Trigger
from commitgate.policy.sources import Path, Sources, laid_over

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


def stages(sources: Sources, checkpoints: tuple[Checkpoint, ...]) -> dict[str, Stage]:
    """Every stage by name, with the needs of the whole graph. {} when the graph is not one."""
    shipped: dict[str, Any] = sources.shipped["stages"]
    own: dict[str, Any] = sources.own.get("stages") or {}
    written = {**shipped, **{name: laid_over(shipped.get(name, {}), change) for name, change in own.items()}}
    after = {checkpoint.after: checkpoint.letter for checkpoint in checkpoints}
    made = {name: _stage(name, fields, after.get(name, "")) for name, fields in written.items()}
    wrong = len(sources.findings)
    gates: dict[str, str] = {}
    for name, stage in made.items():
        path: Path = ("stages", name)
        if not stage.gate or not stage.role:
            missing = "gate" if not stage.gate else "role"
            sources.refuse("schema", path, f"stages.{name}: '{missing}' is missing", "a new stage needs gate and role")
        elif gates.setdefault(stage.gate, name) != name:
            message = f"stages.{name}: the gate {stage.gate} belongs to {gates[stage.gate]}"
            sources.refuse("schema", (*path, "gate"), message, "give each stage a gate of its own")
        for position, need in enumerate(stage.needs):
            sources.known((*path, "needs", position), need, made, "stage")
    found = graph.cycle(made)
    if found:
        blamed = next((name for name in found if name in own), found[0])
        message = f"the stages need each other in a circle: {' needs '.join(found)}"
        sources.refuse("cycle", ("stages", blamed, "needs"), message, "take one of these needs away")
    return made if len(sources.findings) == wrong else {}


def _stage(name: str, fields: dict[str, Any], checkpoint: str) -> Stage:
    return Stage(
        name=name,
        gate=fields.get("gate", ""),
        title=fields.get("title", name.replace("-", " ").capitalize()),
        role=fields.get("role", ""),
        fan_out=fields.get("fan_out") or "",
        derived=bool(fields.get("derived", False)),
        when=fields.get("when") or "",
        needs=tuple(fields.get("needs") or ()),
        checkpoint=checkpoint,
        writes=tuple(fields.get("writes") or ()),
        owns_areas=fields.get("owns_areas") or "",
        bound=tuple(fields.get("bound") or ()),
        foldable=bool(fields.get("foldable", False)),
    )


def tracks(sources: Sources, stages: dict[str, Stage], triggers: tuple[Trigger, ...]) -> dict[str, Track]:
    """Every track, resolved. ``stages`` is a sound graph (see :func:`stages`)."""
    shipped: dict[str, Any] = sources.shipped["tracks"]
    own: dict[str, Any] = sources.own.get("tracks") or {}
    stoplist = tuple(trigger.id for trigger in triggers if trigger.stoplist)
    made: dict[str, Track] = {}
    for name in TRACKS:
        fields = laid_over(shipped[name], own.get(name))
        chosen: list[str] = list(stages) if fields["stages"] == _ALL else fields["stages"]
        known = [
            stage
            for position, stage in enumerate(chosen)
            if sources.known(("tracks", name, "stages", position), stage, stages, "stage")
        ]
        resolved = graph.resolve(stages, known)
        on_track = {stage.name for stage in resolved}
        made[name] = Track(
            name=name,
            stages=resolved,
            forbidden=tuple(stage.gate for stage in stages.values() if stage.name not in on_track),
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
        )
    return made


def brief_sections(sources: Sources) -> dict[str, tuple[str, ...]]:
    """Track -> casefolded headings that its brief must hold."""
    shipped: dict[str, Any] = sources.shipped["brief"]["sections"]
    own: dict[str, Any] = (sources.own.get("brief") or {}).get("sections") or {}
    for name in own:
        sources.known(("brief", "sections", name), name, TRACKS, "track")
    written = {**shipped, **own}
    return {name: tuple(heading.casefold() for heading in written.get(name) or ()) for name in TRACKS}
