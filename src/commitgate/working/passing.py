"""``pass`` and ``reaffirm``: which gates are meant, and what each of them is to say."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any, NamedTuple

from commitgate.documents.facts import GateFacts
from commitgate.errors import GateError, UserError
from commitgate.finding import BLOCKED
from commitgate.judge.binding import inputs
from commitgate.judge.stages import STALE, instances, role_of
from commitgate.policy.layout import gate_id
from commitgate.policy.model import Stage
from commitgate.working.composing import FOLDED, PASS, Request, compose
from commitgate.working.desk import Desk, find_area, find_stage
from commitgate.working.gate_fields import Tree, fields_of
from commitgate.working.gate_writer import Draft, Written, write_all
from commitgate.working.run_folder import timestamp
from commitgate.working.settings import typed

_LONGEST = 300  # characters of a command that a hint repeats


class Order(NamedTuple):
    """What ``git gate pass`` was told; "" and () where nothing was."""

    stage: str
    area: str
    status: str
    agent: str
    settings: dict[str, Any]
    warnings: tuple[str, ...]
    blockers: tuple[str, ...]


def pass_stage(desk: Desk, order: Order) -> list[Written]:
    """Write the gate of a stage, or one for each of its areas. Missing, Refused or UserError when that cannot be."""
    stage, named = find_stage(desk.track, desk.policy, order.stage)
    _refuse_derived(stage)
    areas = _areas(desk, stage, named or order.area)
    drafts = []
    for area in areas:
        stage_id = gate_id(stage, area)
        request = Request(
            order.status,
            order.agent or role_of(desk.policy, stage, area),
            order.settings,
            order.warnings or None,
            order.blockers,
        )
        fields, asks = compose(desk, stage, stage_id, area, request)
        drafts.append(Draft(stage, stage_id, area, fields, tuple(order.settings), asks))
    return write_all(desk, drafts, _typed(order))


def _typed(order: Order) -> str:
    """The order as the words after ``git gate``, for a hint that can be pasted; "" when it would not fit a line."""
    words = ["pass", order.stage]
    pairs = [("area", order.area), ("status", order.status if order.status != PASS else ""), ("agent", order.agent)]
    pairs += [("warning", text) for text in order.warnings] + [("blocker", text) for text in order.blockers]
    for option, text in pairs:
        words += [f"--{option}", shlex.quote(text)] if text else []
    line = " ".join([*words, *typed(order.settings)])
    return line if len(line) <= _LONGEST and line.isprintable() else ""


def _refuse_derived(stage: Stage) -> None:
    if stage.derived:
        raise UserError(
            f"the gates of {stage.name} are computed from the review files, nobody passes them", "git gate derive"
        )


def _areas(desk: Desk, stage: Stage, wanted: str) -> list[str]:
    """The areas to write a gate for; [""] for a stage with one gate."""
    if wanted and not stage.fan_out:
        raise UserError(f"{stage.name} has one gate for all areas", f"git gate pass {stage.name}")
    present = instances(desk.policy, stage, desk.snapshot, {})
    if not wanted:
        return present
    area = find_area(desk.policy, wanted)
    if area not in present:
        found = ", ".join(name for name in present if name) or "none"
        raise GateError(
            f"nothing changes in the area {area}, so it has no gate", f"areas with a change: {found}", BLOCKED
        )
    return [area]


class Standing(NamedTuple):
    """One gate that is bound anew, what changed since it passed, and what of its inputs is not committed yet."""

    stage_id: str
    changed: tuple[str, ...]
    code: tuple[str, ...]
    documents: tuple[str, ...]


def reaffirm(desk: Desk, names: Iterable[str], settings: dict[str, Any]) -> tuple[list[Standing], list[Written]]:
    """Bind PASS gates to their inputs as they are now, in the order of the track; every other field stays."""
    chosen = _chosen(desk, names)
    fresh: list[Standing] = []
    drafts = []
    unused = set(settings)
    for stage, stage_id, area, found in chosen:
        computed = fields_of(Tree(desk.policy, desk.track, desk.snapshot, desk.history), stage_id, area).computed
        known = {key: value for key, value in settings.items() if key in found.fields or key in computed}
        if len(chosen) == 1:
            known = settings
        unused -= set(known)
        bound = inputs(desk.policy, desk.snapshot, stage, stage_id, area)
        fields = found.fields | computed | known
        fields |= {"timestamp": timestamp(desk.now), "subject": {"inputs": bound.digest}}
        drafts.append(Draft(stage, stage_id, area, fields, tuple(known)))
        box = next((one for one in desk.board.boxes if one.stage_id == stage_id), None)
        changed = box.changed if box is not None and box.state == STALE else ()
        code = tuple(row.path for row in desk.snapshot.touched if row.path in bound.parts)
        documents = tuple(row.path for row in desk.snapshot.touched_process if row.path in bound.parts)
        fresh.append(Standing(stage_id, changed, code, documents))
    if unused:
        names = ", ".join(sorted(unused))
        raise UserError(f"none of these gates has {names}", "reaffirm the gate that is meant by itself")
    return fresh, write_all(desk, drafts, "reaffirm")


def _chosen(desk: Desk, names: Iterable[str]) -> list[tuple[Stage, str, str, GateFacts]]:
    """The PASS gates that are meant, in the order of the track, each once."""
    gates = desk.snapshot.gates()
    found: dict[str, tuple[Stage, str, str, GateFacts]] = {}
    for name in names:
        stage, named = find_stage(desk.track, desk.policy, name)
        if stage.derived:
            raise UserError(
                f"an approval in {stage.name} is renewed by its reviewer", "git gate review <area> --as <reviewer>"
            )
        areas = [named] if named else instances(desk.policy, stage, desk.snapshot, {})
        for area in areas:
            stage_id = gate_id(stage, area)
            gate = gates.get(stage_id)
            if gate is None or gate.status != PASS:
                raise GateError(
                    f"{stage_id} is no PASS that anybody could stand by: it {_state(gate)}",
                    f"git gate pass {stage.name}",
                    BLOCKED,
                )
            if any(gate.fields.get(key) is True for key in FOLDED):
                raise GateError(f"{stage_id} was folded, nobody gave it", "git gate fold", BLOCKED)
            found[stage_id] = (stage, stage_id, area, gate)
    order = [stage.name for stage in desk.track.stages]
    return sorted(found.values(), key=lambda one: order.index(one[0].name))


def _state(gate: GateFacts | None) -> str:
    if gate is None:
        return "is missing"
    return f"is {gate.status}" if gate.status else "cannot be accepted as written"
