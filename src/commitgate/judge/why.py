"""Why something is as it is: every answer as reasons, each with its rule, the fact, who can mend it and how."""

from __future__ import annotations

from commitgate.judge.advice import Advice, advise
from commitgate.judge.binding import fired
from commitgate.judge.stages import ESCALATED, FAIL, MISSING, OPEN, PASSED, SKIPPED, STALE, WAITING, Box
from commitgate.judge.verdict import Verdict
from commitgate.policy.layout import SECURITY_GATE, gate_path, is_process, owners
from commitgate.policy.model import PathClass, Policy, Stage, Track
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.finding import Finding
    from commitgate.policy.places import Places

_RULES = {
    FAIL: "gate/failed",
    ESCALATED: "escalation/open",
    STALE: "gate/stale",
    OPEN: "ready/stage",
    MISSING: "order/predecessor",
    WAITING: "order/predecessor",
}


class Reason(Record):
    """One fact. ``rule`` is "" for a fact that is in order; ``place`` says where the policy decides it."""

    rule: str
    fact: str
    who: str = ""
    command: str = ""
    place: str = ""


class Because(Record):
    """The answer: ``subject`` as asked for, one sentence, and its reasons."""

    subject: str
    answer: str
    reasons: tuple[Reason, ...]


def of_stage(policy: Policy, verdict: Verdict, stage: Stage, boxes: list[Box], places: Places) -> Because:
    """Why a stage, or some of its gates, is in its state."""
    place = places.stage(stage.name)
    advice = advise(policy, verdict)
    reasons = []
    for box in boxes:
        reasons += _box_reasons(policy, verdict, stage, box, advice, place)
    if stage.gate == SECURITY_GATE:
        reasons += trigger_reasons(policy, verdict, "" if boxes[0].state == PASSED else _usual(stage, boxes[0]))
    subject = boxes[0].stage_id if len(boxes) == 1 else stage.name
    states = ", ".join(f"{box.stage_id} is {box.state}" for box in boxes)
    return Because(subject, states, tuple(reasons))


def _box_reasons(policy: Policy, verdict: Verdict, stage: Stage, box: Box, advice: Advice, place: str) -> list[Reason]:
    board = verdict.board
    assert board is not None
    if box.state == PASSED:
        return [Reason("", f"{box.stage_id} is PASS, fresh, and everything before it is effective", place=place)]
    if box.state == SKIPPED:
        return [Reason("", box.why or "nothing has to be done for it", place=place)]
    rule = _RULES[box.state]
    if box.state in (MISSING, WAITING):
        fact = f"{box.stage} is not open yet: {'; '.join(board.lacking[box.stage])}"
        return [Reason(rule, fact, advice.role, advice.command, place)]
    mine = advice if advice.gate == box.stage_id else None
    who = mine.role if mine is not None else box.role
    command = mine.command if mine is not None else _usual(stage, box)
    if command == f"git gate why {box.stage_id}":  # which is what was asked just now
        command = f"change what it names, and commit that; then, as {box.role}: {_usual(stage, box)}"
    facts = [box.why or "its turn has come", *box.changed]
    findings = [
        one for one in verdict.lawful if one.path == gate_path(verdict.snapshot.root, box.stage_id) and one.level
    ]
    found = [Reason(rule, facts[0], who, command, place), *(Reason(rule, f"changed: {fact}") for fact in facts[1:])]
    found += [_of_finding(one, who) for one in findings]
    found += _asked_for(verdict, stage, box)
    if not board.open[box.stage]:
        fact = f"{box.stage} is not open, too: {'; '.join(board.lacking[box.stage])}"
        found.append(Reason("order/predecessor", fact, advice.role, advice.command))
    return found


def _asked_for(verdict: Verdict, stage: Stage, box: Box) -> list[Reason]:
    """What a veto of the security role names."""
    gate = verdict.snapshot.gates().get(box.stage_id)
    if stage.gate != SECURITY_GATE or box.state != FAIL or gate is None or gate.fields.get("veto") is not True:
        return []
    return [Reason("security/veto", f"it asks for: {one}") for one in gate.blockers]


def _usual(stage: Stage, box: Box) -> str:
    if stage.derived:
        return f"git gate why approval {box.area}"
    if box.state == ESCALATED:
        return f'git gate resolve {box.stage_id} "<decision>"'
    if box.state == STALE:
        return f"git gate reaffirm {box.stage_id}"
    return f"git gate pass {box.stage}" + (f" --area {box.area}" if box.area else "")


def trigger_reasons(policy: Policy, verdict: Verdict, command: str) -> list[Reason]:
    """The security triggers that fire in the change, with the places of their rules; ``command`` answers them."""
    places = {trigger.id: trigger.place for trigger in policy.triggers}
    whys = {trigger.id: trigger.why for trigger in policy.triggers}
    return [
        Reason(
            "security/required",
            f"{name} fires on {path} ({matched}): {whys[name]}",
            "security" if command else "",
            command,
            places[name],
        )
        for name, (path, matched) in fired(verdict.snapshot).items()
    ]


