"""One good document of each kind that is read as Markdown, and its reader, for tests that go over all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from commitgate.documents import brief, budget, context, deploy_log, design, lessons, review, sections, test_report

READERS: dict[str, Callable[[bytes], Any]] = {
    "brief": brief.read,
    "budget": budget.read,
    "context": context.read,
    "deploy": deploy_log.read,
    "design": design.read,
    "lessons": lessons.read,
    "report": test_report.read,
    "retrospective": partial(sections.read, family="retrospective"),
    "review": review.read,
    "runbook": partial(sections.read, family="runbook"),
}
# A head and sections: (head, section, section, …). Every section begins with its heading and ends with a blank line.
PARTS: dict[str, tuple[str, ...]] = {
    "brief": (
        "# Brief: reset\n\n",
        "## Problem Statement\n\nPeople forget passwords.\n\n",
        "## Acceptance Criteria\n\n1. A link is sent\n2. The link\n   expires\n\n",
        "## Out of Scope\n\n- SMS\n- Fax \\| telex\n\n",
        "## Open Questions\n\n- Which server?\n\n",
    ),
    "budget": (
        "| Stage | Tokens | Minutes |\n| --- | --- | --- |\n| stage-01 | 5 | 1.5 |\n| Total | 5 | 1.5 |\n\n",
        "## Notes\n\nEstimated.\n\n",
        "## Sources\n\n- The bill\n\n",
    ),
    "context": (
        "# Context\n\nTRACK: full\n\n",
        "## Questions\n\nQUESTION: Redis? @PM\nPM-ANSWER: No.\n\n",
        "## Rulings\n\nPRINCIPAL-RULING: token → never in an answer\n\n",
        "## User Decisions\n\n2026-03-26T10:00:00Z — CHECKPOINT-PASS: a (user)\n\n"
        "2026-03-26T11:00:00Z — RESOLVED stage-06-backend: A\n\n",
    ),
    "deploy": (
        "# Deploy log\n\n",
        "## Deployments\n\n- production\n\n",
        "## Warnings carried forward\n\n- stage-02: Redis\n  not confirmed\n- stage-05: slow\n\n",
        "## Summary for stakeholders\n\nIt is live.\n\n",
    ),
    "design": (
        "# Design\n\nSTATUS: APPROVED\n\n",
        "## Overview\n\nA table.\n\n| a | b \\| c |\n| - | - |\n| 1 | 2 |\n\n",
        "## Data\n\nNone.\n\n",
    ),
    "lessons": (
        "# Lessons\n\n",
        "### L001 — Read answers\n\nText.\n\n**Reinforced:** 2 (last: 2026-03-26)\n\n",
        "### L002 — Ask early\n\n- One\n  - Two\n\n**Reinforced:** 1 (last: 2026-03-27)\n\n",
        "### L004 — Name the pipe \\|\n\nText.\n\n**Reinforced:** 1 (last: 2026-03-28)\n\n",
    ),
    "report": (
        "# Report\n\nTotal: 2, passed: 2, failed: 0\n\n",
        "## Criteria\n\n| Criterion | Test | Result |\n| --- | --- | --- |\n"
        "| AC-1 | a \\| b | pass |\n| 2 | c | pass |\n\n",
        "## Failures\n\nNone.\n\n",
    ),
    "retrospective": (
        "# Retrospective\n\n",
        "## pm\n\nGood.\n\n",
        "## dev-qa\n\n1. Good.\n1. Better.\n\n",
        "## Synthesis\n\nGreen.\n\n",
    ),
    "review": (
        "# Review\n\n",
        "## Review of backend\n\nREVIEW: APPROVED\nPATTERN: small functions\n\n",
        "## Review of frontend\n\nREVIEW: CHANGES REQUESTED\nBLOCKER: the form leaks\n\n",
    ),
    "runbook": (
        "# Runbook\n\n",
        "## Deploy\n\n`make deploy`\n\n",
        "## Rollback\n\n```sh\nmake back\n```\n\n",
        "## Health signals\n\n- Errors\n  - by kind\n\n",
    ),
}


def whole(parts: tuple[str, ...]) -> bytes:
    """The parts as a document."""
    return "".join(parts).encode()


GOOD = {name: whole(parts) for name, parts in PARTS.items()}


def placeless(value: Any) -> Any:
    """Facts without the lines at which they stand, so that what moved can be compared; sets have no order."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple(
            (name, tuple(row[:2] for row in part) if name == "mapping" else placeless(part))
            for name, part in zip(value._fields, value, strict=True)
            if not (name == "line" or name.endswith(("_line", "_lines")) or name == "number")
        )
    if isinstance(value, tuple):
        return tuple(placeless(part) for part in value)
    if isinstance(value, dict):
        return frozenset(value)
    return value
