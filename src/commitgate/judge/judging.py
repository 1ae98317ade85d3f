"""The whole judgement: (policy, facts, history, now) → Verdict."""

from __future__ import annotations

from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, MALFORMED, UNKNOWN, WARNING, Finding
from commitgate.judge.approvals import reviews
from commitgate.judge.escalated import open_findings
from commitgate.judge.gates import document_findings
from commitgate.judge.history import extend
from commitgate.judge.ledger import History
from commitgate.judge.order import commit_findings
from commitgate.judge.outside import landed_findings, uncovered_findings
from commitgate.judge.removed import run_removed
from commitgate.judge.security import floor_findings, lifted_findings, missing_review_findings, veto_findings
from commitgate.judge.stages import ESCALATED, FAIL, PASSED, SKIPPED, STALE, WAITING, Board, Box, board
from commitgate.judge.staleness import stale_findings
from commitgate.judge.verdict import Verdict
from commitgate.judge.verdicts import read_verdicts
from commitgate.policy.layout import BUDGET_FILE, BUDGET_GATE, LESSONS_FILE, gate_path
from commitgate.policy.model import Policy, Track


def judge(policy: Policy, facts: Facts, before: History, now: int) -> Verdict:
    """Judge a side. ``before`` is the joined history of its parents; ``now`` is in epoch seconds."""
    verdict = _judge(policy, facts, before, now)
    if not facts.waivers.standing and not facts.waivers.brought:
        return verdict
    from commitgate.judge.waiving import settle  # like the other rules of what most sides lack: loaded where it speaks

    return settle(verdict, facts.waivers, now)


def _judge(policy: Policy, facts: Facts, before: History, now: int) -> Verdict:
    """The verdict before any waiver."""
    side = facts.side
    run = side.run
    documents = [_unmerged(path) for path in facts.unmerged]
    documents += document_findings(policy, side, now)
    changes = run_removed(policy, facts, before) + uncovered_findings(policy, facts)
    if run is None or run.track not in policy.tracks:
        obstacles = tuple(_no_run(policy, run is not None, side.root))
        ready = not any(finding.level for finding in (*documents, *changes, *obstacles))
        return Verdict("", "", "", tuple(documents), tuple(changes), (), obstacles, None, (), ready, before, side)
    track = policy.tracks[run.track]
    after = extend(policy, before, side, facts.parents)
    documents += read_verdicts(policy, side)[1]
    areas = reviews(policy, track, side, after)
    current = board(policy, track, side, after, areas)
    changes += commit_findings(policy, track, facts, before, after, current, areas)
    changes += lifted_findings(policy, facts, before, after)
    if side.changes(LESSONS_FILE, facts.parents):
        from commitgate.judge.lessons import lesson_findings

        changes += lesson_findings(policy, facts, after)
    if any(box.state == STALE for box in current.boxes):
        changes += stale_findings(current, _stale_before(policy, track, facts, before))
    state = _state(facts, after, current) + floor_findings(track, facts) + veto_findings(facts, after)
    state += missing_review_findings(facts) + landed_findings(policy, facts)
    state += open_findings(side, after, BUDGET_GATE)
    if f"{side.root}/{BUDGET_FILE}" in side.documents:
        from commitgate.judge.spending import budget_findings

        state += budget_findings(policy, side)
    obstacles = tuple(_obstacles(policy, track, side, current))
    ready = not obstacles and not any(finding.level for finding in (*documents, *changes, *state))
    return Verdict(
        run.id,
        run.feature,
        run.track,
        tuple(dict.fromkeys(documents)),
        tuple(one for one in dict.fromkeys(changes) if one not in documents),
        tuple(state),
        obstacles,
        current,
        tuple(areas),
        ready,
        after,
        side,
        branch=facts.branch,
    )


# What a gate file says is judged under one policy alone, the one in force: a file cannot say two things.
_ONE_POLICY = ("gate/derived-drift", "gate/derived-missing", "gate/derived-stale")


