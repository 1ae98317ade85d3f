"""What a person reads at a checkpoint before deciding: what was written, what is worth a look, how to go on."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.judge.advice import Advice
from commitgate.judge.carried import carried_warnings
from commitgate.judge.checkpoints import automatic_pass_obstacle
from commitgate.judge.notes import notes
from commitgate.judge.places import open_questions
from commitgate.judge.verdict import Verdict
from commitgate.policy.layout import area_names, gate_path, matches
from commitgate.policy.model import Policy, Stage
from commitgate.report.plain import question_data
from commitgate.report.text import neutral

_RULE = "=" * 64


def checkpoint_data(policy: Policy, verdict: Verdict, advice: Advice) -> dict[str, object]:
    """The checkpoint as data: its letter, the stage before it, its documents, notes and warnings."""
    stage = _stage(policy, verdict, advice.checkpoint)
    snapshot = verdict.snapshot
    boxes = verdict.board.boxes if verdict.board is not None else ()
    condition = next(one.auto_pass_when for one in policy.checkpoints if one.letter == advice.checkpoint)
    told = [
        note
        for box in boxes
        if box.stage == stage.name
        for note in notes(snapshot, verdict.history, verdict.reviews, box)
    ]
    written = _documents(policy, snapshot, stage)
    gates = [gate_path(snapshot.root, box.stage_id) for box in boxes if box.stage == stage.name]
    return {
        "letter": advice.checkpoint,
        "after": stage.name,
        "title": stage.title,
        "written": [*written, *gates],
        "notes": told,
        "warnings": [{"stage": name, "text": text} for name, text in carried_warnings(snapshot)],
        "questions": question_data(open_questions(verdict)),
        "auto_pass_when": condition or None,
        "waits_because": automatic_pass_obstacle(policy, snapshot, advice.checkpoint, condition) if condition else "",
    }


def banner(policy: Policy, verdict: Verdict, advice: Advice) -> str:
    """The checkpoint as text between two rules."""
    stage = _stage(policy, verdict, advice.checkpoint)
    data = checkpoint_data(policy, verdict, advice)
    written, told = data["written"], data["notes"]
    assert isinstance(written, list)
    assert isinstance(told, list)
    said = f" ({', '.join(told)})" if told else ""
    lines = [_RULE, f"  Checkpoint {advice.checkpoint.upper()} — {stage.title} complete", ""]
    lines.append(neutral(f"{stage.role} has written {', '.join(written)}{said}."))
    warnings = carried_warnings(verdict.snapshot)
    lines += ["", "Warnings:" if warnings else "No warnings."]
    lines += [f"  {name}: {neutral(text)}" for name, text in warnings]
    asked = data["questions"]
    assert isinstance(asked, list)
    lines += ["", "Open questions:"] if asked else []
    lines += [f"  {one['number']}. {neutral(one['text'])} ({neutral(one['to'])})" for one in asked]
    looked_at = ", ".join(_documents(policy, verdict.snapshot, stage)) or written[0]
    lines += [
        "",
        neutral(f"Look at {looked_at}, and change what you would have otherwise, before {advice.stage} begins."),
    ]
    if data["waits_because"]:
        lines += ["", neutral(f"It waits for a person: {data['waits_because']}.")]
    if advice.commit:
        lines += ["", f"Not committed yet: {neutral(advice.commit)}"]
    lines += ["", f"Then: {advice.command}", _RULE]
    return "\n".join(lines) + "\n"


def _documents(policy: Policy, snapshot: Snapshot, stage: Stage) -> list[str]:
    """The documents of a stage that are there, in the order in which the stage names them."""
    names = area_names(policy)
    found = [
        path for one in stage.writes for path in sorted(snapshot.entries) if matches(one, snapshot.below(path), names)
    ]
    return list(dict.fromkeys(found))


def _stage(policy: Policy, verdict: Verdict, letter: str) -> Stage:
    after = next(one.after for one in policy.checkpoints if one.letter == letter)
    return next(one for one in policy.tracks[verdict.track].stages if one.name == after)
