"""For every rule of the document readers: bytes on which it fires, and a good document on which none does."""

from __future__ import annotations

import pytest
from good_documents import GOOD, READERS

APPROVED = "## Review of backend\n\nREVIEW: APPROVED\n"
BRIEF = "# B\n\n## Acceptance Criteria\n1. One\n2. Two\n\n## Out of Scope\n- SMS\n"
TABLE = "## Criteria\n\n| Criterion | Test | Result |\n| --- | --- | --- |\n| 1 | one | pass |\n"
REPORT = f"# R\n\nTotal: 1, passed: 1, failed: 0\n\n{TABLE}"
CONTEXT = "# C\n\nTRACK: full\n\nQUESTION: Redis? @PM\nPM-ANSWER: No.\n\n## User Decisions\n\n"
DESIGN = "# D\n\nSTATUS: APPROVED\n"
BUDGET, DEPLOY_LOG, LESSONS, RETROSPECTIVE, RUNBOOK = (
    GOOD[kind].decode() for kind in ("budget", "deploy", "lessons", "retrospective", "runbook")
)
# Both sides of a merge that nobody resolved, below whatever a good document says.
CONFLICT = "\n<<<<<<< HEAD\n\nours\n\n=======\n\ntheirs\n\n>>>>>>> feature\n"
HUGE = "x" * (5 * 1024 * 1024 + 1)

FIRES = {
    "review/near-miss": "## Review of backend\n\n**REVIEW: APPROVED**\n",
    "review/both-verdicts": APPROVED + "REVIEW: CHANGES REQUESTED\n",
    "review/duplicate-area": APPROVED + APPROVED,
    "review/no-verdict": APPROVED + "## Review of frontend\n\nLooks fine.\n",
    "review/verdict-outside": "REVIEW: APPROVED\n",
    "review/unclosed": APPROVED + "```\n",
    "review/approved-with-blocker": "## Review of backend\n\nREVIEW: APPROVED\nBLOCKER: leaks\n",
    "review/encoding": APPROVED.encode("utf-16"),
    "review/size": HUGE,
    "context/near-miss": CONTEXT + "2026-03-26T10:00:00Z — CHECKPOINT-PASS: d (me)\n",
    "context/unclosed": CONTEXT + "<!-- \n",
    "context/encoding": b"\xff\xfe\x00",
    "context/size": HUGE,
    "brief/criteria-list": "## Acceptance Criteria\n\n- no number\n",
    "brief/criteria-numbers": "## Acceptance Criteria\n\n1. One\n1. Two\n",
    "brief/nested-list": "## Acceptance Criteria\n\n1. One\n   - detail\n",
    "brief/doubled-section": BRIEF + "## Out of Scope\n- fax\n",
    "brief/out-of-scope": "## Out of Scope\n\nSMS and fax.\n",
    "brief/unclosed": BRIEF + "```\n",
    "brief/encoding": b"\xff",
    "budget/table": "no table\n",
    "budget/row": BUDGET.replace("stage-01", "requirements"),
    "budget/total": BUDGET.replace("Total | 5", "Total | 4"),
    "budget/unclosed": BUDGET + "```\n",
    "budget/encoding": b"\xff",
    "budget/size": HUGE,
    "brief/size": HUGE,
    "design/status": "# D\n\n**STATUS: APPROVED!**\n",
    "design/two-statuses": DESIGN + "\nSTATUS: DRAFT\n",
    "design/unclosed": DESIGN + "```\n",
    "design/encoding": b"\xff",
    "design/size": HUGE,
    "report/columns": REPORT.replace("Test |", "Proof |"),
    "report/row": REPORT.replace("| 1 | one |", "| first | one |"),
    "report/totals": REPORT.replace("passed: 1", "passed: many"),
    "report/unclosed": REPORT + "```\n",
    "report/encoding": b"\xff",
    "report/size": HUGE,
    "runbook/doubled-section": RUNBOOK + "## Rollback\n\nOtherwise.\n",
    "runbook/unclosed": RUNBOOK + "```\n",
    "runbook/encoding": b"\xff",
    "runbook/size": HUGE,
    "retrospective/doubled-section": RETROSPECTIVE + "## PM\n\nAgain.\n",
    "retrospective/unclosed": RETROSPECTIVE + "<!--\n",
    "retrospective/encoding": b"\xff",
    "retrospective/size": HUGE,
    "deploy/unclosed": DEPLOY_LOG + "\n```\n",
    "deploy/encoding": b"\xff",
    "deploy/size": HUGE,
    "lessons/entry": LESSONS.replace("2 (last: 2026-03-26)", "twice"),
    "lessons/doubled": LESSONS + LESSONS,
    "lessons/unclosed": LESSONS + "```\n",
    "lessons/encoding": b"\xff",
    "lessons/size": HUGE,
    "brief/conflict": BRIEF + CONFLICT,
    "budget/conflict": BUDGET + CONFLICT,
    "context/conflict": CONTEXT + CONFLICT,
    "deploy/conflict": DEPLOY_LOG + CONFLICT,
    "design/conflict": DESIGN + CONFLICT,
    "lessons/conflict": LESSONS + CONFLICT,
    "report/conflict": REPORT + CONFLICT,
    "retrospective/conflict": RETROSPECTIVE + CONFLICT,
    "review/conflict": APPROVED + CONFLICT,
    "runbook/conflict": RUNBOOK + CONFLICT,
}


def rules(family: str, data: str | bytes) -> set[str]:
    read = READERS[family]
    return {finding.rule for finding in read(data.encode() if isinstance(data, str) else data).findings}


@pytest.mark.parametrize("rule", FIRES)
def test_it_fires(rule):
    assert rule in rules(rule.split("/")[0], FIRES[rule])


@pytest.mark.parametrize("family", GOOD)
def test_none_fires_on_a_good_document(family):
    assert rules(family, GOOD[family]) == set()
