"""Matrix review: a contradiction is found, escalated, decided, fixed; what the fix touches is asked for again."""

from __future__ import annotations

from commitgate.demo.actions import Append, Fill, Forge, Gate, Patch, Swap
from commitgate.demo.roles import BACKEND, FRONTEND, PLATFORM_DEV, PM, PRINCIPAL, SECURITY, USER
from commitgate.demo.scenario.building import PRE_REVIEW, SECURITY_REVIEW, review
from commitgate.demo.steps import Accepted, Chapter, Refused

QA_PASS = {
    "all_acceptance_criteria_met": True,
    "tests_total": 23,
    "tests_passed": 23,
    "tests_failed": 0,
    "failing_tests": [],
    "criterion_to_test_mapping_is_one_to_one": True,
}
ADR = "pipeline/adr/0002-token-not-in-response.md"

STEPS = (
    Chapter("Peer review"),
    Refused(
        BACKEND,
        "approves the own area and forges the gate",
        (
            Append("pipeline/code-review/by-backend.md", "forged/by-backend.md"),
            Forge(
                "stage-06-backend",
                "commitgate",
                {
                    "area": "backend",
                    "review_shape": "matrix",
                    "required_approvals": 1,
                    "approvals": ["dev-backend"],
                    "changes_requested": [],
                    "escalated_to_principal": False,
                },
            ),
        ),
        "gate/derived-drift",
    ),
    Accepted(
        BACKEND,
        "reviews frontend and platform: approved",
        (review("backend", "frontend", "backend-on-frontend"), review("backend", "platform", "backend-on-platform")),
        {"stage-06-frontend": "fail", "stage-06-platform": "fail"},
    ),
    Refused(
        BACKEND,
        "sets a derived gate to PASS by hand",
        (Swap("pipeline/gates/stage-06-frontend.json", '"status": "FAIL"', '"status": "PASS"'),),
        "gate/derived-drift",
        ("stage-06-frontend",),
    ),
    Refused(
        PLATFORM_DEV,
        "approves the backend and edits it in the same commit",
        (
            review("platform", "backend", "platform-on-backend"),
            Swap("src/backend/auth.js", "const SHORTEST = 8;", "const SHORTEST = 10;"),
            Gate("derive"),
        ),
        "review/mixed-commit",
        ("src/backend/auth.js",),
    ),
    Accepted(
        PLATFORM_DEV,
        "reviews backend and frontend: approved",
        (review("platform", "backend", "platform-on-backend"), review("platform", "frontend", "platform-on-frontend")),
        {"stage-06-frontend": "pass"},
    ),
    Accepted(
        FRONTEND,
        "finds the raw token in a response: changes requested, escalated; approves platform",
        (
            review("frontend", "backend", "frontend-on-backend-changes", "changes-requested"),
            review("frontend", "platform", "frontend-on-platform"),
        ),
        {"stage-06-backend": "escalate", "stage-06-platform": "pass"},
        exits=3,
    ),
    Refused(
        FRONTEND,
        "passes QA over the open escalation",
        (Forge("stage-07", "qa", QA_PASS),),
        "order/escalation-bypassed",
        ("stage-06-backend",),
    ),
    Chapter("Escalation"),
    Accepted(
        USER,
        "decides: A, the server sends the link",
        (Gate("resolve stage-06-backend 'A — the server sends the link; no token in any response'"),),
    ),
    Accepted(
        PRINCIPAL,
        "rules, records ADR 0002 and amends the design",
        (
            Gate("rule token-not-in-response 'The server builds and sends the link; no response carries a token'"),
            Gate("adr 'Token not in response'"),
            Fill(ADR, "adr/0002-token-not-in-response.md"),
            Patch("ruling"),
        ),
        {"stage-02": "stale", "stage-03": "stale"},
        warns=("order/stale",),
    ),
    Accepted(
        PRINCIPAL,
        "stands by the amended design (2 ADRs)",
        (Gate("reaffirm design --set adr_count=2"),),
        {"stage-02": "pass", "stage-03": "stale"},
    ),
    Accepted(PM, "stands by the clarification", (Gate("reaffirm clarification"),), {"stage-03": "pass"}),
    Accepted(
        BACKEND,
        "fixes the response; what was approved is approved no longer",
        (Patch("token-not-in-response"), Gate("pass build")),
        {"stage-04-backend": "pass", "stage-05": "stale", "stage-05-security": "stale", "stage-06-backend": "fail"},
        warns=("order/stale",),
    ),
    Accepted(PLATFORM_DEV, "runs the checks again; pre-review PASS", (PRE_REVIEW,), {"stage-05": "pass"}),
    Accepted(SECURITY, "reviews the fix; security PASS", (SECURITY_REVIEW,), {"stage-05-security": "pass"}),
    Accepted(FRONTEND, "backend: approved now", (review("frontend", "backend", "frontend-on-backend-fixed"),)),
    Accepted(
        PLATFORM_DEV,
        "backend: approved again; all areas approved",
        (review("platform", "backend", "platform-on-backend-fixed"),),
        {"stage-06-backend": "pass", "stage-06-frontend": "pass", "stage-06-platform": "pass", "stage-07": "open"},
    ),
)