def both(first: Verdict, second: Verdict) -> Verdict:
    """The verdict under two policies: that of the target, and what the side's own policy finds beyond it."""

    def added(mine: tuple[Finding, ...], theirs: tuple[Finding, ...]) -> tuple[Finding, ...]:
        new = [one for one in theirs if one not in mine and one.rule not in _ONE_POLICY]
        return (*mine, *(one._replace(message=f"under this branch's own policy: {one.message}") for one in new))

    return first._replace(
        documents=added(first.documents, second.documents),
        changes=added(first.changes, second.changes),
        state=added(first.state, second.state),
        obstacles=added(first.obstacles, second.obstacles),
        ready=first.ready and second.ready,
        waived=(*first.waived, *(one for one in second.waived if one not in first.waived)),
    )


def _unmerged(path: str) -> Finding:
    return Finding(
        "engine/unmerged",
        UNKNOWN,
        f"{path} has conflicts that are not resolved",
        f"resolve it, then git add {path}",
        path,
    )


def _no_run(policy: Policy, malformed: bool, root: str) -> list[Finding]:
    if malformed:
        return [
            Finding(
                "run/unreadable",
                MALFORMED,
                "run.json cannot be accepted, so nothing else can be judged",
                "",
                f"{root}/run.json",
            )
        ]
    if policy.require_run:
        return [
            Finding(
                "run/required",
                BLOCKED,
                "no run is active, and the policy says require_run: true",
                'git gate start "<feature>"',
            )
        ]
    return []


def _stale_before(policy: Policy, track: Track, facts: Facts, before: History) -> set[str]:
    """Stage ids that were stale in every parent already; only asked when the parents carry a delta."""
    stale: set[str] | None = None
    for parent in facts.parents:
        if parent.run is None:
            return set()
        areas = reviews(policy, track, parent, before)
        mine = {box.stage_id for box in board(policy, track, parent, before, areas).boxes if box.state == STALE}
        stale = mine if stale is None else stale & mine
    return stale or set()


def _state(facts: Facts, after: History, current: Board) -> list[Finding]:
    found = []
    root = facts.side.root
    for box in current.boxes:
        path = gate_path(root, box.stage_id)
        if box.state == ESCALATED:
            found += open_findings(facts.side, after, box.stage_id)
        elif box.state == FAIL:
            found.append(Finding("gate/failed", BLOCKED, f"{box.stage_id} is not PASS: {box.why}", _next(box), path))
        elif box.state == STALE:
            why = f"{box.why}: {'; '.join(box.changed)}" if box.changed else box.why
            found.append(Finding("gate/stale", WARNING, f"{box.stage_id} is stale: {why}", _next(box), path))
    return found


def _next(box: Box) -> str:
    if box.stage == "peer-review":
        return f"git gate why {box.stage_id} says who is awaited"
    if box.state == STALE:
        return f"git gate reaffirm {box.stage}, once the {box.role} role stands by it"
    return f"{box.role} mends it, then git gate pass {box.stage}"


def required_stages(policy: Policy, track: Track) -> list[str]:
    """The stages that must be effective before a merge, in order: up to merge.requires, else the one before deploy."""
    names = [stage.name for stage in track.stages]
    last = policy.merge_requires
    if last not in names:
        before_deploy = names[: names.index("deploy")] if "deploy" in names else names
        last = before_deploy[-1] if before_deploy else names[-1]
    return names[: names.index(last) + 1]


def _obstacles(policy: Policy, track: Track, side: Snapshot, current: Board) -> list[Finding]:
    found = []
    wanted = required_stages(policy, track)
    for box in current.boxes:
        if box.stage not in wanted or box.state in (PASSED, SKIPPED, FAIL, ESCALATED):
            continue  # FAIL and ESCALATE are findings of the state already
        if box.state == WAITING:
            why = f"is PASS, but before it: {'; '.join(current.lacking[box.stage])}"
        elif box.state == STALE:
            why = "is stale"
        else:
            lacking = "; ".join(current.lacking[box.stage])
            why = "is missing" + (f" ({box.why})" if box.why else "") + (f"; before it: {lacking}" if lacking else "")
        found.append(
            Finding(
                "ready/stage",
                BLOCKED,
                f"{box.stage_id} ({box.title}) {why}",
                "git gate next",
                gate_path(side.root, box.stage_id),
            )
        )
    return found
