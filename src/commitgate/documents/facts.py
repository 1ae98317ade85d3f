"""The facts read from documents: plain immutable data, cheap to import, made of values that marshal can hold.

Only str, int, float, bool, None, tuple, dict and other records may stand in a field. Findings inside carry an
empty path (the reader does not know it); lines are 1-based, 0 for "the file as a whole".
"""

from __future__ import annotations

from commitgate.finding import Finding
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class GateFacts(Record):
    """One ``pipeline/gates/<stage id>.json``, judged by its own bytes and file name alone.

    ``status`` is "" when the document is so broken that no status can be trusted. ``payload`` is the sha256
    of the canonical JSON without ``timestamp`` and ``subject``. ``when`` is the timestamp in epoch seconds.
    ``lines`` gives the line of each top-level key.
    """

    stage: str  # as the file name says: "stage-04-backend"
    number: str  # "04"; "budget" for stage-budget
    suffix: str  # "backend", "" when there is none
    status: str  # PASS, FAIL, ESCALATE or ""
    agent: str
    track: str
    when: int | None
    blockers: tuple[str, ...]
    warnings: tuple[str, ...]
    payload: str
    inputs: str  # subject.inputs ("i1:…") or ""
    fields: dict[str, Any]  # the whole document as parsed
    lines: dict[str, int]
    findings: tuple[Finding, ...]


class RunFacts(Record):
    """``pipeline/run.json``. ``id`` is "" when the document cannot be accepted."""

    id: str
    feature: str
    track: str
    created: str
    findings: tuple[Finding, ...]
    lines: dict[str, int]


class ReviewSection(Record):
    """One ``## Review of <area>`` section. ``verdict`` is APPROVED, "CHANGES REQUESTED" or ""."""

    area: str  # as written, casefolded; whether the policy knows it is for the judge
    line: int
    verdict: str
    verdict_line: int
    reviewed: str  # the token of the tool-written line, "d1:<64 hex>", or ""
    blockers: tuple[str, ...]
    suggestions: tuple[str, ...]
    questions: tuple[str, ...]
    patterns: tuple[str, ...]
    escalations: tuple[str, ...]
    decisions: tuple[str, ...]
    options: tuple[str, ...]


class ReviewFacts(Record):
    """One ``pipeline/code-review/by-<reviewer>.md``."""

    sections: tuple[ReviewSection, ...]
    findings: tuple[Finding, ...]


class Decision(Record):
    """``<ISO> — RESOLVED <gate>: <decision>`` under ``## User Decisions``."""

    gate: str  # stage id, or "stage-06" of the prose form "Stage 6 escalation resolved:", which means every area
    text: str
    when: str
    line: int


class CheckpointMark(Record):
    """``<ISO> — CHECKPOINT-PASS: a (<who>)`` or ``CHECKPOINT-AUTO-PASS: a (<condition>)``."""

    checkpoint: str  # a, b or c
    automatic: bool
    who: str  # who, or the condition of an automatic pass
    when: str
    line: int


class Question(Record):
    """``QUESTION: … @PM`` and its ``PM-ANSWER:``, numbered from 1 in the order of the file."""

    number: int
    text: str
    to: str  # "PM"
    answer: str  # "" while open
    line: int


class Ruling(Record):
    """``PRINCIPAL-RULING: <topic> → <decision>``; ``decision`` is "" for a PRINCIPAL-RULING-REQUEST."""

    topic: str
    decision: str
    when: str
    line: int


class ContextFacts(Record):
    """``pipeline/context.md``."""

    track: str  # of the "TRACK: <track>" line, "" when there is none
    track_line: int
    decisions: tuple[Decision, ...]
    checkpoints: tuple[CheckpointMark, ...]
    questions: tuple[Question, ...]
    rulings: tuple[Ruling, ...]
    security_skip: str  # reason of the last SECURITY-SKIP line, "" when there is none
    findings: tuple[Finding, ...]


