"""Requirements, design and clarification: nothing is built before it is agreed."""

from __future__ import annotations

from commitgate.demo.actions import Append, Branch, Fill, Forge, Gate, Lay, Patch
from commitgate.demo.roles import BACKEND, FRONTEND, ORCHESTRATOR, PLATFORM_DEV, PM, PRINCIPAL, USER
from commitgate.demo.steps import Accepted, Chapter, Refused

FEATURE = "Add password reset via email"
NOTES = "pipeline/design-review-notes.md"
ADR = "pipeline/adr/0001-email-delivery-via-queue.md"

STEPS = (
    Chapter("Requirements"),
    Accepted(USER, "has a small project on main", (Lay("project"),)),
    Accepted(
        ORCHESTRATOR,
        f'starts the run "{FEATURE}" on a branch',
        (Branch("feature/password-reset"), Gate(f"start '{FEATURE}' --track full")),
        {"stage-01": "open"},
    ),
    Accepted(
        PM,
        "writes the brief with 7 criteria; requirements PASS",
        (Lay("brief"), Gate("pass requirements")),
        {"stage-01": "pass"},
        checkpoint="a",
    ),
    Accepted(USER, "reads the brief and lets it pass checkpoint a", (Gate("proceed a"),), {"stage-02": "open"}),
    Chapter("Design"),
    Refused(
        BACKEND,
        "cannot wait and commits source before the design",
        (Lay("build-backend"),),
        "order/early-work",
        ("src/backend/auth.js",),
    ),
    Accepted(PRINCIPAL, "drafts the design", (Lay("design-draft"),), {"stage-02": "open"}),
    Accepted(BACKEND, "notes: where do the request counts live? Redis?", (Append(NOTES, "notes/dev-backend.md"),)),
    Accepted(FRONTEND, "notes: the pages need a waiting state", (Append(NOTES, "notes/dev-frontend.md"),)),
    Accepted(PLATFORM_DEV, "notes: mail belongs into a queue", (Append(NOTES, "notes/dev-platform.md"),)),
    Accepted(
        PRINCIPAL,
        "asks the pm about Redis, decides for the queue (ADR 0001); design FAIL until the pm agrees",
        (
            Gate("ask 'Do we have Redis in the stack?'"),
            Gate("adr 'Email delivery via queue'"),
            Fill(ADR, "adr/0001-email-delivery-via-queue.md"),
            Patch("design-approved"),
            Gate(
                "pass design --fail 'The pm has not confirmed the scope yet'"
                " --set arch_approved=true --set pm_approved=false"
            ),
        ),
        {"stage-02": "fail"},
    ),
    Refused(
        PM,
        "passes clarification although the design is FAIL",
        (
            Forge(
                "stage-03",
                "pm",
                {"open_questions_count": 0, "answered_questions_count": 1, "scope_changed": False},
            ),
        ),
        "order/predecessor",
        ("stage-03",),
    ),
    Accepted(
        PM,
        "confirms the scope; design PASS with a warning about Redis",
        (
            Gate(
                "pass design --agent principal --set arch_approved=true --set pm_approved=true"
                " --warning 'Redis not confirmed: requests are counted in memory for now'"
            ),
        ),
        {"stage-02": "pass"},
        checkpoint="b",
    ),
    Accepted(USER, "lets the design pass checkpoint b", (Gate("proceed b"),), {"stage-03": "open"}),
    Chapter("Clarification"),
    Accepted(
        PM,
        "answers: no Redis, count in memory; clarification PASS",
        (
            Gate("answer 1 'No Redis. Count in memory, and say so in the deploy log.'"),
            Gate("pass clarification --set scope_changed=false"),
        ),
        {"stage-03": "pass", "stage-04": "open"},
    ),
)
