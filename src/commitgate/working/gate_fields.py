"""The fields of every stage's gate: which follow from the tree, and which only a person knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from commitgate.documents.facts import BriefFacts, ReviewFacts, SectionsFacts, TestReportFacts
from commitgate.facts import Snapshot
from commitgate.judge.binding import fired, review_areas, select
from commitgate.judge.folding import one_to_one
from commitgate.judge.ledger import History
from commitgate.judge.lessons import fresh
from commitgate.judge.planning import is_adr, open_questions
from commitgate.policy.gates import GateRules
from commitgate.policy.model import Policy, Track
from commitgate.working.own_fields import own_asks
from commitgate.working.settings import BOOLEAN, INTEGER, LIST, TEXT, Ask

_OF_EVERY_GATE = ("stage", "status", "agent", "track", "timestamp", "blockers", "warnings", "subject")


class Tree(NamedTuple):
    """What the fields are computed from."""

    policy: Policy
    track: Track
    snapshot: Snapshot
    history: History

    def document(self, name: str) -> Any:
        """The facts of a document of the run folder; None when there is none."""
        return self.snapshot.documents.get(f"{self.snapshot.root}/{name}")


class Fields(NamedTuple):
    """``computed`` follows from the tree; each of ``asked`` is a person's word."""

    computed: dict[str, Any]
    asked: tuple[Ask, ...] = ()


def fields_of(tree: Tree, stage_id: str, area: str) -> Fields:
    """The fields of one gate beyond those that every gate has, in the order in which they are written."""
    made = _STAGES[stage_id](tree) if stage_id in _STAGES else Fields({})
    if stage_id == "stage-04" or (stage_id.startswith("stage-04-") and area):
        made = _build(tree, area)
    elif area:
        made = Fields({"area": area} | made.computed, made.asked)
    for gate, key, wanted in tree.track.required_fields:
        if gate != stage_id or key in made.computed:
            continue
        if wanted is True:  # a mark that the track itself makes true
            made = Fields({**made.computed, key: True}, made.asked)
        else:
            ask = Ask(key, TEXT, f"{key} ({wanted!s} for a PASS)", passing=wanted)
            made = Fields(made.computed, (*made.asked, ask))
    schema = GateRules(tree.policy).schema(stage_id)
    if schema is not None:
        known = {*_OF_EVERY_GATE, *made.computed, *(ask.key for ask in made.asked)}
        made = Fields(made.computed, (*made.asked, *own_asks(schema, known)))
    return made


def _requirements(tree: Tree) -> Fields:
    brief: BriefFacts | None = tree.document("brief.md")
    wanted = tree.policy.brief_sections.get(tree.track.name, ())
    return Fields(
        {
            "acceptance_criteria_count": len(brief.criteria) if brief else 0,
            "out_of_scope_items": list(brief.out_of_scope) if brief else [],
            "required_sections_complete": brief is not None
            and all(name in brief.sections and name not in brief.blank for name in wanted),
        }
    )


def _design(tree: Tree) -> Fields:
    adrs = sum(1 for path in tree.snapshot.entries if is_adr(tree.snapshot.below(path)))
    return Fields(
        {"adr_count": adrs},
        (
            Ask("arch_approved", BOOLEAN, "Does the principal approve the architecture?", True),
            Ask("pm_approved", BOOLEAN, "Does the pm confirm the scope?", True),
        ),
    )


def _clarification(tree: Tree) -> Fields:
    context = tree.snapshot.context
    answered = sum(1 for question in context.questions if question.answer) if context is not None else 0
    return Fields(
        {"open_questions_count": len(open_questions(tree.snapshot)), "answered_questions_count": answered},
        (Ask("scope_changed", BOOLEAN, "Did the answers change the scope?"),),
    )


