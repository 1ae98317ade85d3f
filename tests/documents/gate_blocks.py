"""Gates for the tests: the blocks that the walkthrough prints, and one valid gate for each stage without a block."""

from __future__ import annotations

import json
from typing import Any

WALKTHROUGH = {
    "stage-01": """{
  "stage": "stage-01",
  "status": "PASS",
  "agent": "pm",
  "track": "full",
  "timestamp": "2026-03-26T10:00:00Z",
  "acceptance_criteria_count": 7,
  "out_of_scope_items": ["SMS reset", "Social login recovery"],
  "required_sections_complete": true,
  "blockers": [],
  "warnings": []
}
""",
    "stage-02": """{
  "stage": "stage-02",
  "status": "PASS",
  "agent": "principal",
  "track": "full",
  "timestamp": "2026-03-26T10:45:00Z",
  "arch_approved": true,
  "pm_approved": true,
  "adr_count": 1,
  "blockers": [],
  "warnings": ["Redis not confirmed — rate limiting uses in-memory for now"]
}
""",
    "stage-05": """{
  "stage": "stage-05",
  "status": "PASS",
  "agent": "platform",
  "track": "full",
  "timestamp": "2026-03-26T11:10:00Z",
  "lint_passed": true,
  "tests_passed": true,
  "dependency_review_passed": true,
  "security_review_required": true,
  "blockers": [],
  "warnings": []
}
""",
    "stage-05-security": """{
  "stage": "stage-05-security",
  "status": "PASS",
  "agent": "security",
  "track": "full",
  "timestamp": "2026-03-26T11:15:00Z",
  "security_approved": true,
  "veto": false,
  "triggering_conditions": ["path:auth"],
  "blockers": [],
  "warnings": ["In-memory rate limiter not cluster-safe — Redis recommended for production"]
}
""",
    "stage-07": """{
  "stage": "stage-07",
  "status": "PASS",
  "agent": "qa",
  "track": "full",
  "timestamp": "2026-03-26T12:00:00Z",
  "all_acceptance_criteria_met": true,
  "tests_total": 23,
  "tests_passed": 23,
  "tests_failed": 0,
  "failing_tests": [],
  "assigned_retry_to": null,
  "criterion_to_test_mapping_is_one_to_one": true,
  "blockers": [],
  "warnings": []
}
""",
    "stage-08 fold": """{
  "stage": "stage-08",
  "status": "PASS",
  "agent": "orchestrator",
  "track": "full",
  "timestamp": "2026-03-26T12:05:00Z",
  "pm_signoff": true,
  "deploy_requested": false,
  "runbook_referenced": false,
  "auto_from_stage_07": true,
  "blockers": [],
  "warnings": ["Deployment not requested by auto-fold"]
}
""",
    "stage-08": """{
  "stage": "stage-08",
  "status": "PASS",
  "agent": "platform",
  "track": "full",
  "timestamp": "2026-03-26T12:10:00Z",
  "adapter": "docker-compose",
  "environment": "production",
  "pm_signoff": true,
  "smoke_test_passed": true,
  "runbook_referenced": true,
  "adapter_result": { "compose_up_exit": 0, "services_healthy": ["api", "worker"] },
  "blockers": [],
  "warnings": ["Rate limiting is in-memory — production should use Redis"]
}
""",
}


def _gate(stage: str, agent: str, **fields: Any) -> dict[str, Any]:
    base = {"stage": stage, "status": "PASS", "agent": agent, "track": "full", "timestamp": "2026-03-26T11:00:00+01:00"}
    return {**base, **fields, "blockers": [], "warnings": []}


# One valid PASS by stage id.
VALID: dict[str, dict[str, Any]] = {
    **{name: json.loads(text) for name, text in WALKTHROUGH.items() if " " not in name},
    "stage-03": _gate("stage-03", "pm", open_questions_count=0, answered_questions_count=1, scope_changed=False),
    "stage-04-backend": _gate("stage-04-backend", "dev-backend", area="backend", files_changed=["src/backend/a.js"]),
    "stage-04": _gate(
        "stage-04",
        "orchestrator",
        workstreams=["backend"],
        pr_summaries_written=["pipeline/pr-backend.md"],
        local_verification=["npm test"],
    ),
    "stage-06-backend": _gate(
        "stage-06-backend",
        "codex-team",
        area="backend",
        review_shape="matrix",
        required_approvals=2,
        approvals=["dev-frontend", "dev-platform"],
        changes_requested=[],
        escalated_to_principal=False,
    ),
    "stage-09": _gate(
        "stage-09",
        "principal",
        severity="green",
        lessons_promoted=["L001"],
        patterns_harvested=1,
        contributions_written=["pm", "principal"],
    ),
    "stage-budget": _gate("stage-budget", "orchestrator", tokens_used=10, tokens_max=1000),
}


def gate(stage: str, /, **changes: Any) -> dict[str, Any]:
    """The valid gate of a stage with some fields changed; a field set to ``...`` is left out."""
    fields = {**VALID[stage], **changes}
    return {key: value for key, value in fields.items() if value is not ...}
