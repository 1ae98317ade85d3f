"""Who may say what in one commit: a reviewer only reads, and only the reviewer takes a change request back."""

from __future__ import annotations

from commitgate.facts import Facts
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.history import introduced
from commitgate.judge.identity import has_email
from commitgate.judge.verdicts import APPROVED, CHANGES_REQUESTED, find_reviewer, read_verdicts
from commitgate.policy.model import Policy


def mixed_findings(policy: Policy, facts: Facts) -> list[Finding]:
    """A reviewer only reads: the commit that gives an approval does not touch the area."""
    side = facts.side
    held = {entry.key for parent in facts.parents for entry in read_verdicts(policy, parent)[0].values()}
    found = []
    for entry in read_verdicts(policy, side)[0].values():
        if entry.verdict != APPROVED or entry.key in held or not introduced(policy, side, entry).mixed:
            continue
        paths = [change.path for change in side.touched if change.area == entry.area]
        found.append(
            Finding(
                "review/mixed-commit",
                BLOCKED,
                f"this commit approves {entry.area} as {entry.reviewer} and changes {', '.join(paths[:3])} as well",
                f"commit the review alone: git restore --staged -- {paths[0]}",
                entry.path,
                entry.section.verdict_line,
            )
        )
    return found


def erased_findings(policy: Policy, facts: Facts) -> list[Finding]:
    """From level "committed" on, only the reviewer takes a change request back."""
    side = facts.side
    now, _ = read_verdicts(policy, side)
    made = {row.path for row in side.touched_process}
    who = f"{side.author.name or 'somebody'} <{side.author.email}>"
    found = []
    for parent in facts.parents:
        for key, entry in read_verdicts(policy, parent)[0].items():
            reviewer = find_reviewer(policy, entry.reviewer)
            if entry.path not in made:  # a merge takes over what the other side answered
                continue
            if entry.verdict != CHANGES_REQUESTED or reviewer is None or reviewer.level == "named":
                continue
            after = now.get(key)
            if (after is None or after.verdict != CHANGES_REQUESTED) and not has_email(reviewer, side.author):
                found.append(
                    Finding(
                        "review/veto-erased",
                        BLOCKED,
                        f"{who} takes back the change request of {entry.reviewer} on {entry.area}; only they may",
                        f"git restore --staged --worktree --source=HEAD -- {entry.path}",
                        entry.path,
                        entry.section.line,
                    )
                )
    return found
