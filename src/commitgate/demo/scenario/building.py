"""Three areas built side by side, the checks before review, and the security review that the change demands."""

from __future__ import annotations

from commitgate.demo.actions import Append, Gate, Lay, Swap
from commitgate.demo.roles import BACKEND, FRONTEND, PLATFORM_DEV, SECURITY
from commitgate.demo.steps import Accepted, Asked, Chapter, Refused

PRE_REVIEW = Gate("pass pre-review --set lint_passed=true --set tests_passed=true --set dependency_review_passed=true")

SECURITY_REVIEW = Gate(
    "pass security-review --set security_approved=true --set veto=false"
    " --warning 'The limiter counts in memory and is not safe in a cluster: use Redis in production'"
)


def review(reviewer: str, area: str, text: str, verdict: str = "approved") -> Gate:
    """``git gate review`` as an agent uses it: text and verdict at once, the derived gates follow."""
    return Gate(f"review {area} --as {reviewer} --verdict {verdict} --body-file @STORY@/reviews/{text}.md --no-pager")


STEPS = (
    Chapter("Build"),
    Accepted(
        BACKEND,
        "builds the reset routes and their tokens; build PASS (backend)",
        (Lay("build-backend"), Gate("pass build")),
        {"stage-04-backend": "pass"},
    ),
    Accepted(
        FRONTEND,
        "builds both pages; build PASS (frontend)",
        (Lay("build-frontend"), Gate("pass build")),
        {"stage-04-frontend": "pass"},
    ),
    Accepted(
        PLATFORM_DEV,
        "builds mail queue and CI workflow; build PASS (platform)",
        (Lay("build-platform"), Gate("pass build")),
        {"stage-04-platform": "pass", "stage-05": "open"},
    ),
    Chapter("Checks before review"),
    Refused(
        PLATFORM_DEV,
        "claims that no security review is needed",
        (
            Lay("pre-review"),
            PRE_REVIEW,
            Swap(
                "pipeline/gates/stage-05.json",
                '"security_review_required": true',
                '"security_review_required": false',
            ),
        ),
        "security/disagrees",
    ),
    Accepted(
        PLATFORM_DEV,
        "lint, tests, dependencies; pre-review PASS, security review required",
        (Lay("pre-review"), PRE_REVIEW),
        {"stage-05": "pass", "stage-05-security": "open"},
    ),
    Refused(
        FRONTEND,
        "approves before the security review",
        (Append("pipeline/code-review/by-frontend.md", "forged/by-frontend.md"),),
        "order/early-work",
        ("security",),
    ),
    Asked(
        FRONTEND,
        "asks whether the branch may be merged: the security gate is missing",
        "check --ready",
        2,
        ("stage-05-security (Security review)",),
    ),
    Accepted(
        SECURITY,
        "reviews tokens, limiter, workflow; PASS (path:auth, path:secret, ci:workflow)",
        (Lay("security"), SECURITY_REVIEW),
        {"stage-05-security": "pass"},
    ),
)
