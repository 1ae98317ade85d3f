"""When a stage is part of the order: a condition over profiles and over what the change does, as plain tuples.

A condition is one of ``("profile", name)``, ``("triggered", as written, (trigger ids))``, ``("area_changed", area)``,
``("all", …)``, ``("any", …)`` and ``("not", one)``. Profiles are settled when the policy is compiled; the rest is
asked of the whole delta base→side, so that no order of commits leads past it and every door says the same.
"""

from __future__ import annotations

from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    Condition = tuple[Any, ...]

EVERY_TRIGGER = "*"


class World(Record):
    """What conditions are asked about. ``triggers`` and ``areas`` are None where the change is not known."""

    profiles: Collection[str]
    triggers: Collection[str] | None = None  # ids of those that fire
    areas: Collection[str] | None = None  # names of those that change


def holds(condition: Condition, world: World) -> bool | None:
    """Whether the condition holds; None when that depends on a change that is not known."""
    kind = condition[0]
    if kind == "not":
        answer = holds(condition[1], world)
        return None if answer is None else not answer
    if kind == "all" or kind == "any":
        decisive: bool = kind == "any"  # one such part settles it
        answers: list[bool | None] = [holds(one, world) for one in condition[1:]]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    if kind == "profile":
        return bool(condition[1] in world.profiles)
    if kind == "triggered":
        return None if world.triggers is None else any(one in world.triggers for one in condition[2])
    return None if world.areas is None else bool(condition[1] in world.areas)


def grows(condition: Condition) -> bool:
    """Whether a condition that holds goes on to hold when more triggers fire."""
    kind = condition[0]
    if kind == "not":
        return not _asks_triggers(condition[1])
    return all(grows(one) for one in condition[1:]) if kind in ("all", "any") else True


def _asks_triggers(condition: Condition) -> bool:
    kind = condition[0]
    return kind == "triggered" or (kind in ("all", "any", "not") and any(_asks_triggers(one) for one in condition[1:]))


def settled(condition: Condition, world: World) -> Condition:
    """The condition without the parts that are settled already; it is not settled itself."""
    kind = condition[0]
    if kind == "not":
        return ("not", settled(condition[1], world))
    if kind == "all" or kind == "any":
        parts = [settled(one, world) for one in condition[1:] if holds(one, world) is None]
        return parts[0] if len(parts) == 1 else (kind, *parts)
    return condition


def because(condition: Condition, world: World) -> str:
    """Why the condition holds, or why it does not, in words; it must be known which."""
    kind, answer = condition[0], holds(condition, world)
    if kind == "not":
        return because(condition[1], world)
    if kind == "all" or kind == "any":
        parts = [because(one, world) for one in condition[1:] if holds(one, world) is answer]
        alone = (kind == "any") is answer  # one such part settles it
        return " and ".join(parts[:1] if alone else dict.fromkeys(parts))
    name = condition[1]
    if kind == "profile":
        return f"the profile {name} is {'' if answer else 'not '}chosen"
    if kind == "area_changed":
        return f"the area {name} changes" if answer else f"nothing changes in the area {name}"
    if answer:
        fired = [one for one in condition[2] if one in (world.triggers or ())]
        return f"{fired[0]} fires"
    if name == EVERY_TRIGGER:
        return "no trigger fires"
    return f"no trigger {name} fires" if "*" in name else f"{name} does not fire"


def described(condition: Condition) -> str:
    """The condition itself in words: "the area web changes and not (path:auth fires)"."""
    kind = condition[0]
    if kind == "not":
        return f"not ({described(condition[1])})"
    if kind == "all" or kind == "any":
        parts = [f"({described(one)})" if one[0] in ("all", "any") else described(one) for one in condition[1:]]
        return (" and " if kind == "all" else " or ").join(parts)
    name = condition[1]
    if kind == "profile":
        return f"the profile {name} is chosen"
    if kind == "area_changed":
        return f"the area {name} changes"
    if name == EVERY_TRIGGER:
        return "a security trigger fires"
    return f"a trigger {name} fires" if "*" in name else f"{name} fires"
