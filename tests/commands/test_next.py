"""``git gate next``: one action, the right one, with a command that works when it is pasted."""

from __future__ import annotations

import json
import shlex

import pytest

from story import MILESTONES, REPORT

ACTIONS = {
    "started": ("scaffold-stage", "requirements", "pm", "git gate stage requirements"),
    "requirements": ("proceed", "design", "user", "git gate proceed a"),
    "designed": ("proceed", "clarification", "user", "git gate proceed b"),
    "clarified": ("scaffold-stage", "build", "dev-team", "git gate stage build"),
    "built": ("scaffold-stage", "pre-review", "platform", "git gate stage pre-review"),
    "prereviewed": ("scaffold-stage", "security-review", "security", "git gate stage security-review"),
    "secured": ("complete-stage", "peer-review", "frontend", "git gate review backend --as frontend"),
    "reviewed": ("scaffold-stage", "qa", "qa", "git gate stage qa"),
    "tested": ("proceed", "deploy", "user", "git gate proceed c"),
    "deployed": ("scaffold-stage", "retrospective", "principal", "git gate stage retrospective"),
    "complete": ("pipeline-complete", "", "", "git gate check --ready"),
}


def advice(told):
    said = told.gate("next", "--json")
    assert said.code == 0, said.said
    data = json.loads(said.out)
    assert data["schema"] == 1
    assert data["reason"]
    return data


def short(data):
    return data["action"], data["stage"], data["role"], data["command"]


def paste(told, command, **env):
    """The command as a shell would run it."""
    words = shlex.split(command)
    assert words[:2] == ["git", "gate"]
    return told.gate(*words[2:], env=env or None)


@pytest.mark.parametrize("milestone", MILESTONES)
def test_every_milestone_has_its_action_and_the_command_works(story, milestone):
    told = story(milestone)
    assert short(advice(told)) == ACTIONS[milestone]
    said = paste(told, ACTIONS[milestone][3])
    assert said.code == 0, said.said


def test_without_a_run_one_is_started(repo):
    repo.branch("feature/x")
    assert short(advice(repo)) == ("start-run", "", "orchestrator", 'git gate start "<feature>"')
    assert paste(repo, advice(repo)["command"]).code == 0
    assert advice(repo)["action"] == "scaffold-stage"


def test_after_the_scaffold_the_stage_is_to_be_completed(story):
    told = story("started")
    told.gate("stage", "requirements", check=True)
    assert short(advice(told)) == ("complete-stage", "requirements", "pm", "git gate pass requirements")


def test_an_area_with_a_change_gets_its_document_then_its_gate(story):
    told = story("clarified")
    told.write("src/backend/auth.js", "x\n")
    assert short(advice(told)) == ("scaffold-stage", "build", "dev-backend", "git gate stage build backend")
    paste(told, advice(told)["command"])
    assert short(advice(told)) == ("complete-stage", "build", "dev-backend", "git gate pass build --area backend")
    said = paste(told, advice(told)["command"])
    assert said.code == 0, said.said
    assert advice(told)["stage"] == "pre-review"


def test_a_question_is_answered_before_clarification_passes(story):
    told = story("designed")
    told.gate("proceed", "b", check=True)
    told.gate("ask", "Do we have Redis?", check=True)
    assert short(advice(told)) == ("complete-stage", "clarification", "pm", 'git gate answer 1 "<answer>"')
    assert paste(told, advice(told)["command"]).code == 0


def test_what_cannot_be_read_comes_first(story):
    told = story("secured")
    told.write("src/backend/auth.js", "stale as well\n")
    told.write("pipeline/gates/stage-05.json", "{")
    data = advice(told)
    assert short(data)[:2] == ("repair-gate", "pre-review")
    assert data["gate"] == "stage-05"
    said = paste(told, data["command"])
    assert (said.code, "json/syntax" in said.out) == (1, True)


def test_a_forged_derived_gate_is_derived(story):
    told = story("reviewed")
    gate = told.read_gate("stage-06-backend")
    told.write("pipeline/gates/stage-06-backend.json", json.dumps({**gate, "approvals": ["pm"]}))
    assert short(advice(told))[::3] == ("derive-approvals", "git gate derive")
    paste(told, "git gate derive")
    assert advice(told)["stage"] == "qa"


def test_an_escalation_is_decided_before_anything_moves(story):
    told = story("secured")
    told.review(
        "frontend", "backend", "CHANGES REQUESTED", "ESCALATE: two documents disagree", "DECISION: which?", "OPTION: A"
    )
    data = advice(told)
    assert short(data) == (
        "resolve-escalation",
        "peer-review",
        "user",
        'git gate resolve stage-06-backend "<decision>"',
    )
    assert "two documents disagree" in data["reason"]
    assert "1. A" in data["reason"]
    assert paste(told, data["command"]).code == 0
    data = advice(told)
    assert data["action"] in ("derive-approvals", "complete-stage")