class BriefFacts(Record):
    """``pipeline/brief.md``. ``sections`` maps casefolded level-2 headings to their line."""

    title: str
    sections: dict[str, int]
    criteria: tuple[str, ...]
    criteria_line: int
    out_of_scope: tuple[str, ...]
    open_questions: tuple[str, ...]
    findings: tuple[Finding, ...]
    blank: tuple[str, ...] = ()  # sections that hold nothing but comments
    question_lines: tuple[int, ...] = ()  # where each of open_questions stands


class Section(Record):
    """A heading of level 2 and what stands below it. ``blank``: nothing but comments, rules and further headings."""

    title: str
    name: str  # the title casefolded
    line: int
    blank: bool


class SectionsFacts(Record):
    """A document that is known by its sections: ``pipeline/runbook.md``, ``pipeline/retrospective.md``.

    ``strays`` maps the casefolded text of every other heading to its line: what was perhaps meant as a section.
    """

    sections: tuple[Section, ...]
    strays: dict[str, int]
    findings: tuple[Finding, ...]


class DeployLogFacts(Record):
    """``pipeline/deploy-log.md``: the warnings that it carries forward, one for each item of that section."""

    warnings: tuple[str, ...]
    line: int  # of the section, 0 when there is none
    findings: tuple[Finding, ...]


class Lesson(Record):
    """``### L001 — <title>`` of ``pipeline/lessons-learned.md`` with its line ``**Reinforced:** n (last: <date>)``."""

    id: str  # "L001"
    title: str
    line: int
    reinforced: int
    last: str  # "2026-03-26"; "" for a lesson that was never reinforced
    retired: bool  # it stands below "## Retired"

    @property
    def number(self) -> int:
        """The number in the id."""
        return int(self.id[1:])


class LessonsFacts(Record):
    """``pipeline/lessons-learned.md``, the lessons in the order of the file."""

    lessons: tuple[Lesson, ...]
    findings: tuple[Finding, ...]


class BudgetFacts(Record):
    """``pipeline/budget.md``. ``tokens`` and ``minutes`` are summed up from the rows, whatever the file says."""

    rows: tuple[tuple[str, int, float, int], ...]  # (gate id, tokens, minutes, line)
    tokens: int
    minutes: float
    last: int  # the last line of the table, its total row if it has one
    total: int  # the line of the total row, 0 when there is none
    findings: tuple[Finding, ...]


class DesignFacts(Record):
    """``pipeline/design-spec.md``: the STATUS line (DRAFT, APPROVED or "") and where it stands."""

    status: str
    line: int
    findings: tuple[Finding, ...]


class WaiverFacts(Record):
    """One ``pipeline/waivers/<id>.yml``. With a MALFORMED finding it waives nothing, whatever the other fields hold."""

    id: str  # what the document says of itself, "" when it leaves that to its file name
    rule: str
    scope: tuple[str, ...]  # path patterns, gitignore syntax
    reason: str
    owner: str
    approved_by: str
    expires: str  # as written: a day, or a moment with its zone
    until: int  # the first moment at which it counts no more, epoch seconds; a day counts to its end in UTC
    findings: tuple[Finding, ...]
    lines: dict[str, int]


class TestReportFacts(Record):
    """``pipeline/test-report.md``: which test proves which acceptance criterion, and the totals.

    ``mapping`` holds (criterion number, test name, line); totals are -1 when the report does not state them.
    """

    mapping: tuple[tuple[int, str, int], ...]
    total: int
    passed: int
    failed: int
    totals_line: int
    findings: tuple[Finding, ...]


class LineHit(Record):
    """What one changed line of a file fires. ``line`` is in the new blob, of a removed line in the old one.

    0 stands for the file as a whole. ``pattern`` is the policy's idiom, with the name that was
    found in the place of "@"; or what else was found (a new dependency).
    """

    trigger: str
    line: int
    removed: bool
    pattern: str

    @property
    def told(self) -> str:
        """Line and pattern, for people."""
        if not self.line:
            return self.pattern
        return f"{'removed line' if self.removed else 'line'} {self.line}: {self.pattern}"