def _build(tree: Tree, area: str) -> Fields:
    if area:
        changes = select(tree.policy, tree.snapshot.delta, area)
        return Fields({"area": area, "files_changed": [change.path for change in changes]})
    root = tree.snapshot.root
    summaries = sorted(path for path in tree.snapshot.entries if path.startswith(f"{root}/pr-"))
    return Fields(
        {
            "workstreams": [one.name for one in review_areas(tree.policy, tree.snapshot)],
            "pr_summaries_written": [tree.snapshot.below(path) for path in summaries],
        },
        (Ask("local_verification", LIST, "What was run locally, and how did it end?"),),
    )


def _pre_review(tree: Tree) -> Fields:
    return Fields(
        {"security_review_required": bool(fired(tree.snapshot))},
        (
            Ask("lint_passed", BOOLEAN, "Does lint pass?", True),
            Ask("tests_passed", BOOLEAN, "Do the tests pass?", True),
            Ask("dependency_review_passed", BOOLEAN, "Are the dependencies reviewed and sound?", True),
        ),
    )


def _security(tree: Tree) -> Fields:
    return Fields(
        {"triggering_conditions": list(fired(tree.snapshot))},
        (
            Ask("security_approved", BOOLEAN, "Does the security role approve?", True),
            Ask("veto", BOOLEAN, "Does the security role veto the change?", False),
        ),
    )


def _qa(tree: Tree) -> Fields:
    brief: BriefFacts | None = tree.document("brief.md")
    report: TestReportFacts | None = tree.document("test-report.md")
    met = Ask("all_acceptance_criteria_met", BOOLEAN, "Are all acceptance criteria met?", True)
    mapped = Ask("criterion_to_test_mapping_is_one_to_one", BOOLEAN, "Has every criterion exactly one test?")
    failing = Ask("failing_tests", LIST, "Which tests fail?", [])
    if report is None or report.total < 0:
        totals = [
            Ask("tests_total", INTEGER, "How many tests were run?"),
            Ask("tests_passed", INTEGER, "How many of them passed?"),
            Ask("tests_failed", INTEGER, "How many of them failed?", 0),
        ]
        return Fields({}, (met, *totals, failing, mapped))
    computed: dict[str, Any] = {
        "tests_total": report.total,
        "tests_passed": report.passed,
        "tests_failed": report.failed,
    }
    asked: list[Ask] = []
    if report.failed:
        asked.append(failing)
    else:
        computed[failing.key] = []
    if brief is None:
        asked += [met, mapped]
    else:
        alone = not one_to_one(brief, report)
        computed["all_acceptance_criteria_met"] = alone and not report.failed
        computed[mapped.key] = alone
    return Fields(computed, tuple(asked))


def _deploy(tree: Tree) -> Fields:
    return Fields(
        {},
        (
            Ask("pm_signoff", BOOLEAN, "Does the pm sign off?", True),
            Ask("runbook_referenced", BOOLEAN, "Was the runbook followed?", True),
            Ask("smoke_test_passed", BOOLEAN, "Did the smoke test pass?", True),
        ),
    )


def _retrospective(tree: Tree) -> Fields:
    reviews: list[ReviewFacts] = [facts for _, _, facts in tree.snapshot.reviews()]
    patterns = sum(len(section.patterns) for facts in reviews for section in facts.sections)
    return Fields(
        {"lessons_promoted": [lesson.id for lesson in fresh(tree.snapshot, tree.history)]},
        (
            Ask("severity", TEXT, "How did it go: green, yellow or red?"),
            Ask("patterns_harvested", INTEGER, "How many patterns were harvested?", default=patterns),
            Ask("contributions_written", LIST, "Who contributed?", default=_contributions(tree)),
        ),
    )


def _contributions(tree: Tree) -> list[str]:
    """The roles that wrote a section of the retrospective."""
    facts: SectionsFacts | None = tree.document("retrospective.md")
    if facts is None:
        return []
    return [one.title for one in facts.sections if not one.blank and one.name.split()[:1] != ["synthesis"]]


_STAGES: dict[str, Callable[[Tree], Fields]] = {
    "stage-01": _requirements,
    "stage-02": _design,
    "stage-03": _clarification,
    "stage-05": _pre_review,
    "stage-05-security": _security,
    "stage-07": _qa,
    "stage-08": _deploy,
    "stage-09": _retrospective,
}
