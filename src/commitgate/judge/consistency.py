"""Does a PASS agree with the documents, counts and triggers of the tree that introduced it?

All computed, none trusted.
"""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import Finding
from commitgate.judge.budget import disagreements as budget
from commitgate.judge.closing import retrospective
from commitgate.judge.delivery import build, deploy, pre_review, qa, security
from commitgate.judge.ledger import History
from commitgate.judge.lessons import promoted_findings
from commitgate.judge.planning import clarification, design, requirements
from commitgate.policy.layout import BUDGET_GATE, SECURITY_GATE, gate_path
from commitgate.policy.model import Policy


def consistency(policy: Policy, snapshot: Snapshot, stage_id: str, gate: GateFacts, history: History) -> list[Finding]:
    """Findings against a PASS gate as it stands in ``snapshot``; [] for any other status but of the budget's gate.

    ``history`` is the run's up to this tree, its lessons included. Whatever is wrong here is a gate that cannot be
    accepted as written (MALFORMED), a deployment that a person must decide on (ESCALATE), or a warning.
    """
    run = snapshot.run
    if run is None or run.track not in policy.tracks:
        return []
    if stage_id == BUDGET_GATE:
        return budget(policy, snapshot, gate)
    if gate.status != "PASS":
        return []
    check = _CHECKS.get(gate.number if stage_id != SECURITY_GATE else "05-security")
    if check is None:
        return []
    found: list[Finding] = check(policy, snapshot, policy.tracks[run.track], gate)
    if check is retrospective:
        found += promoted_findings(policy, snapshot, gate, history)
    path = gate_path(snapshot.root, stage_id)
    return [one if one.path else one._replace(path=path) for one in found]


_CHECKS = {
    "01": requirements,
    "02": design,
    "03": clarification,
    "04": build,
    "05": pre_review,
    "05-security": security,
    "07": qa,
    "08": deploy,
    "09": retrospective,
}
