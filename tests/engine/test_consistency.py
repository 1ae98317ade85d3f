"""A PASS agrees with the documents of the tree that introduces it; later it can only go stale."""

from __future__ import annotations

import pytest

from story import REPORT


def refuse(told, rule, code=1):
    told.git("add", "-A")
    said = told.door()
    assert rule in said.err, said.err
    assert said.code == code
    assert told.commit("unlawful", check=False).code != 0
    return said.err


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"acceptance_criteria_count": 3}, "consistency/criteria-count"),
        ({"out_of_scope_items": ["SMS", "fax"]}, "consistency/out-of-scope"),
        ({"acceptance_criteria_count": True}, "gate/schema"),
        ({"required_sections_complete": False}, "gate/pass-needs"),
        ({"blockers": ["one"]}, "gate/pass-with-blockers"),
        ({"track": "quick"}, "gate/track"),
        ({"stage": "stage-02"}, "gate/stage-name"),
        ({"timestamp": "yesterday"}, "gate/timestamp"),
    ],
)
def test_requirements(story, fields, rule):
    told = story("requirements")
    told.write_gate("stage-01", **fields)
    if "stage" in fields:
        gate = told.read_gate("stage-01")
        assert gate["stage"] == "stage-02"
    said = refuse(told, rule)
    assert "pipeline/gates/stage-01.json:" in said, "the line is named"


def test_a_brief_without_its_sections(story):
    told = story("started")
    told.write("pipeline/brief.md", "# Brief\n\n## Acceptance Criteria\n1. A\n2. B\n\n## Out of Scope\n- SMS\n")
    told.write_gate("stage-01")
    assert "Problem Statement" in refuse(told, "consistency/sections")


def test_an_item_out_of_scope_that_the_gate_leaves_out_only_warns(story):
    told = story("requirements")
    told.write_gate("stage-01", out_of_scope_items=[])
    told.git("add", "-A")
    said = told.door()
    assert said.code == 0
    assert "consistency/out-of-scope" in said.err


def test_a_gate_without_its_document(story):
    told = story("started")
    told.write_gate("stage-01")
    refuse(told, "consistency/missing-document")


def test_the_design_must_be_approved_and_its_adrs_counted(story):
    told = story("requirements")
    told.decide("CHECKPOINT-PASS: a (user)")
    told.commit("a")
    told.write("pipeline/design-spec.md", "STATUS: DRAFT\n")
    told.write_gate("stage-02")
    refuse(told, "consistency/design-status")
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    told.write("pipeline/adr/0001-queue.md", "# 1\n")
    assert "there are 1 ADRs" in refuse(told, "consistency/adr-count")
    told.write_gate("stage-02", adr_count=1)
    assert told.commit("design", check=False).code == 0


def test_an_adr_may_be_added_later(story):
    told = story("tested")
    told.write("pipeline/adr/0001-later.md", "# 1\n")
    assert told.commit("ruling", check=False).code == 0
    assert told.state("stage-02") == "pass"


def test_clarification_has_no_open_question_and_counts_right(story):
    told = story("designed")
    told.decide("CHECKPOINT-PASS: b (user)")
    context = told.read("pipeline/context.md")
    told.write("pipeline/context.md", context.replace("## User", "QUESTION: Redis? @PM\n\n## User"))
    told.write_gate("stage-03")
    assert "git gate answer 1" in refuse(told, "consistency/open-question")
    context = told.read("pipeline/context.md")
    told.write("pipeline/context.md", context.replace("Redis? @PM\n", "Redis? @PM\nPM-ANSWER: No.\n"))
    refuse(told, "consistency/question-count")
    told.write_gate("stage-03", answered_questions_count=1)
    assert told.commit("clarified", check=False).code == 0


def test_files_changed_is_the_areas_delta(story):
    told = story("clarified")
    told.write("src/backend/auth.js", "x\n")
    told.write("src/backend/more.js", "x\n")
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend")
    assert "src/backend/more.js" in refuse(told, "consistency/files-changed")
    told.write_gate(
        "stage-04-backend", files_changed=["src/backend/auth.js", "src/backend/more.js", "src/frontend/x.js"]
    )
    assert "src/frontend/x.js" in refuse(told, "consistency/files-changed")
    told.remove("pipeline/pr-backend.md")
    told.write_gate("stage-04-backend", files_changed=["src/backend/auth.js", "src/backend/more.js"])
    refuse(told, "consistency/missing-document")


def qa(told, report, **fields):
    told.write("src/tests/auth.test.js", "// tests\n")
    told.write("pipeline/test-report.md", report)
    told.write_gate("stage-07", **fields)


