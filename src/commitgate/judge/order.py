"""May this commit be made? Rules about what one commit changes, judged in the tree that it makes.

State never makes a commit unlawful: recording a FAIL, an ESCALATE, a change request or a veto is lawful, and so is
making stages stale. Only entries that differ from every parent are the commit's own.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Change, Facts, Snapshot
from commitgate.finding import BLOCKED, WARNING, Finding
from commitgate.judge.binding import unreviewed
from commitgate.judge.checkpoints import forged_findings
from commitgate.judge.derived import derived_findings
from commitgate.judge.escalated import bypassed
from commitgate.judge.gates import retry_findings
from commitgate.judge.history import decision_keys, stage_of
from commitgate.judge.ledger import History
from commitgate.judge.review_gate import AreaReview
from commitgate.judge.reviewing import erased_findings, mixed_findings
from commitgate.judge.stages import Board
from commitgate.judge.verdicts import APPROVED, CHANGES_REQUESTED, read_verdicts
from commitgate.objects import ABSENT
from commitgate.policy.layout import ARCHIVE, REVIEWS, gate_path, is_gate_path, owners
from commitgate.policy.model import Policy, Track


def commit_findings(
    policy: Policy,
    track: Track,
    facts: Facts,
    before: History,
    after: History,
    board: Board,
    reviews: list[AreaReview],
) -> list[Finding]:
    """Everything that this commit does against the order, most fundamental first."""
    side = facts.side
    new_gates = changed_gates(side)
    found = early_work(policy, track, facts, board)
    found += _predecessors(policy, side, new_gates, board)
    found += bypassed(policy, track, facts, before, new_gates)
    found += _removed(facts, board)
    found += _track_changed(facts)
    found += derived_findings(policy, facts, reviews)
    for stage_id, gate in new_gates.items():
        from commitgate.judge.consistency import consistency  # most commits bring no gate

        found += consistency(policy, side, stage_id, gate, after)
    found += retry_findings(side, before, _authored(policy, track, facts, new_gates))
    found += mixed_findings(policy, facts)
    found += erased_findings(policy, facts)
    found += forged_findings(policy, facts)
    found += _one_commit(policy, track, facts, new_gates)
    if len(side.parents) > 1:
        from commitgate.judge.merging import evil_findings

        found += evil_findings(side, BLOCKED if policy.history == "strict" else WARNING)
    return found


def changed_gates(side: Snapshot) -> dict[str, GateFacts]:
    """The gates that differ from every parent, by stage id."""
    changed = {row.path for row in side.touched_process if row.new_mode != ABSENT}
    return {stage_id: gate for stage_id, gate in side.gates().items() if gate_path(side.root, stage_id) in changed}


def early_work(policy: Policy, track: Track, facts: Facts, board: Board) -> list[Finding]:
    """Paths owned by a stage that is not open in the tree being committed.

    Taking early work back is no work: a product path that is as in the base again, or a document that goes.
    """
    side = facts.side
    changed = {change.path for change in side.delta}
    found = []
    for change in side.touched:
        if change.path in changed or facts.frozen:
            found += early_change(policy, track, change, board)
    approving = _approves(policy, facts) if side.touched_process else set()
    for row in side.touched_process:
        below = side.below(row.path)
        stages = [stage for stage in owners(policy, track, below) if stage.name not in board.left_out]
        if row.new_mode == ABSENT or not stages or any(board.open[stage.name] for stage in stages):
            continue
        if below.startswith(REVIEWS) and row.path not in approving and _objects(policy, facts, row.path):
            continue  # a veto is never early
        found.append(_early(row.path, stages[0].name, board))
    return found


def early_change(policy: Policy, track: Track, change: Change, board: Board) -> list[Finding]:
    """What a product path breaks by being changed in a tree with this board."""
    if change.area == "other":
        return [_unowned(change.path)] if policy.unowned == "block" else []
    stage = waits_for(policy, track, change.area, board)
    return [_early(change.path, stage, board)] if stage else []


def waits_for(policy: Policy, track: Track, area: str, board: Board) -> str:
    """The stage that has to be open before an area changes, while it is not; "" when nothing is in the way."""
    known = next((one for one in policy.areas if one.name == area), None)
    if not area or area == "other" or (known is not None and not known.early):
        return ""
    kinds = ("reviewed", "unreviewed") if area in unreviewed(policy) else ("reviewed",)
    stages = [stage for stage in track.stages if stage.owns_areas in kinds and stage.name not in board.left_out]
    return stages[0].name if stages and not any(board.open[stage.name] for stage in stages) else ""


def _early(path: str, stage: str, board: Board) -> Finding:
    lacking = board.lacking[stage]
    return Finding(
        "order/early-work",
        BLOCKED,
        f"it belongs to the {stage} stage, which is not open yet: {'; '.join(lacking)}",
        "git gate next says what comes first",
        path,
    )


def _unowned(path: str) -> Finding:
    return Finding(
        "order/unowned",
        BLOCKED,
        f"{path} lies in no area, and the policy says unowned: block",
        "add it to an area in .gates.yaml",
        path,
    )


def _approves(policy: Policy, facts: Facts) -> set[str]:
    """Review files that bring an approval which no parent holds."""
    held = {entry.key for parent in facts.parents for entry in read_verdicts(policy, parent)[0].values()}
    entries, _ = read_verdicts(policy, facts.side)
    return {entry.path for entry in entries.values() if entry.verdict == APPROVED and entry.key not in held}


def _objects(policy: Policy, facts: Facts, path: str) -> bool:
    """Whether a review file holds a change request or an escalation."""
    review = facts.side.documents.get(path)
    return review is not None and any(one.verdict == CHANGES_REQUESTED or one.escalations for one in review.sections)


def _predecessors(policy: Policy, side: Snapshot, new_gates: dict[str, GateFacts], board: Board) -> list[Finding]:
    run = side.run
    found = []
    for stage_id, gate in sorted(new_gates.items()):
        if gate.status != "PASS" or run is None:
            continue
        stage = stage_of(policy, run.track, gate)
        if stage is None or board.open[stage.name]:
            continue
        found.append(
            Finding(
                "order/predecessor",
                BLOCKED,
                f"{stage_id} says PASS, but {stage.name} is not open: {'; '.join(board.lacking[stage.name])}",
                "git gate next says what comes first",
                gate_path(side.root, stage_id),
                gate.lines.get("status", 0),
            )
        )
    return found


def _left_track(facts: Facts) -> str:
    """The track that the run leaves in this commit, "" when it stays on the one it had."""
    run = facts.side.run
    was = [parent.run for parent in facts.parents if parent.run is not None]
    if run is None or not was or any(one.id != run.id or one.track == run.track for one in was):
        return ""
    return was[0].track


def changes_track(facts: Facts) -> bool:
    """Whether the commit puts the run on another track as it should be: with a ruling that no parent holds yet."""
    side = facts.side
    if side.run is None or not _left_track(facts):
        return False
    held = {key for parent in facts.parents for key in decision_keys(parent)}
    for ruling in side.context.rulings if side.context is not None else ():
        key = f"ruling|{ruling.topic}|{ruling.when}|{ruling.decision}"
        about = ruling.topic.strip().casefold() == "track"
        if about and ruling.decision.strip() == side.run.track and key not in held:
            return True
    return False


def _track_changed(facts: Facts) -> list[Finding]:
    """A run changes its track only by a ruling that no parent holds yet: else gates could be shed at will."""
    side, left = facts.side, _left_track(facts)
    run = side.run
    if run is None or not left or changes_track(facts):
        return []
    return [
        Finding(
            "order/track-changed",
            BLOCKED,
            f"the run changes its track from {left} to {run.track} without a ruling in the same commit",
            f'git gate rule "track" "{run.track}", and commit everything that it writes together',
            f"{side.root}/run.json",
            run.lines.get("track", 0),
        )
    ]


def _removed(facts: Facts, board: Board) -> list[Finding]:
    side = facts.side
    archived = {entry for path, entry in side.entries.items() if side.below(path).startswith(ARCHIVE)}
    complete = bool(board.boxes) and all(board.effective.values())
    if changes_track(facts):
        return []  # what was passed on the other track is passed anew; what was refused stays in the history
    found = []
    for row in side.touched_process:
        below = side.below(row.path)
        if row.new_mode != ABSENT or not is_gate_path(below):
            continue
        stage_id = below[len("gates/") : -5]
        was = [parent.gates().get(stage_id) for parent in facts.parents]
        if not any(gate is not None and gate.status == "PASS" for gate in was):
            continue
        if complete and (row.old_mode, row.old_oid) in archived:
            continue
        found.append(
            Finding(
                "order/gate-removed",
                BLOCKED,
                f"{stage_id} was PASS and disappears; a gate stays until the finished run is archived",
                f"git restore --staged --worktree --source=HEAD -- {row.path}",
                row.path,
            )
        )
    return found


def _authored(policy: Policy, track: Track, facts: Facts, new_gates: dict[str, GateFacts]) -> dict[str, GateFacts]:
    """New gates whose payload no parent holds, derived ones left out."""
    held = {(stage_id, gate.payload) for parent in facts.parents for stage_id, gate in parent.gates().items()}
    found = {}
    for stage_id, gate in new_gates.items():
        stage = stage_of(policy, track.name, gate)
        if (stage_id, gate.payload) not in held and stage is not None and not stage.derived:
            found[stage_id] = gate
    return found


def _one_commit(policy: Policy, track: Track, facts: Facts, new_gates: dict[str, GateFacts]) -> list[Finding]:
    held = {(stage_id, gate.payload) for parent in facts.parents for stage_id, gate in parent.gates().items()}
    passed = set()
    for stage_id, gate in new_gates.items():
        stage = stage_of(policy, track.name, gate)
        if gate.status == "PASS" and stage is not None and (stage_id, gate.payload) not in held:
            passed.add(stage.name)
    if len(passed) < 2:
        return []
    names = ", ".join(stage.name for stage in track.stages if stage.name in passed)
    level = BLOCKED if policy.history == "strict" else WARNING
    return [
        Finding("order/one-commit", level, f"one commit passes several stages: {names}", "commit each stage by itself")
    ]
