"""QA finds a bug, the fix goes round again, and the change is signed off, deployed and looked back upon."""

from __future__ import annotations

import json

from commitgate.demo.actions import Append, Delete, Forge, Gate, Lay, Patch, Swap
from commitgate.demo.roles import (
    BACKEND,
    FRONTEND,
    ORCHESTRATOR,
    PLATFORM,
    PLATFORM_DEV,
    PM,
    PRINCIPAL,
    QA,
    SECURITY,
    USER,
)
from commitgate.demo.scenario.building import PRE_REVIEW, SECURITY_REVIEW, review
from commitgate.demo.scenario.reviewing import QA_PASS
from commitgate.demo.steps import Accepted, Asked, Chapter, Refused

QA_GATE = "pipeline/gates/stage-07.json"
ROLES = ("pm", "principal", "dev-backend", "dev-frontend", "dev-platform", "dev-qa", "security")

STEPS = (
    Chapter("QA"),
    Accepted(
        QA,
        "23 tests, one fails: 404 for an unknown address; qa FAIL, back to dev-backend",
        (
            Lay("qa-first"),
            Gate(
                "pass qa --fail '404 instead of 200 for an address nobody registered'"
                " --set all_acceptance_criteria_met=false --set assigned_retry_to=dev-backend"
                """ --set 'failing_tests=["answers 200 for an address nobody registered"]'"""
            ),
        ),
        {"stage-07": "fail"},
    ),
    Refused(
        QA,
        "calls it a PASS with one failed test",
        (Swap(QA_GATE, '"status": "FAIL"', '"status": "PASS"'),),
        "gate/pass-needs",
        ("stage-07",),
    ),
    Refused(
        QA,
        "writes the status twice: FAIL for the reader, PASS for the parser",
        (Swap(QA_GATE, '"status": "FAIL",', '"status": "FAIL",\n  "status": "PASS",'),),
        "json/duplicate-key",
        ("stage-07.json",),
    ),
    Accepted(
        BACKEND,
        "fixes the answer for unknown addresses; the approvals of the backend are stale",
        (Patch("unknown-address"), Gate("pass build")),
        {"stage-04-backend": "pass", "stage-05": "stale", "stage-05-security": "stale", "stage-06-backend": "stale"},
        warns=("order/stale",),
    ),
    Asked(
        BACKEND,
        "asks whether the branch may be merged: approved code has changed",
        "check --ready",
        2,
        ("stale",),
    ),
    Refused(
        QA,
        "passes QA without a new review of the fix",
        (Patch("test-report"), Forge("stage-07", "qa", QA_PASS)),
        "order/predecessor",
        ("stale",),
    ),
    Accepted(PLATFORM_DEV, "runs the checks again; pre-review PASS", (PRE_REVIEW,), {"stage-05": "pass"}),
    Accepted(SECURITY, "reviews the fix; security PASS", (SECURITY_REVIEW,), {"stage-05-security": "pass"}),
    Accepted(FRONTEND, "backend: approved", (review("frontend", "backend", "frontend-on-backend-uniform"),)),
    Accepted(
        PLATFORM_DEV,
        "backend: approved",
        (review("platform", "backend", "platform-on-backend-uniform"),),
        {"stage-06-backend": "pass"},
    ),
    Accepted(
        QA,
        "23 of 23 tests, 7 of 7 criteria; qa PASS",
        (Patch("test-report"), Gate("pass qa --set all_acceptance_criteria_met=true")),
        {"stage-07": "pass"},
        checkpoint="c",
    ),
    Asked(QA, "asks again whether the branch may be merged", "check --ready", 0),
    Refused(
        BACKEND,
        "removes the security gate",
        (Delete("pipeline/gates/stage-05-security.json"),),
        "order/gate-removed",
        ("stage-05-security",),
    ),
    Accepted(USER, "lets the change pass checkpoint c", (Gate("proceed c"),), {"stage-08": "open"}),
    Chapter("Deploy and retrospective"),
    Accepted(ORCHESTRATOR, "folds the sign-off from QA", (Gate("fold"),), {"stage-08": "pass"}),
    Accepted(
        PLATFORM,
        "runbook, deploy log, smoke test; deploy PASS (docker-compose)",
        (
            Lay("deploy"),
            Gate(
                "pass deploy --agent platform --set pm_signoff=true --set deploy_requested=true"
                " --set adapter=docker-compose --set environment=production"
                " --set smoke_test_passed=true --set runbook_referenced=true"
                """ --set 'adapter_result={"compose_up_exit": 0, "services_healthy": ["api"]}'"""
                " --warning 'Requests are limited in memory: production should use Redis'"
            ),
        ),
        {"stage-08": "pass"},
    ),
    Accepted(PM, "adds the summary for stakeholders", (Append("pipeline/deploy-log.md", "notes/stakeholders.md"),)),
    Accepted(
        PRINCIPAL,
        "retrospective of all roles, lesson L001; retrospective PASS",
        (
            Lay("retrospective"),
            Gate(
                """pass retrospective --set severity=yellow --set 'lessons_promoted=["L001"]'"""
                f" --set patterns_harvested=1 --set 'contributions_written={json.dumps(ROLES)}'"
            ),
        ),
        {"stage-09": "pass"},
        exits=0,
    ),
)