def test_a_second_round_is_for_the_principal(story):
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED")
    told.write("src/backend/auth.js", "// fixed\n")
    told.commit("fix", author="dev-backend")
    told.gate("review", "backend", "--as", "frontend", "--verdict", "changes-requested", check=True)
    data = advice(told)
    assert (data["action"], data["command"]) == ("resolve-escalation", "git add pipeline && git commit")
    assert told.commit("second round", author="dev-frontend").code == 0
    data = advice(told)
    assert short(data) == (
        "resolve-escalation",
        "peer-review",
        "principal",
        'git gate rule stage-06-backend "<decision>"',
    )
    # Everything that names the decision names the principal's command for it.
    for said in (told.gate("check", "--ready"), told.gate("why", "approval", "backend"), told.gate("derive")):
        assert 'git gate rule stage-06-backend "<decision>"' in said.out
        assert "git gate resolve" not in said.out
    before = told.read("pipeline/context.md")
    said = told.gate("resolve", "stage-06-backend", "go on")
    assert (said.code, "git gate rule stage-06-backend" in said.err) == (2, True)
    assert told.read("pipeline/context.md") == before
    assert told.gate("rule", "stage-06-backend", "the limiter stays").code == 0
    told.gate("reaffirm", "build", "pre-review", "security-review", check=True)
    data = advice(told)
    assert data["action"] != "resolve-escalation"
    assert "decided: the limiter stays" in data["reason"]


def test_a_change_request_goes_to_the_authors_then_back_to_the_reviewer(story):
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: no limit")
    data = advice(told)
    assert short(data) == ("complete-stage", "peer-review", "dev-backend", "git gate why approval backend")
    assert paste(told, data["command"]).code == 0
    told.write("src/backend/auth.js", "// limited\n")
    seen = []
    for _ in range(6):
        data = advice(told)
        seen.append((data["action"], data["gate"]))
        if data["action"] != "rerun-stale":
            break
        said = paste(told, data["command"])
        assert said.code == 0, said.said
        told.commit("again", author=data["role"])
    assert seen == [
        ("rerun-stale", "stage-04-backend"),
        ("rerun-stale", "stage-05"),
        ("rerun-stale", "stage-05-security"),
        ("complete-stage", "stage-06-backend"),
    ]
    assert data["command"] == "git gate review backend --as frontend"
    assert paste(told, data["command"]).code == 0


def test_failed_tests_go_to_whom_the_gate_names_and_come_back(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=1, failed=1))
    failing = {"tests_passed": 1, "tests_failed": 1, "failing_tests": ["sends a link"]}
    told.write_gate("stage-07", "FAIL", all_acceptance_criteria_met=False, assigned_retry_to="dev-backend", **failing)
    told.commit("qa fails", author="dev-qa")
    data = advice(told)
    assert short(data) == ("complete-stage", "qa", "dev-backend", "git gate why stage-07")
    assert paste(told, data["command"]).code == 0
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    data = advice(told)
    assert short(data) == ("complete-stage", "qa", "qa", "git gate pass qa")
    assert "tried again" in data["reason"]


def test_a_review_waits_for_the_commit_of_its_area(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// more\n")
    for stage in ("stage-04-backend", "stage-05", "stage-05-security"):
        told.gate("reaffirm", stage, check=True)
    data = advice(told)
    assert (data["action"], data["stage"]) == ("complete-stage", "peer-review")
    assert data["command"] == "git add -- src/backend/auth.js && git commit"


def test_approved_and_unwritten_is_derived(story):
    told = story("secured")
    for reviewer in ("frontend", "platform"):
        told.verdict(reviewer, "backend")
    assert advice(told)["action"] == "derive-approvals"


def test_a_gate_that_says_no_is_derived_before_qa_goes_on(story):
    told = story("secured")
    told.review("frontend", "backend")
    told.verdict("platform", "backend")
    assert advice(told)["command"] == "git gate derive"
    assert "the derived gate still says FAIL" in told.gate("check", "--ready").out
    told.gate("derive", check=True)
    assert advice(told)["action"] != "derive-approvals"


def test_the_sign_off_folds_itself(story):
    told = story("tested")
    told.gate("proceed", "c", check=True)
    data = advice(told)
    assert short(data) == ("auto-fold", "deploy", "orchestrator", "git gate fold")
    assert paste(told, data["command"]).code == 0
    assert advice(told)["stage"] == "retrospective"


def test_the_banner_of_a_checkpoint(story):
    told = story("requirements")
    told.write_gate("stage-01", warnings=["Redis is not \x1b[31mconfirmed"])
    said = told.gate("next").out
    lines = said.splitlines()
    assert lines[0] == lines[-1] == "=" * 64
    assert "  Checkpoint A — Requirements complete" in lines
    assert "pm has written pipeline/brief.md, pipeline/gates/stage-01.json (2 criteria)." in lines
    assert "  stage-01: Redis is not \\x1b[31mconfirmed" in lines
    assert "Then: git gate proceed a" in lines
    data = advice(told)["checkpoint"]
    assert (data["letter"], data["after"], data["written"][0]) == ("a", "requirements", "pipeline/brief.md")
    assert data["warnings"][0]["stage"] == "stage-01"


def test_text_for_people(story):
    said = story("secured").gate("next")
    assert said.out.splitlines()[0] == "complete-stage stage-06-backend (frontend)"
    assert said.out.splitlines()[-1] == "    → git gate review backend --as frontend"


def test_a_broken_run_file_is_repaired(story):
    told = story("built")
    told.write("pipeline/run.json", "{")
    data = advice(told)
    assert data["action"] == "repair-gate"
    assert "run.json" in data["reason"]
    assert paste(told, data["command"]).code == 1
