"""The order of a track for people, for programs (``gates/graph.schema.json``) and as a diagram."""

from __future__ import annotations

from commitgate.policy.condition import described
from commitgate.policy.model import Checkpoint, Stage
from commitgate.report.mermaid import LEFT, PLAIN, label, styles
from commitgate.report.text import Colours, neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.judge.resolved import Resolved

_NONE = "–"


def graph_data(found: Resolved) -> dict[str, Any]:
    """What ``git gate graph --json`` prints."""
    return {
        "schema": 1,
        "track": found.track,
        "run": found.run or None,
        "profiles": [{"name": name, "chosen": chosen} for name, chosen in found.profiles],
        "stages": [
            {
                "stage": stage.name,
                "title": stage.title,
                "gate": stage.gate,
                "per_area": bool(stage.fan_out),
                "derived": stage.derived,
                "role": stage.role,
                "needs": list(stage.needs),
                "checkpoint": stage.checkpoint or None,
                "condition": described(stage.when) if stage.when else None,
                "writes": list(stage.writes),
                "bound": list(stage.bound),
                "gate_schema": stage.schema or None,
            }
            for stage in found.stages
        ],
        "checkpoints": [
            {"checkpoint": one.letter, "after": one.after, "auto_pass_when": one.auto_pass_when or None}
            for one in found.checkpoints
        ],
        "skipped": [{"stage": one.stage, "gate": one.gate, "by": one.by, "why": one.why} for one in found.left_out],
        "merge_requires": found.merge or None,
    }


def graph_text(found: Resolved, colour: Colours) -> str:
    """The order from top to bottom, the checkpoints between the stages, then what is left out and why."""
    rows = [tuple(_by_area(cell, "<area>") for cell in _cells(stage)) for stage in found.stages]
    head = ("stage", "gate", "role", "needs")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    checkpoints = {one.letter: one for one in found.checkpoints}
    lines = [colour.bold(_title(found)), "", f"     {_row(head, widths)}".rstrip()]
    for number, (stage, row) in enumerate(zip(found.stages, rows, strict=True), 1):
        notes = _notes(stage)
        said = neutral(f"{number:>3}  {_row(row, widths)}")
        lines.append(f"{said}  {colour.dim(neutral('; '.join(notes)))}" if notes else said.rstrip())
        if stage.checkpoint in checkpoints:
            lines.append(colour.dim(f"     ◇ {_decides(checkpoints[stage.checkpoint])}"))
        if stage.name == found.merge:
            lines.append(colour.dim("     ── a merge needs everything down to here"))
    if found.left_out:
        lines += ["", "Left out:"]
        lines += [neutral(f"     {one.stage} ({one.gate}): {one.why}") for one in found.left_out]
    return "\n".join(lines) + "\n"


def graph_mermaid(found: Resolved) -> str:
    """The same as a flowchart; an arrow leads from what is needed to what needs it."""
    lines = ["flowchart LR"]
    exits: dict[str, str] = {}
    edges = []
    for number, stage in enumerate(found.stages):
        node = exits[stage.name] = f"s{number}"
        notes = "".join(f"<br>{label(note)}" for note in _notes(stage))
        lines.append(f'  {node}["{label(stage.name)}<br>{label(_by_area(_gate(stage), "(area)"))}{notes}"]:::{PLAIN}')
        edges += [f"  {exits[need]} --> {node}" for need in stage.needs]
        if any(one.letter == stage.checkpoint for one in found.checkpoints):
            exits[stage.name] = f"c{number}"
            lines.append(f'  c{number}{{{{"checkpoint {label(stage.checkpoint)}"}}}}:::{PLAIN}')
            edges.append(f"  {node} --> c{number}")
    for number, one in enumerate(found.left_out):
        lines.append(f'  x{number}["{label(one.stage)}<br>left out: {label(one.why)}"]:::{LEFT}')
    return "\n".join([*lines, *edges, *(f"  {style}" for style in styles(PLAIN, LEFT))]) + "\n"


def _title(found: Resolved) -> str:
    chosen = [name for name, is_chosen in found.profiles if is_chosen]
    profiles = f", profiles {', '.join(chosen) or _NONE}" if found.profiles else ""
    about = f", for the change of the run {found.run}" if found.run else ""
    return neutral(f"Track {found.track}{profiles}{about}")


def _cells(stage: Stage) -> tuple[str, str, str, str]:
    return stage.name, _gate(stage), stage.role, ", ".join(stage.needs) or _NONE


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))


def _gate(stage: Stage) -> str:
    return f"{stage.gate}-{{area}}" if stage.fan_out else stage.gate


def _by_area(text: str, area: str) -> str:
    return text.replace("{area}", area)


def _notes(stage: Stage) -> list[str]:
    notes = ["computed"] if stage.derived else []
    if stage.when:
        notes.append(f"only when {described(stage.when)}")
    if stage.schema:
        notes.append(f"held to {stage.schema}")
    return notes


def _decides(one: Checkpoint) -> str:
    how = f"passes by itself when {one.auto_pass_when} holds" if one.auto_pass_when else "a person decides"
    return f"checkpoint {one.letter}: {how}"
