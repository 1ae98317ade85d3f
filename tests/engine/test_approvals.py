"""Counting approvals: what binds them, what drops them, and what nobody can talk into a pass."""

from __future__ import annotations

import json

import pytest

from story import RUN


def why(told, area="backend"):
    """The states of the area's gates with the derived JSON, from the engine itself."""
    rows = {row["stage"]: row for row in told.check("--rev", "HEAD")["stages"]}
    return rows[f"stage-06-{area}"]


def approvals(told, area="backend"):
    return told.read_gate(f"stage-06-{area}")["approvals"]


def test_matrix_needs_two_and_scoped_one(story):
    told = story("reviewed")
    assert told.read_gate("stage-06-backend")["required_approvals"] == 2
    assert told.read_gate("stage-06-backend")["review_shape"] == "matrix"
    assert approvals(told) == ["frontend", "platform"]


def test_deleting_the_section_ends_the_approval_at_once(story):
    told = story("reviewed")
    told.remove("pipeline/code-review/by-frontend.md")
    said = told.derive_and_commit("frontend")
    assert said.code == 0, said.err
    assert approvals(told) == ["platform"]
    assert why(told)["state"] == "fail"


@pytest.mark.parametrize(
    ("reviewer", "area"), [("backend", "backend"), ("dev-backend", "backend"), ("stranger", "backend")]
)
def test_own_area_and_strangers_do_not_count(story, reviewer, area):
    told = story("secured")
    told.review("frontend", "backend")
    told.review(reviewer, area)
    assert approvals(told) == ["frontend"]


def test_an_alias_is_the_same_person(story):
    told = story("secured")
    told.review("frontend", "backend")
    told.verdict("dev-frontend", "backend")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert "review/duplicate-area" in said.err


def test_who_wrote_part_of_the_area_does_not_count(story):
    told = story("secured")
    told.review("frontend", "backend")
    told.review("platform", "backend")
    assert approvals(told) == ["frontend", "platform"]
    other = story("clarified", "other")
    for author in ("dev-backend", "dev-platform"):
        other.write(f"src/backend/{author}.js", "x\n")
        other.commit("work", author=author)
    other.write("pipeline/pr-backend.md", "x\n")
    other.write_gate("stage-04-backend", files_changed=["src/backend/dev-backend.js", "src/backend/dev-platform.js"])
    other.commit("build", author="dev-backend")
    other.write_gate("stage-05", security_review_required=False)
    assert other.commit("pre-review", check=False).code == 0
    other.review("platform", "backend")
    assert approvals(other) == []
    other.review("frontend", "backend")
    assert approvals(other) == ["frontend"]


def test_a_co_author_does_not_count(story):
    told = story("clarified")
    told.write("src/backend/a.js", "x\n")
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/a.js"])
    told.commit("build\n\nBREAKING CHANGE: yes\nCo-Authored-By: dev-frontend <f@example.com>", author="dev-backend")
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre-review")
    told.review("frontend", "backend")
    assert approvals(told) == []


def test_a_reviewer_who_also_edits_is_refused(story):
    told = story("secured")
    told.verdict("platform", "backend")
    told.write("src/backend/auth.js", "// tweaked by the reviewer\n")
    said = told.derive_and_commit("dev-platform")
    assert said.code != 0
    assert "review/mixed-commit" in said.err


def test_squashing_finished_work_keeps_token_bound_approvals(story):
    told = story("secured")
    token = json.loads(told.gate("check", "--rev", "HEAD", "--format", "json").out) and _token(told, "backend")
    told.verdict("frontend", "backend", "APPROVED", "", f"Reviewed: {token} base={'0' * 40} head={'0' * 40} files=1")
    told.derive_and_commit("frontend")
    assert approvals(told) == ["frontend"]
    told.git("reset", "-q", "--soft", "main")
    said = told.commit("squashed", author="orchestrator", check=False)
    assert "review/mixed-commit" not in said.err
    assert said.code == 0, said.err
    assert why(told)["notes"] == ["1 of 2 approvals"]


def test_squashing_unbound_approvals_into_the_change_loses_them(story):
    told = story("reviewed")
    told.git("reset", "-q", "--soft", "main")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1, "the derived gates do not hold either"
    assert "review/mixed-commit" in said.err


def _bound(told, area="backend"):
    return ("", f"Reviewed: {_token(told, area)} base={'0' * 40} head={'0' * 40} files=1")


def _token(told, area):
    code = (
        "import time\nfrom commitgate.engine import *\nfrom commitgate.judge.binding import area_token\n"
        "with open_engine() as e: a = e.ask(Question(COMMIT, 'HEAD'), int(time.time()))\n"
        f"print(area_token(a.policy, a.verdict.snapshot, '{area}'))"
    )
    import sys

    from support import run

    return run(sys.executable, "-c", code, cwd=told.path, check=True).out.strip()


