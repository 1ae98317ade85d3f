"""``git gate pass``: complete gates from the tree, and the refusals."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitgate.errors import UserError
from commitgate.working.settings import parse
from story import BRIEF, REPORT


def passed(told, *args, code=0):
    said = told.gate("pass", *args)
    assert said.code == code, said.said
    assert "Traceback" not in said.said
    return said


def unchanged(told, *args, code):
    """The command refuses, and not one byte of the work tree or the index has changed."""
    before = (
        told.git("status", "--porcelain", "-z").stdout,
        {name: kept for name, kept in told.snapshot().items() if not name.startswith(".git/commitgate")},
    )
    said = passed(told, *args, code=code)
    after = (
        told.git("status", "--porcelain", "-z").stdout,
        {name: kept for name, kept in told.snapshot().items() if not name.startswith(".git/commitgate")},
    )
    assert before == after
    return said


def test_requirements_counts_what_the_brief_says(story):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF)
    said = passed(told, "requirements")
    gate = told.read_gate("stage-01")
    assert (gate["status"], gate["agent"], gate["track"]) == ("PASS", "pm", "full")
    assert gate["acceptance_criteria_count"] == 2
    assert gate["out_of_scope_items"] == ["SMS"]
    assert gate["required_sections_complete"] is True
    assert gate["timestamp"].endswith("Z")
    assert gate["subject"]["inputs"].startswith("i1:")
    assert "next: git add pipeline/brief.md pipeline/gates/stage-01.json && git commit" in said.out
    assert told.commit("requirements", author="pm").code == 0
    assert told.state("stage-01") == "pass"


def test_a_second_pass_changes_not_one_byte(story):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF)
    passed(told, "stage-01")
    gate = told.path / "pipeline" / "gates" / "stage-01.json"
    os.utime(gate, (1, 1))
    assert "unchanged" in passed(told, "requirements").out
    assert gate.stat().st_mtime == 1


def test_a_changed_brief_binds_the_gate_anew(story):
    told = story("requirements")
    told.write("pipeline/brief.md", BRIEF.replace("2. The link expires", "2. The link expires\n3. Once only"))
    passed(told, "requirements")
    assert told.read_gate("stage-01")["acceptance_criteria_count"] == 3
    told.commit("requirements", author="pm")
    assert told.state("stage-01") == "pass"


def test_a_brief_without_its_sections_is_refused(story):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF.replace("## User Stories", "## Stories"))
    said = unchanged(told, "requirements", code=1)
    assert "required_sections_complete" in said.out
    said = unchanged(told, "requirements", "--set", "required_sections_complete=true", code=1)
    assert "consistency/sections" in said.out


def test_a_set_value_never_outweighs_the_tree(story):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF)
    for status in (("--status", "PASS"), ("--fail", "too thin")):
        said = unchanged(told, "requirements", *status, "--set", "acceptance_criteria_count=7", code=1)
        assert "consistency/criteria-count" in said.out


def test_a_pass_has_no_blockers(story):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF)
    assert "gate/pass-with-blockers" in unchanged(told, "requirements", "--blocker", "too thin", code=1).out


def test_design_asks_for_the_two_approvals(story):
    told = story("requirements")
    told.gate("proceed", "a", check=True)
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: APPROVED\n")
    told.write("pipeline/adr/0001-x.md", "# 0001\n")
    said = unchanged(told, "design", code=64)
    assert "--set arch_approved=true --set pm_approved=true" in said.err
    passed(told, "design", "--set", "arch_approved=true", "--set", "pm_approved=true", "--warning", "Redis?")
    gate = told.read_gate("stage-02")
    assert (gate["adr_count"], gate["agent"], gate["warnings"]) == (1, "principal", ["Redis?"])
    # What was said before holds on a second pass, and an ADR more is counted.
    told.write("pipeline/adr/0002-y.md", "# 0002\n")
    passed(told, "design")
    gate = told.read_gate("stage-02")
    assert (gate["adr_count"], gate["warnings"]) == (2, ["Redis?"])


def test_a_fail_that_becomes_a_pass_asks_again_for_what_was_false(story):
    told = story("requirements")
    told.gate("proceed", "a", check=True)
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: APPROVED\n")
    passed(told, "design", "--fail", "scope open", "--set", "arch_approved=true", "--set", "pm_approved=false")
    gate = told.read_gate("stage-02")
    assert (gate["status"], gate["blockers"]) == ("FAIL", ["scope open"])
    assert "subject" not in gate
    said = unchanged(told, "design", code=64)
    assert "pm_approved" in said.err
    assert "arch_approved" not in said.err
    passed(told, "design", "--set", "pm_approved=true")
    assert told.read_gate("stage-02")["blockers"] == []


def test_a_draft_design_is_refused(story):
    told = story("requirements")
    told.gate("proceed", "a", check=True)
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: DRAFT\n")
    said = unchanged(told, "design", "--set", "arch_approved=true", "--set", "pm_approved=true", code=1)
    assert "consistency/design-status" in said.out


def test_unknown_keys_are_kept(story):
    told = story("requirements")
    gate = told.read_gate("stage-01") | {"x_ticket": "T-1"}
    told.write("pipeline/gates/stage-01.json", json.dumps(gate))
    told.write("pipeline/brief.md", BRIEF + "- no more\n")
    passed(told, "requirements", "--set", "x_list=[1, 2]")
    gate = told.read_gate("stage-01")
    assert (gate["x_ticket"], gate["x_list"]) == ("T-1", [1, 2])


def test_clarification_counts_questions_and_refuses_open_ones(story):
    told = story("designed")
    told.gate("proceed", "b", check=True)
    told.gate("ask", "Redis?", check=True)
    said = unchanged(told, "clarification", "--set", "scope_changed=false", code=1)
    assert "consistency/open-question" in said.out
    told.gate("answer", "1", "No.", check=True)
    passed(told, "clarification", "--set", "scope_changed=false")
    gate = told.read_gate("stage-03")
    assert (gate["open_questions_count"], gate["answered_questions_count"], gate["scope_changed"]) == (0, 1, False)


def test_build_writes_one_gate_for_each_area_and_all_or_none(story):
    told = story("clarified")
    told.write("src/backend/a.js", "1\n")
    told.write("src/frontend/b.js", "2\n")
    told.write("pipeline/pr-backend.md", "# backend\n")
    said = unchanged(told, "build", code=1)
    assert "pr-frontend.md" in said.out
    told.write("pipeline/pr-frontend.md", "# frontend\n")
    passed(told, "build")
    assert told.read_gate("stage-04-backend")["files_changed"] == ["src/backend/a.js"]
    gate = told.read_gate("stage-04-frontend")
    assert (gate["area"], gate["agent"]) == ("frontend", "dev-frontend")
    told.commit("build")
    assert told.state("stage-04-backend") == told.state("stage-04-frontend") == "pass"


@pytest.mark.parametrize("name", [("build", "--area", "backend"), ("stage-04-backend",)])
def test_build_of_one_area(story, name):
    told = story("clarified")
    told.write("src/backend/a.js", "1\n")
    told.write("src/frontend/b.js", "2\n")
    told.write("pipeline/pr-backend.md", "# backend\n")
    passed(told, *name)
    assert not (told.path / "pipeline" / "gates" / "stage-04-frontend.json").exists()


def test_an_area_without_a_change_has_no_gate(story):
    told = story("built")
    said = unchanged(told, "build", "--area", "platform", code=2)
    assert "backend, frontend" in said.err


def test_the_merged_build_asks_what_was_verified(story):
    told = story("clarified")
    said = unchanged(told, "build", code=64)
    assert "local_verification" in said.err
    passed(told, "build", "--set", 'local_verification=["make test: ok"]')
    gate = told.read_gate("stage-04")
    assert (gate["workstreams"], gate["local_verification"]) == ([], ["make test: ok"])


def test_pre_review_computes_whether_security_is_needed(story):
    told = story("built")
    yes = [word for key in ("lint", "tests", "dependency_review") for word in ("--set", f"{key}_passed=true")]
    said = unchanged(told, "pre-review", *yes, "--set", "security_review_required=false", code=1)
    assert "security/disagrees" in said.out
    passed(told, "pre-review", *yes)
    assert told.read_gate("stage-05")["security_review_required"] is True


def test_a_pass_needs_its_truths(story):
    told = story("built")
    yes = [word for key in ("tests", "dependency_review") for word in ("--set", f"{key}_passed=true")]
    for value in ("false", "yes", "1", "null"):
        unchanged(told, "pre-review", *yes, "--set", f"lint_passed={value}", code=1)


def test_the_security_review_names_every_trigger(story):
    told = story("prereviewed")
    said = unchanged(told, "security-review", code=64)
    assert "--set security_approved=true --set veto=false" in said.err
    yes = ("--set", "security_approved=true", "--set", "veto=false")
    said = unchanged(told, "stage-05-security", *yes, "--set", "triggering_conditions=[]", code=1)
    assert "security/condition-missing" in said.out
    passed(told, "security-review", *yes, "--set", 'triggering_conditions=["path:auth", "manual: asked for"]')
    passed(told, "stage-05-security")
    assert told.read_gate("stage-05-security")["triggering_conditions"] == ["path:auth"]


def test_a_veto_is_lifted_only_by_a_fix(story):
    told = story("prereviewed")
    passed(told, "security-review", "--fail", "token leaks", "--set", "security_approved=false", "--set", "veto=true")
    told.commit("veto", author="security")
    yes = ("--set", "security_approved=true", "--set", "veto=false")
    assert "security/veto-erased" in unchanged(told, "security-review", *yes, code=2).out
    told.write("src/backend/auth.js", "// fixed\n")
    passed(told, "build")
    told.commit("fix", author="dev-backend")
    passed(told, "security-review", *yes)
    assert told.commit("security", author="security").code == 0


def test_qa_takes_its_numbers_from_the_report(story):
    told = story("reviewed")
    said = unchanged(told, "qa", code=1)
    assert "git gate stage qa" in said.out
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    assert (
        "consistency/test-totals"
        in unchanged(told, "qa", "--set", "tests_total=9", "--set", "tests_passed=9", code=1).out
    )
    passed(told, "qa")
    gate = told.read_gate("stage-07")
    assert [gate[f"tests_{key}"] for key in ("total", "passed", "failed")] == [2, 2, 0]
    assert gate["all_acceptance_criteria_met"] is gate["criterion_to_test_mapping_is_one_to_one"] is True
    assert gate["failing_tests"] == []
    told.commit("qa", author="dev-qa")
    assert told.state("stage-07") == "pass"


def test_qa_with_a_failed_test_cannot_pass(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=1, failed=1))
    said = unchanged(told, "qa", code=1)
    assert "tests_failed" in said.out


def test_a_criterion_without_a_test_cannot_be_met(story):
    told = story("reviewed")
    report = REPORT.format(total=1, passed=1, failed=0).replace("| AC-2 | link expires | pass |\n", "")
    told.write("pipeline/test-report.md", report)
    assert "all_acceptance_criteria_met" in unchanged(told, "qa", code=1).out


def fail_qa(told, reason, *args, code=0):
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=1, failed=1))
    return passed(told, "qa", "--fail", reason, "--set", 'failing_tests=["expires"]', *args, code=code)


def test_retries_are_counted_from_history(story):
    told = story("reviewed")
    assert "failing_tests" in passed(told, "qa", "--fail", "x", "--set", "tests_total=0", code=64).err
    fail_qa(told, "it never expires", "--set", "assigned_retry_to=dev-backend")
    assert "retry_number" not in told.read_gate("stage-07")
    told.commit("qa", author="dev-qa")
    assert "unchanged" in fail_qa(told, "it never expires").out
    assert "this_attempt_differs_by" in fail_qa(told, "still", code=64).err
    fail_qa(told, "still", "--set", "this_attempt_differs_by=a longer wait")
    gate = told.read_gate("stage-07")
    assert (gate["retry_number"], gate["previous_failure_reason"]) == (1, "it never expires")
    assert told.commit("qa", author="dev-qa").code == 0
    said = fail_qa(told, "again", "--set", "this_attempt_differs_by=another clock", code=2)
    assert "gate/retry-escalate" in said.out
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    passed(told, "qa")
    gate = told.read_gate("stage-07")
    assert not {"retry_number", "this_attempt_differs_by", "assigned_retry_to"} & gate.keys()
    assert told.commit("qa", author="dev-qa").code == 0


def test_an_escalation_must_be_decided_first(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    assert "escalation_reason" in passed(told, "qa", "--status", "ESCALATE", code=64).err
    passed(told, "qa", "--status", "ESCALATE", "--set", "escalation_reason=flaky", "--set", 'options=["A", "B"]')
    # Nobody else has seen it yet, so it may be taken back.
    passed(told, "qa")
    passed(told, "qa", "--status", "ESCALATE", "--set", "escalation_reason=flaky")
    told.commit("qa", author="dev-qa")
    for args in ((), ("--fail", "no")):
        assert "order/escalation-bypassed" in unchanged(told, "qa", *args, code=3).out
    told.gate("resolve", "stage-07", "run it again", check=True)
    passed(told, "qa")
    assert told.commit("qa", author="dev-qa").code == 0


def test_a_later_stage_cannot_pass_over_an_escalation(story):
    told = story("reviewed")
    told.review("frontend", "backend", "CHANGES REQUESTED", "ESCALATE: which one?")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    said = unchanged(told, "qa", code=3)
    assert "stage-06-backend" in said.out


def test_a_stage_that_is_not_open_is_blocked_whatever_is_missing(story):
    said = unchanged(story("requirements"), "qa", code=2)
    assert "order/predecessor" in said.out


def test_a_fail_may_be_recorded_at_any_time(story):
    told = story("requirements")
    passed(
        told,
        "deploy",
        "--fail",
        "no server",
        *[w for k in ("pm_signoff", "runbook_referenced", "smoke_test_passed") for w in ("--set", f"{k}=false")],
    )
    assert told.commit("fail").code == 0


def test_deploy_and_retrospective(story):
    told = story("tested")
    told.gate("proceed", "c", check=True)
    told.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n")
    yes = [w for k in ("pm_signoff", "runbook_referenced", "smoke_test_passed") for w in ("--set", f"{k}=true")]
    passed(told, "deploy", *yes, "--set", 'adapter_result={"up": 0}', "--set", "adapter=compose")
    gate = told.read_gate("stage-08")
    assert (gate["agent"], gate["adapter"], gate["adapter_result"]) == ("platform", "compose", {"up": 0})
    told.write("pipeline/retrospective.md", "# R\n\n## pm\n\nGood.\n\n## qa\n\nGood.\n\n## Synthesis\n\nGreen.\n")
    passed(told, "retrospective", "--set", "severity=green", "--set", "lessons_promoted=[]")
    gate = told.read_gate("stage-09")
    assert (gate["contributions_written"], gate["patterns_harvested"]) == (["pm", "qa"], 0)


def test_hotfix_marks_what_its_track_skips(repo):
    repo.branch("fix")
    repo.gate("start", "Fix", "--track", "hotfix", check=True)
    repo.write("src/backend/a.js", "1\n")
    repo.write("pipeline/pr-backend.md", "# backend\n")
    passed(repo, "build")
    yes = [word for key in ("lint", "tests", "dependency_review") for word in ("--set", f"{key}_passed=true")]
    passed(repo, "pre-review", *yes)
    assert json.loads(repo.read("pipeline/gates/stage-05.json"))["stage_4_5a_skipped"] is True


def test_what_is_missing_is_asked_for_with_the_whole_command(repo):
    repo.branch("nano")
    repo.gate("start", "Tune", "--track", "nano", check=True)
    repo.write("src/backend/a.js", "1\n")
    repo.write("pipeline/pr-backend.md", "# backend\n")
    passed(repo, "build")
    given = ("--fail", "it's $slow", "--set", 'failing_tests=["a b"]', "--set", 'x_text="1"', "--set", "tests_total=1")
    said = passed(repo, "qa", *given, code=64)
    line = said.err.splitlines()[-1].partition("hint: git gate ")[2]
    words = shlex.split(line)
    assert words[:6] == ["pass", "qa", "--status", "FAIL", "--blocker", "it's $slow"]
    answered = [word.replace("regression_check=…", "regression_check=FAIL") for word in words[1:]]
    passed(repo, *answered)
    gate = json.loads(repo.read("pipeline/gates/stage-07.json"))
    assert (gate["failing_tests"], gate["x_text"], gate["blockers"]) == (["a b"], "1", ["it's $slow"])
    # What does not fit a line is not repeated.
    assert (
        "hint: the same command with --set"
        in passed(repo, "build", "--status", "ESCALATE", "--agent", "a" * 300, code=64).err
    )


@pytest.mark.parametrize("word", ["escalation_reason=…", 'local_verification=["…"]'])
def test_an_example_is_no_answer(repo, word):
    repo.branch("nano")
    repo.gate("start", "Tune", "--track", "nano", check=True)
    assert "is still the example" in passed(repo, "build", "--set", word, code=64).err


def test_nano_asks_for_the_regression_check(repo):
    repo.branch("config")
    repo.gate("start", "Tune", "--track", "nano", check=True)
    repo.write("src/backend/a.js", "1\n")
    repo.write("pipeline/pr-backend.md", "# backend\n")
    passed(repo, "build")
    said = passed(repo, "qa", code=64)
    assert "regression_check=PASS" in said.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("peer-review",), "git gate derive"),
        (("stage-06-backend",), "git gate derive"),
        (("requirments",), "did you mean requirements"),
        (("build", "--area", "bakend"), "did you mean backend"),
        (("qa", "--area", "backend"), "one gate for all areas"),
        (("build", "--set", "novalue"), "is no setting"),
        (("build", "--set", "a=1", "--set", "a=2"), "twice"),
        (("build", "--set", "timestamp=x"), "cannot be set"),
        (("build", "--set", "subject={}"), "cannot be set"),
        (("build", "--status", "DONE"), "DONE"),
        (("build", "--fail", "x", "--status", "PASS"), "exclude each other"),
        (("build", "--warning", "x", "--set", "warnings=[]"), "twice"),
        (("build", "--warning", "caf\udce9"), "UTF-8"),
        (("build", "--set", "a=caf\udce9"), "UTF-8"),
    ],
)
def test_a_wrong_command_line_is_64(story, args, says):
    assert says in unchanged(story("built"), *args, code=64).said


@pytest.mark.parametrize("value", ["[" * 2000 + "]" * 2000, "9" * 5000, "1e999", '"\\ud800"', '{"a": NaN}'])
def test_no_value_makes_a_gate_that_cannot_be_read(story, value):
    told = story("started")
    told.write("pipeline/brief.md", BRIEF)
    said = told.gate("pass", "requirements", "--set", f"x={value}")
    assert "Traceback" not in said.said
    if said.code == 0:
        assert json.loads(told.read("pipeline/gates/stage-01.json"))["x"] == value
    else:
        assert said.code in (1, 64)
        assert not (told.path / "pipeline" / "gates" / "stage-01.json").exists()


def test_a_name_that_no_gate_can_hold_is_told(story):
    told = story("clarified")
    with open(os.fsencode(told.write("src/backend/a.js", "1\n").parent) + b"/caf\xe9.js", "wb") as stream:
        stream.write(b"2\n")
    told.write("pipeline/pr-backend.md", "# backend\n")
    said = unchanged(told, "build", code=1)
    assert "is not UTF-8" in said.out


def test_a_link_in_the_place_of_a_gate_is_not_followed(story):
    told = story("requirements")
    told.remove("pipeline/gates/stage-01.json")
    outside = told.write("outside.json", "{}\n")
    (told.path / "pipeline" / "gates" / "stage-01.json").symlink_to(outside)
    said = told.gate("pass", "requirements")
    assert said.code == 1
    assert "symbolic link" in said.err
    assert outside.read_text() == "{}\n"


def test_a_gate_that_cannot_be_read_is_written_anew(story):
    told = story("requirements")
    told.write("pipeline/gates/stage-01.json", '{"stage": "stage-01", "stage": 1')
    passed(told, "requirements")
    assert told.read_gate("stage-01")["status"] == "PASS"


def test_at_a_terminal_a_person_is_asked(story):
    told = story("designed")
    told.gate("proceed", "b", check=True)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "commitgate", "pass", "clarification"]
    process = subprocess.Popen(command, cwd=told.path, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(ours, 4096)
    assert b"scope_changed" in seen
    os.write(ours, b"y\n")
    while True:
        try:
            if not os.read(ours, 4096):
                break
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait(60) == 0
    assert told.read_gate("stage-03")["scope_changed"] is True


@given(st.dictionaries(st.from_regex(r"\Ax_[a-z0-9_]{0,20}\Z"), st.text(st.characters(codec="utf-8"), max_size=30)))
def test_texts_and_json_survive_the_command_line(fields):
    quoted = {key: json.dumps(value) for key, value in fields.items()}
    assert parse(f"{key}={value}" for key, value in quoted.items()) == fields


@given(st.text(max_size=60))
def test_any_word_is_a_setting_or_a_mistake(word):
    try:
        found = parse([word])
    except UserError:
        return
    assert len(found) == 1
    assert word.startswith(f"{next(iter(found))}=")
