"""What is finished in the work tree and not committed yet: a stage is recorded by itself before the next one begins."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.judge.binding import unreviewed
from commitgate.judge.history import stage_of
from commitgate.judge.order import changed_gates
from commitgate.judge.verdict import Verdict
from commitgate.objects import ABSENT
from commitgate.policy.layout import PAGES, area_names, is_gate_path, matches, owners
from commitgate.policy.model import Policy, Stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMIT = " && git commit"
_MOST = 10  # paths that are named one by one


def unrecorded(policy: Policy, verdict: Verdict) -> tuple[str, ...]:
    """Paths that differ from the last commit and belong to a gate that does too, or to the run as a whole.

    What is written for a stage without its gate is work in progress and not named. () when nothing is finished.
    """
    side = verdict.snapshot
    track = policy.tracks.get(verdict.track)
    if track is None:  # no run: what an archive leaves is all there can be
        return tuple(change.path for change in side.touched if side.below(change.path))
    finished = [(stage_of(policy, track.name, gate), gate) for gate in changed_gates(side).values()]
    gates = [(stage, gate) for stage, gate in finished if stage is not None]
    found = []
    for row in side.touched_process:
        below = side.below(row.path)
        whole = is_gate_path(below) or not owners(policy, track, below)
        if whole or (row.new_mode != ABSENT and any(_writes(policy, *one, below) for one in gates)):
            found.append(row.path)
    if not found or all(side.below(path) in PAGES for path in found):
        return ()  # a page alone is nothing to wait for
    changed = {change.path: change.area for change in side.touched}
    found += [path for path, area in changed.items() if any(_covers(policy, *one, area) for one in gates)]
    return tuple(found)


def commit_command(paths: Sequence[str]) -> str:
    """The command that records these paths; "" for none."""
    if not paths:
        return ""
    if len(paths) > _MOST:
        return "git add -A" + COMMIT
    from shlex import quote  # paths come from whoever wrote them

    return f"git add -- {' '.join(quote(path) for path in paths)}{COMMIT}"


def _writes(policy: Policy, stage: Stage, gate: GateFacts, below: str) -> bool:
    """Whether a document belongs to the gate: to its stage, and to its area where it is one area's own."""
    for pattern in stage.writes:
        areas = (gate.suffix,) if gate.suffix and stage.fan_out else area_names(policy)
        if matches(pattern, below, areas):
            return True
    return False


def _covers(policy: Policy, stage: Stage, gate: GateFacts, area: str) -> bool:
    """Whether a product path of this area is what the gate was given on, and its stage's own work."""
    if stage.owns_areas == "reviewed":
        return not gate.suffix or area == gate.suffix
    return stage.owns_areas == "unreviewed" and area in unreviewed(policy)