def of_path(policy: Policy, verdict: Verdict, path: str, kind: PathClass, places: Places) -> Because:
    """Why a file may or may not be committed now, and what it is to the pipeline."""
    findings = [_of_finding(one) for one in verdict.lawful if one.path == path and one.level]
    waived = {one.finding.rule: one.told for one in verdict.lawful_by_waiver if one.finding.path == path}
    if verdict.board is None:
        nobody = Reason("", "no run is active, so no stage owns it", command='git gate start "<feature>"')
        return Because(path, _answer(bool(findings)), (*findings, nobody))
    track = policy.tracks[verdict.track]
    below = verdict.snapshot.below(path)
    left_out = verdict.board.left_out
    process = [stage for stage in owners(policy, track, below) if stage.name not in left_out] if below else []
    if process:
        reasons = _owned(policy, verdict, path, process, places)
    elif below and is_process(policy, below):
        reasons = [Reason("", "it belongs to the run itself and may change at any stage")]
    else:
        reasons = _product(policy, verdict, track, path, kind, places)
    reasons = [
        one._replace(rule="", fact=f"{one.fact}; {one.rule} is waived: {waived[one.rule]}")
        if one.rule in waived
        else one
        for one in reasons
    ]
    blocked = bool(findings) or any(one.rule == "order/early-work" or one.rule == "order/unowned" for one in reasons)
    known = {one.rule for one in findings}
    return Because(path, _answer(blocked), (*findings, *(one for one in reasons if one.rule not in known)))


def _answer(blocked: bool) -> str:
    return "it may not be committed now" if blocked else "it may be committed"


def _owned(policy: Policy, verdict: Verdict, path: str, stages: list[Stage], places: Places) -> list[Reason]:
    """Whether one of the stages that a path belongs to is open."""
    board = verdict.board
    assert board is not None
    names = " and ".join(stage.name for stage in stages)
    place = places.stage(stages[0].name)
    if any(board.open[stage.name] for stage in stages):
        return [Reason("", f"it belongs to {names}, which is open", place=place)]
    advice = advise(policy, verdict)
    fact = f"it belongs to {names}, which is not open yet: {'; '.join(board.lacking[stages[0].name])}"
    return [Reason("order/early-work", fact, advice.role, advice.command, place)]


def _product(
    policy: Policy, verdict: Verdict, track: Track, path: str, kind: PathClass, places: Places
) -> list[Reason]:
    triggers = {trigger.id: trigger for trigger in policy.triggers}
    fires = [
        Reason(
            "security/required",
            f"{name} fires on it ({matched})",
            "security",
            f"git gate security {_quoted(path)}",
            triggers[name].place,
        )
        for name, matched in (*kind.triggers, *_by_lines(verdict, path))
    ]
    if kind.free:
        return [Reason("", "it is free: no stage, no review", place=places.free()), *fires]
    name = "deps" if track.deps_area and kind.deps else kind.area
    area = next((one for one in policy.areas if one.name == name), None)
    place = places.area(name)
    reviewed = area is None or area.reviewed
    if not reviewed:
        fires = [one for one in fires if one.fact.startswith("control:plane")]
    if name == "other":
        if policy.unowned == "block":
            fact = "it lies in no area, and the policy says unowned: block"
            return [
                Reason("order/unowned", fact, "whoever owns the policy", "git gate explain order/unowned", place),
                *fires,
            ]
        return [Reason("", "it lies in no area: never early, and reviewed as the area other", place=place), *fires]
    if area is not None and not area.early:
        return [Reason("", f"it lies in area {name}, which is never early", place=place), *fires]
    kinds = ("reviewed",) if reviewed else ("reviewed", "unreviewed")
    left_out = verdict.board.left_out if verdict.board is not None else {}
    stages = [stage for stage in track.stages if stage.owns_areas in kinds and stage.name not in left_out]
    lies = Reason("", f"it lies in area {name}" + ("" if reviewed else ", which nobody reviews"), place=place)
    return [*(_owned(policy, verdict, path, stages, places) if stages else []), lies, *fires]


def _by_lines(verdict: Verdict, path: str) -> list[tuple[str, str]]:
    """(trigger, what matched) of the lines that the change touches in a file, each trigger once."""
    found: dict[str, str] = {}
    for hit in verdict.snapshot.lines.found().get(path, ()):
        found.setdefault(hit.trigger, hit.told)
    return list(found.items())


def _quoted(path: str) -> str:
    from shlex import quote

    return quote(path)


def _of_finding(finding: Finding, who: str = "") -> Reason:
    where = f" (line {finding.line})" if finding.line else ""
    return Reason(finding.rule, finding.message + where, who, finding.hint)
