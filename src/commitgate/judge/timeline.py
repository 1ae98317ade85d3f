"""What one commit did to its run, as moments: gates moved, verdicts given, checkpoints, escalations, questions.

Everything is told from the commit's tree, its parents' trees and the folded history, so a rebased or squashed branch
tells the story that its commits hold now.
"""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.judge.approvals import open_escalations
from commitgate.judge.history import stage_of
from commitgate.judge.ledger import History
from commitgate.judge.order import changed_gates
from commitgate.judge.stages import PASSED, STALE, WAITING, Board
from commitgate.judge.verdicts import APPROVED, Entry, read_verdicts
from commitgate.objects import ABSENT
from commitgate.policy.layout import GATES, is_gate_path
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from commitgate.documents.facts import GateFacts

RUN, GATE, VERDICT, VETO, CHECKPOINT = "run", "gate", "verdict", "veto", "checkpoint"
ESCALATION, DECISION, RULING, QUESTION, SKIP = "escalation", "decision", "ruling", "question", "security-skip"
KINDS = (RUN, GATE, VERDICT, VETO, CHECKPOINT, ESCALATION, DECISION, RULING, QUESTION, SKIP)


class Moment(Record):
    """One thing that a commit did.

    ``subject``: a run's feature, a gate's id, an area, a checkpoint's letter, a ruling's topic or a question.
    ``action`` is a past participle. ``was``: the status, verdict or track before; "" for none. ``who``: whom the
    document names (agent, reviewer, role), which need not be the commit's author. ``text``: what is said beyond that.
    """

    kind: str
    subject: str
    action: str
    was: str = ""
    who: str = ""
    text: str = ""


def moments(
    policy: Policy,
    snapshot: Snapshot,
    parents: tuple[Snapshot, ...],
    before: History,
    after: History,
    was_stale: Collection[str],
    board: Board | None,
) -> list[Moment]:
    """What a commit did. ``before`` and ``after``: its run's history without and with it; ``was_stale``: the gates
    that were stale in every parent; ``board``: the stages in its tree, None where nothing can have moved."""
    held = tuple(parent for parent in parents if _same_run(parent, snapshot))
    found = _run(snapshot, parents, held)
    if snapshot.run is None:
        return found
    found += _verdicts(policy, snapshot, held, before, after)
    found += _gates(policy, snapshot, held)
    found += _vetoes(before, after)
    found += _context(snapshot, held)
    found += _escalations(policy, snapshot, held, before, after)
    return found + (_freshness(snapshot, was_stale, board) if board is not None else [])


def stale_gates(board: Board) -> frozenset[str]:
    """Ids of the gates that are stale."""
    return frozenset(box.stage_id for box in board.boxes if box.state == STALE)


def _same_run(parent: Snapshot, snapshot: Snapshot) -> bool:
    return parent.run is not None and snapshot.run is not None and parent.run.id == snapshot.run.id


def _run(snapshot: Snapshot, parents: tuple[Snapshot, ...], held: tuple[Snapshot, ...]) -> list[Moment]:
    run = snapshot.run
    if run is None or not run.id:
        return []
    if not held:
        return [Moment(RUN, run.feature, "started", text=run.track)]
    tracks = [parent.run.track for parent in held if parent.run is not None]
    if run.track in tracks:
        return []
    return [Moment(RUN, run.feature, "moved", was=tracks[0], text=run.track)]


_ACTIONS = {"PASS": "passed", "FAIL": "failed", "ESCALATE": "escalated", "": "unreadable"}


def _gates(policy: Policy, snapshot: Snapshot, held: tuple[Snapshot, ...]) -> list[Moment]:
    found = []
    for stage_id, gate in sorted(changed_gates(snapshot).items()):
        known = [parent.gates()[stage_id] for parent in held if stage_id in parent.gates()]
        run = snapshot.run
        stage = stage_of(policy, run.track, gate) if run is not None else None
        was = known[0].status if known else ""
        if any(one.payload == gate.payload for one in known):
            if gate.inputs and all(one.inputs != gate.inputs for one in known):
                found.append(Moment(GATE, stage_id, "reaffirmed", was, gate.agent))
        elif stage is None or not stage.derived or all(one.status != gate.status for one in known):
            found.append(Moment(GATE, stage_id, _ACTIONS[gate.status], was, gate.agent, _said(gate)))
    for row in snapshot.touched_process:
        below = snapshot.below(row.path)
        if row.new_mode == ABSENT and is_gate_path(below):
            stage_id = below[len(GATES) : -len(".json")]
            statuses = [parent.gates()[stage_id].status for parent in held if stage_id in parent.gates()]
            found.append(Moment(GATE, stage_id, "removed", next(iter(statuses), "")))
    return found


def _said(gate: GateFacts) -> str:
    """Why a gate is not PASS, in its own words."""
    if gate.status == "ESCALATE":
        needed = str(gate.fields.get("decision_needed") or "")
        return "; ".join(one for one in (str(gate.fields.get("escalation_reason") or ""), needed) if one)
    return "; ".join(gate.blockers) if gate.status == "FAIL" else ""


