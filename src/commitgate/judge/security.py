"""The security review: the track floor, standing vetoes, and who may lift them."""

from __future__ import annotations

from commitgate.facts import Facts
from commitgate.finding import BLOCKED, WARNING, Finding
from commitgate.judge.binding import area_token, fired
from commitgate.judge.ledger import History
from commitgate.judge.left_out import standing_security_vetoes
from commitgate.judge.order import changes_track
from commitgate.policy.layout import SECURITY_GATE, gate_path
from commitgate.policy.model import Policy, Track

GATE = SECURITY_GATE


def floor_findings(track: Track, facts: Facts) -> list[Finding]:
    """Triggers that demand a heavier track than the run's."""
    found = []
    for trigger, (path, matched) in fired(facts.side).items() if track.too_light_for else ():
        if trigger in track.too_light_for:
            found.append(
                Finding(
                    "track/too-light",
                    BLOCKED,
                    f"track {track.name} is not enough for this change: {trigger} fires on {path} ({matched})",
                    'git gate rule "track" "full"',
                    path,
                )
            )
    return found


def veto_findings(facts: Facts, after: History) -> list[Finding]:
    """Standing vetoes of the security role: they halt everything after build."""
    return [
        Finding(
            "security/veto",
            BLOCKED,
            f"the security role's veto{f' of commit {commit[:12]}' if commit else ''} stands",
            "fix what it names; then the security role commits stage-05-security as PASS with veto: false",
            gate_path(facts.side.root, GATE),
        )
        for commit in standing_security_vetoes(after)
    ]


def lifted_findings(policy: Policy, facts: Facts, before: History, after: History) -> list[Finding]:
    """A commit that turns a veto into something else without having the right, or without a fix."""
    side = facts.side
    path = gate_path(side.root, GATE)
    standing = [commit for commit in standing_security_vetoes(before) if commit not in after.security_answered]
    if not standing or all(row.path != path for row in side.touched_process):
        return []
    gate = side.gates().get(GATE)
    if gate is not None and gate.fields.get("veto") is True:
        return []
    if gate is None and changes_track(facts):
        return []  # the gate goes with the track that it was given on; the veto stands without it
    product = area_token(policy, side, "product")
    unchanged = any(before.security_vetoes[commit] == product for commit in standing)
    reason = "nothing of the product changed since" if unchanged else "only the security role may lift it"
    return [
        Finding(
            "security/veto-erased",
            BLOCKED,
            f"this commit takes back the veto of {standing[-1][:12]}: {reason}",
            "fix what the veto names, then let the security role pass the gate",
            path,
            gate.lines.get("veto", 0) if gate is not None else 0,
        )
    ]


def missing_review_findings(facts: Facts) -> list[Finding]:
    """A note, never a refusal by itself: the security review is due and has no gate yet."""
    if GATE in facts.side.gates():
        return []
    triggers = fired(facts.side)
    if not triggers:
        return []
    why = ", ".join(f"{name} ({path})" for name, (path, _) in triggers.items())
    return [
        Finding("security/required", WARNING, f"the security review is required: {why}", "git gate security shows why")
    ]
