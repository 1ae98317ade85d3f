"""A commit that changes a derived gate or a verdict carries the derived result, exactly."""

from __future__ import annotations

from commitgate.facts import Facts
from commitgate.finding import MALFORMED, WARNING, Finding
from commitgate.judge.review_gate import AreaReview, differences, same_gate
from commitgate.judge.verdicts import read_verdicts
from commitgate.policy.layout import REVIEWS, gate_path
from commitgate.policy.model import Policy


def derived_findings(policy: Policy, facts: Facts, reviews: list[AreaReview]) -> list[Finding]:
    """A commit that changes a derived gate or a verdict carries the derived result; one left alone may only be old."""
    side = facts.side
    gates = side.gates()
    touched = {row.path for row in side.touched_process}
    spoken = _changed_areas(policy, facts)
    found = []
    known = {review.area for review in reviews}
    for stage_id, gate in sorted(gates.items()):
        path = gate_path(side.root, stage_id)
        if gate.number == "06" and gate.suffix not in known and path in touched:
            found.append(
                Finding(
                    "gate/derived-drift",
                    MALFORMED,
                    f"{stage_id} is derived, and there is nothing to derive it from: no change, no verdict",
                    f"git rm --cached {path}",
                    path,
                )
            )
    for review in reviews:
        stage_id = f"stage-06-{review.area}"
        path = gate_path(side.root, stage_id)
        carried = path in touched or review.area in spoken
        if stage_id not in gates:
            if review.area in spoken:
                found.append(
                    Finding(
                        "gate/derived-missing",
                        MALFORMED,
                        f"this commit changes a verdict on {review.area}, and {stage_id} is not there",
                        f"git gate derive && git add {side.root}/gates",
                        path,
                    )
                )
            continue
        gate = gates[stage_id]
        if same_gate(gate.fields, review.gate):
            continue
        keys = differences(gate.fields, review.gate)
        what = ", ".join(
            f"{key} is {_shown(gate.fields.get(key))}, derived is {_shown(review.gate.get(key))}" for key in keys[:3]
        )
        if carried:
            found.append(
                Finding(
                    "gate/derived-drift",
                    MALFORMED,
                    f"{stage_id} is derived from the review files and does not say what they say: {what}",
                    f"git gate derive && git add {side.root}/gates",
                    path,
                    gate.lines.get(keys[0], 0) if keys else 0,
                )
            )
        else:
            found.append(
                Finding(
                    "gate/derived-stale",
                    WARNING,
                    f"{stage_id} is out of date: {', '.join(keys)} would be written differently now",
                    f"git gate derive && git add {side.root}/gates, with the next review",
                    path,
                )
            )
    return found


def _shown(value: object, longest: int = 80) -> str:
    """A JSON value in a few words. Without json: importing it would cost the hook a quarter of its time."""
    text = _json(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _json(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_json(item)}' for key, item in value.items())}}}"
    return str(value)


def _changed_areas(policy: Policy, facts: Facts) -> set[str]:
    """Areas about which this commit changes a verdict, against every parent."""
    side = facts.side
    if not any(side.below(row.path).startswith(REVIEWS) for row in side.touched_process):
        return set()
    now = {entry.key for entry in read_verdicts(policy, side)[0].values()}
    changed: set[str] | None = None
    for parent in facts.parents:
        was = {entry.key for entry in read_verdicts(policy, parent)[0].values()}
        areas = {key[1] for key in now ^ was}
        changed = areas if changed is None else changed & areas
    return {key[1] for key in now} if changed is None else changed