@pytest.mark.parametrize("kind", ["edit", "add", "remove", "chmod", "rename-out", "symlink"])
def test_every_change_of_the_area_drops_its_approvals_and_no_others(story, kind):
    told = story("reviewed")
    path = told.path / "src" / "backend" / "auth.js"
    if kind == "edit":
        path.write_text("// backend \n")
    elif kind == "add":
        told.write("src/backend/more.js", "")
    elif kind == "remove":
        told.write("src/backend/keep.js", "x")
        path.unlink()
    elif kind == "chmod":
        path.chmod(0o755)
    elif kind == "rename-out":
        told.git("mv", "src/backend/auth.js", "src/auth.js")
    else:
        path.unlink()
        path.symlink_to("../frontend/form.js")
    said = told.commit("later", author="dev-backend", check=False)
    assert said.code == 0, said.err
    states = {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]}
    if kind == "rename-out":
        assert "stage-04-other" in states
        assert "stage-06-backend" in states, "a verdict keeps its gate on the table"
        assert states["stage-06-other"] != "pass"
    else:
        assert states["stage-06-backend"] == "stale"
    assert states["stage-06-frontend"] == "waiting"


@pytest.mark.parametrize("kind", ["amend", "squash-others", "merge-main", "rebase", "message"])
def test_rewriting_history_keeps_what_the_change_keeps(story, kind):
    told = story("reviewed")
    if kind == "amend":
        told.git("commit", "-q", "--amend", "--no-edit", "--date", "2026-01-01T00:00:00Z")
    elif kind == "message":
        told.git("commit", "-q", "--amend", "-m", "another message")
    elif kind == "squash-others":
        told.git("reset", "-q", "--soft", "HEAD~4")
        told.git("commit", "-q", "-m", "four reviews at once")
    else:
        told.git("switch", "-q", "main")
        told.write("LICENSE", "x\n")
        told.commit("main moves")
        told.git("switch", "-q", "feature/reset")
        if kind == "merge-main":
            told.git("merge", "-q", "--no-edit", "main")
        else:
            told.git("rebase", "-q", "main")
    states = {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]}
    assert states["stage-06-backend"] == "pass"
    assert states["stage-06-frontend"] == "pass"


def test_an_approval_of_a_reverted_and_reapplied_run_does_not_come_back(story):
    told = story("reviewed")
    told.write("pipeline/run.json", RUN.replace("reset-1", "reset-2"))
    told.git("add", "-A")
    assert told.door().code == 2, "the run may not be swapped"


def test_changes_requested_blocks_until_the_same_reviewer_answers(story):
    told = story("reviewed")
    said = told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: the token leaks")
    assert said.code == 0, said.err
    gate = told.read_gate("stage-06-backend")
    assert gate["status"] == "FAIL"
    assert gate["failure_reason"] == "CHANGES_REQUESTED"
    assert gate["blockers"][0] == "frontend: the token leaks"
    assert told.check("--rev", "HEAD")["exit"] == 2
    told.remove("pipeline/code-review/by-frontend.md")
    told.derive_and_commit("frontend")
    assert why(told)["state"] == "fail", "deleting a veto does not answer it"
    assert told.review("frontend", "backend").code == 0
    assert told.state("stage-06-backend") == "pass"


def test_a_veto_may_be_given_at_any_stage(story):
    told = story("clarified")
    told.write("src/backend/auth.js", "x\n")
    told.commit("work", author="dev-backend")
    said = told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: no")
    assert said.code == 0, said.err
    early = story("clarified", "early")
    early.write("src/backend/auth.js", "x\n")
    early.commit("work", author="dev-backend")
    said = early.review("frontend", "backend", "APPROVED")
    assert said.code != 0
    assert "order/early-work" in said.err


def test_a_release_role_answers_another_reviewers_veto(story):
    told = story("reviewed")
    told.policy_on_target("version: 1\nreview: {release: [principal]}\n")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: x")
    told.remove("pipeline/code-review/by-frontend.md")
    told.derive_and_commit("frontend")
    told.verdict("principal", "backend")
    told.derive_and_commit("principal")
    assert told.read_gate("stage-06-backend")["changes_requested"] == []


