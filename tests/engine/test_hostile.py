"""Attempts to get a verdict that the rules refuse, and whether the command that a refusal names really helps."""

from __future__ import annotations

import json
import sys

import pytest

from story import REPORT, RUN, derive
from support import Repo, run

EMAILS = """version: 1
reviewers:
  frontend: {emails: [one@example.com]}
  platform: {emails: [one@example.com, two@example.com]}
"""


def as_person(told, email, message="review"):
    """Commit everything, with the gates derived under the same identity."""
    who = {"GIT_AUTHOR_NAME": "somebody", "GIT_AUTHOR_EMAIL": email}
    told.git("add", "-A")
    derive(told, who)
    told.git("add", "-A")
    return told.git("commit", "-q", "-m", message, check=False, env=who)


def approve(told, reviewer, email, area="backend"):
    told.verdict(reviewer, area)
    return as_person(told, email)


def renew(told, *stages):
    """Every named stage stands by its gate again."""
    said = told.gate("reaffirm", *stages)
    assert said.code == 0, said.said
    told.commit("reaffirm")


@pytest.fixture
def identified(story):
    """Secured, under a policy that knows two reviewers by e-mail."""
    told = story("secured")
    told.policy_on_target(EMAILS)
    return told


def test_one_person_under_two_names_is_one_vote(identified):
    told = identified
    assert approve(told, "frontend", "one@example.com").code == 0
    assert approve(told, "platform", "one@example.com").code == 0
    gate = told.read_gate("stage-06-backend")
    assert (gate["approvals"], gate["status"]) == (["frontend"], "FAIL")
    why = told.gate("why", "approval", "backend").out
    assert "review/identity" in why
    assert "one vote" in why


def test_who_commits_in_anothers_name_is_undone_as_the_hint_says(identified):
    told = identified
    assert approve(told, "frontend", "stranger@example.com").code == 0
    assert told.read_gate("stage-06-backend")["approvals"] == []
    why = json.loads(told.gate("why", "approval", "backend", "--format", "json").out)
    command = next(
        reason["next"]
        for reason in why["reasons"]
        if reason["rule"] == "review/identity" and "frontend" in reason["fact"]
    )
    first, second = command.split("; then, as themselves: ")
    assert second == "git gate review backend --as frontend"
    assert told.git(*first.split()[1:], check=False).code == 0
    assert approve(told, "frontend", "one@example.com").code == 0
    assert told.read_gate("stage-06-backend")["approvals"] == ["frontend"]


@pytest.fixture
def landed(story):
    """On main, where the finished run was merged, with a policy that wants a run for every change of source."""
    told = story("complete")
    told.policy_on_target("version: 1\nrequire_run: true\n")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    return told


def test_a_landed_run_covers_nothing_that_comes_after_it(landed):
    told = landed
    assert told.gate("check", "--ready").code == 0
    told.branch("more")
    told.write("src/backend/login.js", "// never reviewed\n")
    told.git("add", "-A")
    said = told.door()
    assert (said.code, "run/required src/backend/login.js" in said.err) == (2, True), said.err
    told.commit("around the hook", args=("--no-verify",))
    for side in (("--rev", "HEAD"), ("--worktree",), ("--index",)):
        said = told.gate("check", "--ready", *side)
        assert (said.code, "run/landed" in said.out) == (2, True), said.said
    assert told.gate("security").code == 2
    told.git("revert", "--no-edit", "HEAD")
    assert told.gate("check", "--ready").code == 0


