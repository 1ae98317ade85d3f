"""A run that disappears: lawful is only the archive of one that was finished."""

from __future__ import annotations

from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.ledger import History
from commitgate.judge.left_out import left_out
from commitgate.policy.layout import ARCHIVE, RUN_FILE, area_of
from commitgate.policy.model import Policy


def run_removed(policy: Policy, facts: Facts, before: History) -> list[Finding]:
    """The run disappears, or another takes its place: lawful is only the archive of a finished one."""
    side = facts.side
    now = side.run.id if side.run is not None else ""
    found = []
    for parent in facts.parents:
        was = parent.run
        if was is None or not was.id or was.id == now:
            continue
        path = f"{side.root}/{RUN_FILE}"
        if len(facts.parents) > 1 and not _makes(side, path):
            continue  # git's own merge: the other side did it, in a commit that is judged by itself
        archived = {entry for name, entry in side.entries.items() if side.below(name).startswith(ARCHIVE)}
        gates = [entry for name, entry in parent.entries.items() if parent.below(name).startswith("gates/")]
        kept = parent.entries[path] in archived and all(entry in archived for entry in gates)
        complete = _complete(policy, parent, before, facts.landed)
        if kept and complete:
            continue
        # What git gate archive has moved is all to be committed, and mostly some of it is not staged yet.
        after_archive = f"git add -A {side.root} after git gate archive; else " if complete and not now else ""
        what = "is replaced by another" if now else "disappears"
        found.append(
            Finding(
                "order/run-removed",
                BLOCKED,
                f'the run "{was.feature}" {what} without having been finished and archived',
                after_archive + f"git restore --staged --worktree --source=HEAD -- {side.root}",
                path,
            )
        )
    return found[:1]


def _makes(side: Snapshot, path: str) -> bool:
    """Whether the commit itself makes a path what it is, whatever the path counts as in its tree."""
    return any(row.path == path for row in side.touched_process) or any(one.path == path for one in side.touched)


def _complete(policy: Policy, snapshot: Snapshot, history: History, landed: str) -> bool:
    """Whether every stage of a tree's run has a PASS on record (its freshness was judged when it was there).

    What a condition leaves out is told from the run's own change, which a run that has landed does not have any more.
    """
    run = snapshot.run
    if run is None or run.track not in policy.tracks:
        return False
    gates = snapshot.gates()
    from commitgate.judge.budget import is_held

    if is_held(snapshot):
        return False
    track = policy.tracks[run.track]
    free = {stage.name for stage in track.stages if stage.derived or (stage.when and run.id == landed)}
    free.update(left_out(track, snapshot, history))
    for stage in track.stages:
        mine = [gate for name, gate in gates.items() if area_of(stage, name) is not None]
        if any(gate.status != "PASS" for gate in mine) or (not mine and stage.name not in free):
            return False
    return True