def test_escalate_line_makes_the_gate_escalate_until_decided(story):
    told = story("reviewed")
    said = told.review(
        "frontend",
        "backend",
        "CHANGES REQUESTED",
        "BLOCKER: contradiction",
        "ESCALATE: spec and code disagree",
        "DECISION: which one?",
        "OPTION: A — the spec",
        "OPTION: B — the code",
    )
    assert said.code == 0, said.err
    gate = told.read_gate("stage-06-backend")
    assert gate["status"] == "ESCALATE"
    assert gate["options"] == ["A — the spec", "B — the code"]
    assert gate["escalated_by"] == "frontend"
    assert told.check("--rev", "HEAD")["exit"] == 3
    said = told.review("frontend", "backend")
    assert told.read_gate("stage-06-backend")["status"] == "ESCALATE", "an approval does not decide an escalation"
    told.decide("RESOLVED stage-06-backend: A")
    said = told.derive_and_commit("user")
    assert said.code == 0, said.err
    assert told.state("stage-06-backend") == "pass"


def test_a_second_round_goes_to_the_principal(story):
    told = story("reviewed")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: one", *_bound(told))
    assert told.read_gate("stage-06-backend")["status"] == "FAIL"
    told.write("src/backend/auth.js", "// fixed\n")
    told.commit("fix", author="dev-backend")
    said = told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: two", *_bound(told))
    assert said.code == 0, said.err
    gate = told.read_gate("stage-06-backend")
    assert gate["status"] == "ESCALATE"
    assert gate["escalated_to_principal"] is True
    context = told.read("pipeline/context.md")
    told.write("pipeline/context.md", context + "2026-03-27T10:00:00Z — Stage 6 escalation resolved: go on\n")
    assert told.gate("check", "--ready").code == 3, "what anybody decides is no ruling"
    told.write("pipeline/context.md", context + "\nPRINCIPAL-RULING: limits → keep them\n")
    said = told.derive_and_commit("principal")
    assert said.code == 0, said.err
    assert told.read_gate("stage-06-backend")["status"] == "FAIL"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("approvals", ["frontend", "platform", "principal"]),
        ("required_approvals", 1),
        ("status", "PASS"),
        ("changes_requested", []),
        ("evidence", []),
    ],
)
def test_a_forged_derived_gate_is_drift(story, field, value):
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: x")
    gate = told.read_gate("stage-06-backend")
    if gate.get(field) == value:
        value = [{"reviewer": "frontend", "file": "x", "token": "x"}]
    gate[field] = value
    if field == "status":
        gate |= {"blockers": [], "approvals": ["a", "b"], "changes_requested": []}
    told.write("pipeline/gates/stage-06-backend.json", json.dumps(gate, indent=2))
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert "gate/derived-drift" in said.err


def test_a_verdict_without_its_derived_gate(story):
    told = story("secured")
    told.verdict("frontend", "backend")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert "gate/derived-missing" in said.err
    assert "git gate derive" in said.err


def test_derive_write_writes_the_gate_and_fails_once(story):
    told = story("secured")
    told.policy_on_target("version: 1\nderive: write\n")
    told.verdict("frontend", "backend")
    said = told.commit("review", author="dev-frontend", check=False)
    assert said.code != 0
    assert "wrote pipeline/gates/stage-06-backend.json" in said.err
    assert told.git("ls-files", "pipeline/gates/stage-06-backend.json").out == "", "nothing is staged"
    said = told.commit("review", author="dev-frontend", check=False)
    assert said.code == 0, said.err
    assert approvals(told) == ["frontend"]


def test_an_untouched_derived_gate_that_is_old_only_warns(story):
    told = story("reviewed")
    told.write("src/backend/auth.js", "// fixed\n")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 0
    assert "gate/derived-stale" in said.err


def test_committed_level_wants_the_reviewers_own_commit(story):
    told = story("clarified")
    told.policy_on_target("version: 1\nreviewers:\n  frontend: {emails: [f@example.com]}\n")
    told.write("src/backend/a.js", "x\n")
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/a.js"])
    told.commit("build", author="dev-backend")
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre-review")
    told.review("frontend", "backend")
    assert approvals(told) == []
    told.remove("pipeline/code-review/by-frontend.md")
    told.derive_and_commit("frontend")
    told.verdict("frontend", "backend")
    from story import derive

    who = {"GIT_AUTHOR_NAME": "Fran", "GIT_AUTHOR_EMAIL": "F@example.com"}
    told.git("add", "-A")
    derive(told, who)
    assert told.commit("review", author="Fran <F@example.com>", check=False).code == 0
    assert approvals(told) == ["frontend"]


def test_a_foreign_flip_of_a_veto_is_veto_erased(story):
    told = story("reviewed")
    told.policy_on_target("version: 1\nreviewers:\n  frontend: {emails: [f@example.com]}\n")
    told.verdict("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: x")
    told.derive_and_commit("frontend")
    told.verdict("frontend", "backend", "APPROVED")
    said = told.derive_and_commit("dev-backend")
    assert said.code != 0
    assert "review/veto-erased" in said.err
