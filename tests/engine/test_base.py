"""Where a run's work starts from: branches, the target itself, no target, landed runs, merges."""

from __future__ import annotations

import pytest


def states(told, *args):
    return {row["stage"]: row["state"] for row in told.check(*(args or ("--rev", "HEAD")))["stages"]}


def test_the_target_moving_on_changes_nothing(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.write("src/backend/other.js", "somebody else's work\n")
    told.commit("other work")
    told.git("switch", "-q", "feature/reset")
    assert set(states(told).values()) == {"pass", "missing"}
    told.git("merge", "-q", "--no-edit", "main")
    assert states(told)["stage-06-backend"] == "pass", "what main brings is no change of this branch"
    assert told.check("--rev", "HEAD", "--ready")["ready"] is True


@pytest.mark.parametrize("how", ["--no-ff", "--squash"])
def test_a_landed_run_keeps_its_delta_and_can_be_deployed(story, how):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", how, "--no-edit" if how == "--no-ff" else "--no-commit", "feature/reset")
    if how == "--squash":
        told.commit("squashed", check=False, args=("--no-verify",))
    told.write("src/backend/unrelated.js", "the next feature\n")
    told.git("add", "-A")
    told.git("commit", "-q", "-m", "another pull request", "--no-verify")
    if how == "--no-ff":
        assert states(told)["stage-07"] == "pass"
        told.decide("CHECKPOINT-PASS: c (user)")
        assert told.commit("c", check=False).code == 0
        told.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n")
        told.write_gate("stage-08")
        said = told.commit("deploy", check=False)
        assert said.code == 0, said.err
        assert states(told)["stage-08"] == "pass"
    told.branch("deploying")
    told.write("docs/x.md", "x\n")
    told.commit("on a branch behind the landing", check=False)
    expected = "pass" if how == "--no-ff" else "stale"
    assert states(told)["stage-07"] in (expected, "waiting")


def test_working_directly_on_the_target(story):
    told = story("started")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--ff-only", "feature/reset")
    told.git("branch", "-q", "-D", "feature/reset")
    from story import STEPS

    for milestone in ("requirements", "designed", "clarified", "built", "prereviewed", "secured", "reviewed", "tested"):
        STEPS[milestone](told)
    assert states(told)["stage-07"] == "pass"
    told.write("src/backend/auth.js", "// later\n")
    told.commit("later", check=False)
    assert states(told)["stage-07"] == "stale"


def test_no_target_branch_at_all(story):
    told = story("started")
    told.git("branch", "-q", "-m", "feature/reset", "trunk")
    told.git("branch", "-q", "-D", "main")
    from story import STEPS

    for milestone in ("requirements", "designed", "clarified", "built", "prereviewed", "secured", "reviewed"):
        STEPS[milestone](told)
    assert states(told)["stage-06-backend"] == "pass"


def test_a_run_in_the_very_first_commit(tmp_path):
    from story import BRIEF, RUN, Story

    told = Story(tmp_path / "fresh")
    told.path.mkdir()
    told.git("init", "-q", "-b", "main", "--template=")
    (told.path / ".git" / "hooks").mkdir(exist_ok=True)
    told.install()
    told.write("pipeline/run.json", RUN)
    told.write("pipeline/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n")
    said = told.commit("start", check=False)
    assert said.code == 0, said.err
    told.write("src/backend/a.js", "x\n")
    assert told.commit("early", check=False).code != 0
    told.git("reset", "-q", "--hard")
    told.write("pipeline/brief.md", BRIEF)
    told.write_gate("stage-01")
    assert told.commit("requirements", check=False).code == 0
    assert states(told)["stage-01"] == "pass"


def test_a_clean_merge_of_the_same_file_touches_nothing_itself(story):
    told = story("clarified")
    lines = [f"line {n}\n" for n in range(30)]
    told.git("switch", "-q", "main")
    told.write("src/backend/a.js", "".join(lines))
    told.commit("base file")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    told.write("src/backend/a.js", "".join(["first\n", *lines]))
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/a.js"])
    told.commit("build", author="dev-backend")
    told.git("switch", "-q", "main")
    told.write("src/backend/a.js", "".join([*lines, "last\n"]))
    told.commit("main edits the end", check=False)
    told.git("switch", "-q", "feature/reset")
    who = {"GIT_AUTHOR_NAME": "dev-frontend", "GIT_COMMITTER_NAME": "dev-frontend"}
    assert told.git("merge", "-q", "--no-edit", "main", env=who, check=False).code == 0
    told.write_gate("stage-04-backend", files_changed=["src/backend/a.js"], warnings=["merged"])
    told.write_gate("stage-05", security_review_required=False)
    told.commit("both", author="dev-backend", check=False)
    said = told.review("frontend", "backend")
    assert said.code == 0, said.err
    assert told.read_gate("stage-06-backend")["approvals"] == ["frontend"], "merging is not contributing"


def test_an_edited_merge_is_the_mergers_work(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.write("LICENSE", "x\n")
    told.commit("main moves")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-commit", "--no-ff", "main")
    told.write("src/backend/auth.js", "// slipped in\n")
    told.git("add", "-A")
    said = told.door()
    assert "order/stale" in said.err
    told.git("commit", "-q", "-m", "evil")
    assert states(told)["stage-06-backend"] == "stale"


def test_a_target_that_is_not_there(story):
    told = story("requirements")
    told.write(".gates.yaml", "version: 1\ntarget: develop\n")
    said = told.commit("policy", check=False)
    assert said.code != 0
    assert "engine/target" in said.err
    data = told.check("--index")
    assert data["exit"] == 4


def test_what_is_missing_is_named_when_a_merge_is_asked_for(story):
    data = story("designed").check("--rev", "HEAD", "--ready")
    messages = [row["message"] for row in data["findings"] if row["rule"] == "ready/stage"]
    assert any(message.startswith("stage-03 (Clarification) is missing") for message in messages)
    assert data["exit"] == 2


def test_outside_a_repository_nothing_is_decided(tmp_path, repo):
    (tmp_path / "nowhere").mkdir()
    from support import Repo

    said = Repo(tmp_path / "nowhere").gate("check", "--format", "json")
    assert said.code == 4
    assert "engine/no-repository" in said.out
