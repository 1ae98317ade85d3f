"""Source that changes outside any run: none is active, or the one that is there had landed before the work began."""

from __future__ import annotations

from commitgate.facts import Change, Facts
from commitgate.finding import BLOCKED, WARNING, Finding
from commitgate.policy.model import Policy

_START = 'archive the run that has landed, then git gate start "<feature>"'


def uncovered_findings(policy: Policy, facts: Facts) -> list[Finding]:
    """What a commit changes of the source without a run, where the policy wants one."""
    if not policy.require_run or (facts.side.run is not None and not facts.frozen):
        return []
    what = "its run has landed already" if facts.frozen else "no run is active"
    hint = _START if facts.frozen else 'git gate start "<feature>"'
    message = f"source changes, but {what}, and the policy says require_run: true"
    return [
        Finding("run/required", BLOCKED, message, hint, change.path)
        for change in facts.side.touched
        if _source(policy, change)
    ]


def landed_findings(policy: Policy, facts: Facts) -> list[Finding]:
    """What this side changes beyond the run that had landed before: no gate of that run says anything about it."""
    run = facts.side.run
    paths = [change.path for change in facts.outside if not change.free]
    if run is None or not paths:
        return []
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return [
        Finding(
            "run/landed",
            BLOCKED if policy.require_run else WARNING,
            f'the run "{run.feature}" has landed, and its gates do not cover what changes since: {paths[0]}{more}',
            _START,
            paths[0],
        )
    ]


def _source(policy: Policy, change: Change) -> bool:
    """Whether a path belongs to an area that waits for its stage."""
    return any(area.name == change.area and area.early and area.name != "other" for area in policy.areas)