def test_qa_totals_and_mapping(story):
    told = story("reviewed")
    qa(told, REPORT.format(total=3, passed=3, failed=0))
    refuse(told, "consistency/test-totals")
    good = REPORT.format(total=2, passed=2, failed=0)
    for broken in (
        good.replace("| AC-2 | link expires | pass |\n", ""),
        good.replace("link expires", "sends a link"),
        good.replace("AC-2", "AC-1"),
        good + "| AC-3 | third | pass |\n",
    ):
        qa(told, broken)
        refuse(told, "consistency/criteria-mapping")
    said = told.gate("pass", "qa").out
    assert "all_acceptance_criteria_met is false, since in test-report.md criterion 3 is not in brief.md" in said
    qa(told, good, tests_failed=1, tests_passed=1)
    refuse(told, "gate/pass-needs")
    qa(told, good)
    assert told.commit("qa", check=False).code == 0


def fold(told, **fields):
    told.write_gate(
        "stage-08",
        agent="orchestrator",
        deploy_requested=False,
        runbook_referenced=False,
        smoke_test_passed=None,
        auto_from_stage_07=True,
        warnings=["Deployment not requested by auto-fold"],
        **fields,
    )


def test_the_fold_is_lawful_where_its_conditions_hold(story):
    told = story("tested")
    told.decide("CHECKPOINT-PASS: c (user)")
    told.commit("c")
    fold(told)
    said = told.commit("fold", author="orchestrator", check=False)
    assert said.code == 0, said.err


def test_a_forged_fold(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0).replace("AC-2", "AC-1"))
    told.write_gate("stage-07", criterion_to_test_mapping_is_one_to_one=False)
    told.commit("qa")
    told.decide("CHECKPOINT-PASS: c (user)")
    told.commit("c")
    fold(told)
    refuse(told, "consistency/fold")


def test_a_deploy_refers_to_a_runbook_that_is_there(story):
    told = story("tested")
    told.decide("CHECKPOINT-PASS: c (user)")
    told.commit("c")
    told.write_gate("stage-08")
    refuse(told, "consistency/runbook", 3)


def test_an_unsound_pass_smuggled_past_the_hook_never_counts(story):
    told = story("reviewed")
    qa(told, REPORT.format(total=9, passed=9, failed=0))
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "-m", "smuggled")
    assert told.state("stage-07") == "fail"
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    told.commit("repaired behind its back", check=False)
    assert told.state("stage-07") == "fail", "a PASS is judged in the tree that introduced it"
    told.write_gate("stage-07", warnings=["passed anew"])
    assert told.commit("qa", check=False).code == 0
    assert told.state("stage-07") == "pass"


def test_retries_are_counted_from_history(story):
    told = story("reviewed")
    qa(
        told,
        REPORT.format(total=2, passed=1, failed=1),
        status="FAIL",
        tests_passed=1,
        tests_failed=1,
        failing_tests=["a"],
    )
    assert told.commit("first", check=False).code == 0
    again = {"status": "FAIL", "tests_passed": 1, "tests_failed": 1, "failing_tests": ["a"]}
    told.write_gate("stage-07", warnings=["x"], **again)
    refuse(told, "gate/retry-count", 2)
    told.write_gate("stage-07", retry_number=1, this_attempt_differs_by="waits longer", **again)
    assert told.commit("second", check=False).code == 0
    told.write_gate("stage-07", retry_number=2, this_attempt_differs_by="waits longer", **again)
    refuse(told, "gate/retry-same", 2)
    told.write_gate("stage-07", retry_number=2, this_attempt_differs_by=" Waits  longer\u200b", **again)
    refuse(told, "gate/retry-same", 2)
    told.write_gate("stage-07", retry_number=2, this_attempt_differs_by="another clock", **again)
    refuse(told, "gate/retry-escalate", 2)
    told.write_gate("stage-07", escalation_reason="fails again", **{**again, "status": "ESCALATE"})
    said = told.commit("escalate", check=False)
    assert said.code == 0, said.err


def test_a_pass_that_ends_the_retries_needs_no_retry_fields(story):
    told = story("reviewed")
    qa(
        told,
        REPORT.format(total=2, passed=1, failed=1),
        status="FAIL",
        tests_passed=1,
        tests_failed=1,
        failing_tests=["a"],
    )
    told.commit("first")
    qa(told, REPORT.format(total=2, passed=2, failed=0))
    assert told.commit("pass", check=False).code == 0


def test_a_timestamp_in_the_future_warns(story):
    told = story("started")
    from story import BRIEF

    told.write("pipeline/brief.md", BRIEF)
    told.write_gate("stage-01", timestamp="2199-01-01T00:00:00Z")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 0
    assert "gate/future" in said.err