def test_work_after_a_landed_run_is_named_even_when_no_run_is_required(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    told.branch("more")
    told.write("src/backend/late.js", "// never reviewed\n")
    told.commit("late")
    said = told.gate("check", "--ready")
    assert said.code == 0
    assert "warning run/landed src/backend/late.js" in said.out


def test_deploy_and_retrospective_need_no_new_run_after_landing(story):
    told = story("deployed")
    told.policy_on_target("version: 1\nrequire_run: true\n")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    told.branch("afterwards")
    told.write("pipeline/retrospective.md", "# Retrospective\n")
    told.write_gate("stage-09")
    assert told.commit("retrospective", check=False).code == 0
    assert told.gate("check", "--ready").code == 0


def test_source_without_a_run_is_refused_where_a_run_is_required(repo):
    repo.gate("init")
    repo.write(".gates.yaml", "version: 1\nrequire_run: true\n")
    assert repo.commit("policy", check=False).code == 0
    repo.write("notes.md", "free\n")
    assert repo.commit("notes", check=False).code == 0
    repo.write("src/backend/auth.js", "x\n")
    said = repo.commit("source", check=False)
    assert said.code != 0
    assert "run/required src/backend/auth.js" in said.err


def test_the_stages_named_in_a_warning_can_be_reaffirmed_as_they_stand(story):
    told = story("tested")
    told.write("src/backend/auth.js", "// changed\n")
    said = told.commit("fix")
    hint = next(line for line in said.err.splitlines() if "git gate reaffirm" in line)
    stages = hint.split("git gate reaffirm ")[1].split()
    assert stages == ["build", "pre-review", "security-review"]
    renew(told, *stages)


def test_a_change_of_mode_alone_is_shown_as_one(story):
    told = story("tested")
    (told.path / "src/backend/auth.js").chmod(0o755)
    told.commit("executable")
    assert "src/backend/auth.js (mode 100644 → 100755)" in told.gate("check").out


def test_next_names_the_section_that_waits_for_its_verdict(story):
    told = story("secured")
    assert told.gate("review", "backend", "--as", "frontend", "--no-pager").code == 0
    assert "pipeline/code-review/by-frontend.md:3 waits for the verdict" in told.gate("next").out


def test_pass_names_the_sections_that_are_empty(story):
    told = story("started")
    assert told.gate("stage", "requirements").code == 0
    said = told.gate("pass", "requirements")
    assert said.code == 1
    assert "the brief says nothing under ## Out of Scope" in said.said


def test_totals_that_the_report_does_not_state_are_asked_for_there(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", REPORT.replace("Total: {total}, passed: {passed}, failed: {failed}", ""))
    numbers = [f"--set={key}=2" for key in ("tests_total", "tests_passed")]
    rest = ("all_acceptance_criteria_met=true", "tests_failed=0", "failing_tests=[]")
    more = [f"--set={one}" for one in (*rest, "criterion_to_test_mapping_is_one_to_one=true")]
    said = told.gate("pass", "qa", *numbers, *more)
    assert said.code == 1
    assert 'write "Total: <n>, passed: <n>, failed: <n>" into test-report.md' in said.said


@pytest.mark.parametrize(
    "command",
    [
        *("check", "status", "next", "validate", "derive", "ask why", "adr why", "rule a b", "why x", "security"),
        *("log", "verify", "verify main..HEAD", "policy check", "policy simulate main..HEAD"),
        *("init", "install", "uninstall", "doctor"),
    ],
)
def test_outside_any_repository_every_command_says_so(tmp_path, command):
    said = Repo(tmp_path).gate(*command.split())
    assert said.code == 4
    assert "this is not a git repository" in said.said
    assert "git init" in said.said


@pytest.mark.parametrize("command", ["check", "init", "why x"])
def test_a_folder_that_is_gone_is_said(tmp_path, command):
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    gate = (sys.executable, "-m", "commitgate", *command.split())
    said = run("sh", "-c", script, "sh", *gate, cwd=tmp_path)
    assert (said.code, "the current folder is not there any more" in said.said) == (4, True)


def test_without_a_run_a_branch_of_another_history_is_free(repo):
    repo.gate("init")
    repo.commit("adopt")
    repo.git("switch", "-q", "--orphan", "pages")
    repo.write("src/backend/auth.js", "one\n")
    assert repo.commit("first", check=False).code == 0
    repo.write("src/backend/auth.js", "two\n")
    assert repo.commit("second", check=False).code == 0
    assert repo.gate("check", "--ready").code == 0
    said = repo.gate("security")
    assert said.code == 4
    assert "share no history" in said.said
    repo.write("pipeline/run.json", RUN)
    said = repo.commit("run", check=False)
    assert (said.code != 0, "engine/unrelated" in said.err) == (True, True)
    repo.commit("around the hook", args=("--no-verify",))
    assert repo.gate("check").code == 4


def test_a_release_role_answers_without_touching_the_section_of_another(story):
    told = story("secured")
    told.policy_on_target(
        "version: 1\nreview: {release: [principal]}\nreviewers:\n  frontend: {emails: [frontend@example.com]}\n"
    )
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: x")
    assert told.review("platform", "backend").code == 0
    assert [one["reviewer"] for one in told.read_gate("stage-06-backend")["changes_requested"]] == ["frontend"]
    assert told.review("principal", "backend").code == 0
    gate = told.read_gate("stage-06-backend")
    assert (gate["status"], gate["changes_requested"]) == ("PASS", [])
    assert "a release role has answered" in told.gate("why", "approval", "backend").out
    told.verdict("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: y")
    told.write("src/backend/auth.js", "// another state\n")
    assert told.commit("build again", author="dev-backend", check=False, args=("--no-verify",)).code == 0
    told.remove("pipeline/code-review/by-principal.md")
    told.derive_and_commit("principal")
    assert [one["reviewer"] for one in told.read_gate("stage-06-backend")["changes_requested"]] == ["frontend"]


@pytest.mark.parametrize(
    "path", ["adr/evil.py", "code-review/evil.sh", "archive/evil.py", "archive/2026-reset/evil.py"]
)
def test_code_among_the_documents_is_product(story, path):
    told = story("tested")
    told.write(f"pipeline/{path}", "print()\n")
    told.commit("hidden", check=False)
    data = told.check("--rev", "HEAD", "--ready")
    assert data["ready"] is False
    assert "stage-06-other" in {row["stage"] for row in data["stages"]}