def _verdicts(
    policy: Policy, snapshot: Snapshot, held: tuple[Snapshot, ...], before: History, after: History
) -> list[Moment]:
    entries, _ = read_verdicts(policy, snapshot)
    earlier = [read_verdicts(policy, parent)[0] for parent in held]
    known = {entry.key for one in earlier for entry in one.values()}
    found = []
    for key, entry in sorted(entries.items()):
        if entry.key in known:
            continue
        was = next((one[key].verdict for one in earlier if key in one), "")
        action = "renewed" if was == entry.verdict else "approved" if entry.verdict == APPROVED else "changes-requested"
        text = "; ".join(entry.section.blockers) if entry.verdict != APPROVED else _answers(entry, before, after)
        found.append(Moment(VERDICT, entry.area, action, was, entry.reviewer, text))
    gone = set.intersection(*(set(one) for one in earlier)) - set(entries) if earlier else set()
    return found + [Moment(VERDICT, key[1], "withdrawn", earlier[0][key].verdict, key[0]) for key in sorted(gone)]


def _answers(entry: Entry, before: History, after: History) -> str:
    """The change requests that an approval answers."""
    lifted = [
        veto[0][:12]
        for veto in after.answered
        if veto not in before.answered and veto[2] == entry.area and (veto[1] == entry.reviewer or veto[0])
    ]
    return f"answers the change request of {', '.join(lifted)}" if lifted else ""


def _vetoes(before: History, after: History) -> list[Moment]:
    gate = "stage-05-security"
    found = [Moment(VETO, gate, "given") for commit in after.security_vetoes if commit not in before.security_vetoes]
    found += [
        Moment(VETO, gate, "lifted", text=f"that of {commit[:12]}")
        for commit in after.security_answered
        if commit not in before.security_answered
    ]
    return found


def _context(snapshot: Snapshot, held: tuple[Snapshot, ...]) -> list[Moment]:
    """What is new in the context file. A line is known when any parent has it, wherever it stands."""
    context = snapshot.context
    if context is None:
        return []
    earlier = [parent.context for parent in held if parent.context is not None]
    marks = {mark[:4] for one in earlier for mark in one.checkpoints}
    rulings = {ruling[:3] for one in earlier for ruling in one.rulings}
    asked = {one.text for old in earlier for one in old.questions}
    answered = {(one.text, one.answer) for old in earlier for one in old.questions}
    found = [
        Moment(CHECKPOINT, mark.checkpoint, "passed by itself" if mark.automatic else "passed", who=mark.who)
        for mark in context.checkpoints
        if mark[:4] not in marks
    ]
    found += [
        Moment(RULING, ruling.topic, "ruled" if ruling.decision else "requested", text=ruling.decision)
        for ruling in context.rulings
        if ruling[:3] not in rulings
    ]
    for one in context.questions:
        if one.text not in asked:
            found.append(Moment(QUESTION, one.text, "asked", who=one.to))
        if one.answer and (one.text, one.answer) not in answered:
            found.append(Moment(QUESTION, one.text, "answered", who=one.to, text=one.answer))
    if context.security_skip and all(one.security_skip != context.security_skip for one in earlier):
        found.append(Moment(SKIP, "security review", "skipped", text=context.security_skip))
    return found


def _escalations(
    policy: Policy, snapshot: Snapshot, held: tuple[Snapshot, ...], before: History, after: History
) -> list[Moment]:
    """Escalations out of reviews (a gate's own is told as the gate's), and what was decided about any of them."""
    found = []
    for key, one in after.escalations.items():
        if key not in before.escalations and one.commit == snapshot.commit and "|" in key[2]:
            text = "; ".join(part for part in (one.reason, one.decision_needed) if part)
            found.append(Moment(ESCALATION, one.stage_id, "raised", who=one.by, text=text))
    ids = sorted({one.stage_id for one in before.escalations.values()})
    closed = [
        stage_id
        for stage_id in ids
        if not open_escalations(snapshot, after, stage_id)
        and any(open_escalations(parent, before, stage_id) for parent in held)
    ]
    known = {one[:3] for parent in held if parent.context is not None for one in parent.context.decisions}
    named = set()
    for decision in snapshot.context.decisions if snapshot.context is not None else ():
        if decision[:3] in known:
            continue
        settles = [one for one in closed if one == decision.gate or one.startswith(decision.gate + "-")]
        named.update(settles)
        subjects = settles or [decision.gate]
        found += [Moment(ESCALATION if settles else DECISION, one, "decided", text=decision.text) for one in subjects]
    found += [Moment(ESCALATION, one, "decided", text="by a ruling") for one in closed if one not in named]
    return found


def _freshness(snapshot: Snapshot, was_stale: Collection[str], board: Board) -> list[Moment]:
    moved = changed_gates(snapshot)
    found = []
    for box in board.boxes:
        if box.state == STALE and box.stage_id not in was_stale:
            text = "; ".join(box.changed) or box.why
            found.append(Moment(GATE, box.stage_id, "made stale", text=text))
        elif box.state in (PASSED, WAITING) and box.stage_id in was_stale and box.stage_id not in moved:
            found.append(Moment(GATE, box.stage_id, "fresh again"))
    return found
