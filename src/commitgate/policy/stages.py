"""The stages of the policy in force: shipped ones with the repository's laid over them, checked as one graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from commitgate.policy import graph
from commitgate.policy.compile import CONTROL_PLANE
from commitgate.policy.condition import EVERY_TRIGGER
from commitgate.policy.layout import ARCHIVE, GATES, OF_THE_RUN, SECURITY_GATE, WAIVERS
from commitgate.policy.model import Area, Checkpoint, Stage, Trigger
from commitgate.policy.sources import Path, Sources, laid_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.policy.condition import Condition

_ANY_TRIGGER = "triggered"  # short for {triggered: "*"}


class Names:
    """What a condition may speak of."""

    def __init__(self, areas: tuple[Area, ...], triggers: tuple[Trigger, ...], profiles: dict[str, bool]) -> None:
        self.areas = tuple(area.name for area in areas)
        self.triggers = tuple(trigger.id for trigger in triggers)
        self.profiles = tuple(profiles)


def profiles(sources: Sources, chosen: Collection[str] | None) -> dict[str, bool]:
    """Every profile of the repository, and whether it is chosen. A plain list chooses each of its names.

    ``chosen``, where it is given, chooses instead of the policy.
    """
    own = sources.own.get("profiles") or {}
    written = dict.fromkeys(own, True) if isinstance(own, list) else dict(own)
    return written if chosen is None else {name: name in chosen for name in written}


def stages(sources: Sources, checkpoints: tuple[Checkpoint, ...], names: Names) -> dict[str, Stage]:
    """Every stage by name, with the needs of the whole graph. {} when the graph is not one.

    ``when`` holds the whole condition here, profiles included.
    """
    shipped: dict[str, Any] = sources.shipped["stages"]
    own: dict[str, Any] = sources.own.get("stages") or {}
    written = {name: laid_over(shipped.get(name, {}), own.get(name)) for name in _in_place(shipped, own)}
    after = {checkpoint.after: checkpoint.letter for checkpoint in checkpoints}
    wrong = len(sources.findings)
    made = {
        name: _stage(name, fields, after.get(name, ""), _condition(sources, name, fields, names))
        for name, fields in written.items()
    }
    _check_gates(sources, made)
    _check_writes(sources)
    for name, stage in made.items():
        for position, need in enumerate(stage.needs):
            path: Path = ("stages", name, "needs", position)
            if sources.known(path, need, made, "stage") and need in stage.needs[:position]:
                sources.refuse("schema", path, f"stages.{name}.needs: '{need}' stands there twice", "keep it once")
    found = graph.cycle({name: stage.needs for name, stage in made.items()})
    if found:
        blamed = next((name for name in found if name in own), found[0])
        message = f"the stages need each other in a circle: {' needs '.join(found)}"
        sources.refuse("cycle", ("stages", blamed, "needs"), message, "take one of these needs away")
    return made if len(sources.findings) == wrong else {}


def _in_place(shipped: dict[str, Any], own: dict[str, Any]) -> list[str]:
    """Every name in the order of the files, each new stage behind the last one that it needs.

    Between stages that do not need each other this is the order in force; so a merge, which asks for everything up to
    one stage, asks for a new one before it too, whether or not another stage needs that.
    """
    names = list(shipped)
    for name in own:
        if name in shipped:
            continue
        needs = own[name].get("needs") or ()
        at = 1 + max((names.index(need) for need in needs if need in names), default=0)
        while at < len(names) and names[at] not in shipped:
            at += 1
        names.insert(at, name)
    return names


def _stage(name: str, fields: dict[str, Any], checkpoint: str, when: Condition) -> Stage:
    return Stage(
        name=name,
        gate=fields.get("gate", ""),
        title=fields.get("title", name.replace("-", " ").capitalize()),
        role=fields.get("role", ""),
        fan_out=fields.get("fan_out") or "",
        derived=bool(fields.get("derived", False)),
        when=when,
        needs=tuple(fields.get("needs") or ()),
        checkpoint=checkpoint,
        writes=tuple(fields.get("writes") or ()),
        owns_areas=fields.get("owns_areas") or "",
        bound=tuple(fields.get("bound") or ()),
        foldable=bool(fields.get("foldable", False)),
        every_track=bool(fields.get("every_track", False)),
        schema=fields.get("schema") or "",
    )


def _check_gates(sources: Sources, made: dict[str, Stage]) -> None:
    """Each stage has a gate and a role, and every gate id is that of one stage only."""
    gates: dict[str, str] = {}
    own = sources.own.get("stages") or {}
    for name in sorted(made, key=lambda one: one in own):  # a shipped stage has the older right to its gate
        stage = made[name]
        path: Path = ("stages", name)
        if not stage.gate or not stage.role:
            missing = "gate" if not stage.gate else "role"
            sources.refuse("schema", path, f"stages.{name}: '{missing}' is missing", "a new stage needs gate and role")
        elif gates.setdefault(stage.gate, name) != name:
            message = f"stages.{name}: the gate {stage.gate} belongs to {gates[stage.gate]}"
            sources.refuse("schema", (*path, "gate"), message, "give each stage a gate of its own")
    for name, stage in made.items():
        for other, one in made.items():
            if stage.fan_out and stage.gate and one.gate.startswith(f"{stage.gate}-"):
                area = one.gate[len(stage.gate) + 1 :]
                blamed = other if other in own else name
                message = f"stages.{other}: the gate {one.gate} reads as that of the area '{area}' in {name}"
                hint = "give it a number of its own, such as stage-10"
                sources.refuse("schema", ("stages", blamed, "gate"), message, hint)
    security = made["security-review"]
    if security.gate != SECURITY_GATE:
        message = f"stages.security-review: its gate is {SECURITY_GATE}, found {security.gate}"
        sources.refuse("schema", ("stages", "security-review", "gate"), message, "remove the line")


def _check_writes(sources: Sources) -> None:
    """No stage owns what tells of the whole run, its gates, its archive or the waivers: they have their own rules."""
    for name, fields in (sources.own.get("stages") or {}).items():
        for position, pattern in enumerate((fields or {}).get("writes") or ()):
            path = pattern.casefold().removeprefix("./")
            if path in OF_THE_RUN or path.startswith((GATES, ARCHIVE, WAIVERS)):
                message = f"stages.{name}.writes: {pattern} belongs to no stage"
                hint = "name a document of its own, such as notes.md"
                sources.refuse("schema", ("stages", name, "writes", position), message, hint)


def _condition(sources: Sources, name: str, fields: dict[str, Any], names: Names) -> Condition:
    """``when`` and not ``skip_when``, as one condition; () for a stage without either."""
    parts: list[Condition] = []
    for key in ("when", "skip_when"):
        given = fields.get(key) or None
        if given is None:
            continue
        given = {"triggered": EVERY_TRIGGER} if given == _ANY_TRIGGER else given
        part = _compiled(sources, ("stages", name, key), given, names)
        parts.append(part if key == "when" else ("not", part))
    if name == "security-review" and not _reviews_the_control_plane(fields, parts):
        message = f"stages.security-review: it must be part of the order whenever {CONTROL_PLANE} fires"
        hint = f'write when: {{triggered: "*"}}, or any: with {CONTROL_PLANE} among it; no skip_when'
        sources.refuse("schema", ("stages", name, "skip_when" if fields.get("skip_when") else "when"), message, hint)
    return parts[0] if len(parts) == 1 else ("all", *parts) if parts else ()


def _reviews_the_control_plane(fields: dict[str, Any], parts: list[Condition]) -> bool:
    """Whether a change of the rules themselves always asks for the security review, on every track."""
    if not fields.get("every_track") or fields.get("skip_when"):
        return False
    choices = parts[0][1:] if parts and parts[0][0] == "any" else parts
    return not parts or any(one[0] == "triggered" and CONTROL_PLANE in one[2] for one in choices)


def _compiled(sources: Sources, path: Path, given: dict[str, Any], names: Names) -> Condition:
    """One condition as it is written (its form is checked already); names that nobody knows are refused."""
    ((kind, value),) = given.items()
    path = (*path, kind)
    if kind == "not":
        return (kind, _compiled(sources, path, value, names))
    if kind in ("all", "any"):
        return (kind, *(_compiled(sources, (*path, number), one, names) for number, one in enumerate(value)))
    if kind == "triggered":
        return (kind, value, tuple(_triggers(sources, path, value, names)))
    what, known = ("area", names.areas) if kind == "area_changed" else ("profile", names.profiles)
    sources.known(path, value, known, what)
    return (kind, value)


def _triggers(sources: Sources, path: Path, written: str, names: Names) -> Iterator[str]:
    """The ids that a trigger or a pattern with ``*`` means."""
    if "*" not in written:
        if sources.known(path, written, names.triggers, "trigger"):
            yield written
        return
    found = [one for one in names.triggers if fnmatchcase(one, written)]
    if not found:
        sources.known(path, written, names.triggers, "trigger like")
    yield from found
