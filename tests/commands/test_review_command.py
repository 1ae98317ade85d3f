"""``git gate review``: the verdict is bound to the committed change, and nobody reads in vain."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

FILE = "pipeline/code-review/by-platform.md"
LINE = re.compile(r"^Reviewed: (d1:[0-9a-f]{64}) base=([0-9a-f]{40}) head=([0-9a-f]{40}) files=([0-9]+)$", re.M)


def untouched(told):
    """Nothing was written into the run folder."""
    return told.git("status", "--porcelain", "--", "pipeline").out == ""


def test_it_shows_the_change_and_opens_a_section_that_waits(story):
    told = story("secured")
    said = told.gate("review", "backend", "--as", "platform")
    assert said.code == 0, said.said
    assert "+// backend" in said.out
    assert "src/frontend" not in said.out
    token, base, head, files = LINE.search(told.read(FILE)).groups()
    assert (head, files) == (told.oid(), "1")
    assert base == told.git("merge-base", "main", "HEAD").out.strip()
    assert not (told.path / "pipeline/gates/stage-06-backend.json").exists()
    # A person completes it.
    text = told.read(FILE)
    told.write(FILE, text + "\nREVIEW: APPROVED\n")
    told.gate("derive", check=True)
    assert told.read_gate("stage-06-backend")["evidence"] == [{"reviewer": "platform", "file": FILE, "token": token}]
    assert told.commit("review", author="dev-platform").code == 0


def test_with_a_verdict_it_completes_the_section_and_derives(story):
    told = story("secured")
    body = b"Compared in plain text.\n\nBLOCKER: timing attack\nESCALATE: the design wants it so\nOPTION: hash\n"
    said = told.gate(
        "review", "backend", "--as", "platform", "--verdict", "changes-requested", "--body-file", "-", feed=body
    )
    assert said.code == 0, said.said
    gate = told.read_gate("stage-06-backend")
    assert (gate["status"], gate["escalation_reason"]) == ("ESCALATE", "the design wants it so")
    assert gate["options"] == ["hash"]
    assert gate["blockers"][0] == "platform: timing attack"
    assert "git add pipeline && git commit" in said.out
    assert told.commit("review", author="dev-platform").code == 0


def test_several_areas_and_the_reviewer_from_git(story):
    told = story("secured")
    told.write("../body.md", "Read line by line.\n")
    who = {"GIT_AUTHOR_NAME": "dev-platform"}
    said = told.gate("review", "backend", "frontend", "--verdict", "approved", "--body-file", "../body.md", env=who)
    assert said.code == 0, said.said
    assert told.read(FILE).count("REVIEW: APPROVED") == 2
    assert told.read(FILE).count("Read line by line.") == 2
    for area in ("backend", "frontend"):
        assert told.read_gate(f"stage-06-{area}")["approvals"] == ["platform"]


def test_the_approval_survives_amend_and_falls_with_the_code(story):
    told = story("secured")
    told.gate("review", "backend", "--as", "platform", "--verdict", "approved", check=True)
    told.commit("review", author="dev-platform")
    told.git("commit", "--amend", "-q", "-m", "reworded")
    assert told.gate("derive", "--check").code == 0
    told.write("src/backend/auth.js", "// another\n")
    told.commit("change", author="dev-backend")
    said = told.gate("derive")
    assert "awaits platform again, and 1 of frontend" in said.out
    assert told.read_gate("stage-06-backend")["failure_reason"] == "STALE"


def test_alias_and_existing_file_are_the_same_reviewer(story):
    told = story("secured")
    told.write("pipeline/code-review/by-dev-platform.md", "# Mine\n\nKept as it is.\n")
    told.gate("review", "backend", "--as", "dev-platform", "--verdict", "approved", check=True)
    assert told.read("pipeline/code-review/by-dev-platform.md").startswith(
        "# Mine\n\nKept as it is.\n\n## Review of backend"
    )
    assert not (told.path / FILE).exists()
    assert told.read_gate("stage-06-backend")["approvals"] == ["platform"]


@pytest.mark.parametrize("how", ["worktree", "staged", "staged and taken back", "new file", "deleted"])
def test_an_area_with_uncommitted_changes_is_not_reviewed(story, how):
    told = story("secured")
    path = "src/backend/auth.js"
    if how == "new file":
        path = told.write("src/backend/new.js", "x\n").relative_to(told.path).as_posix()
    elif how == "deleted":
        told.remove(path)
    else:
        told.write(path, "// changed\n")
    if how.startswith("staged"):
        told.git("add", path)
    if how.endswith("taken back"):
        told.write(path, told.git("show", f"HEAD:{path}").stdout)
    said = told.gate("review", "backend", "--as", "platform")
    assert said.code == 2
    assert "review/uncommitted" in said.out
    assert path in said.out
    assert untouched(told)
    assert told.gate("review", "frontend", "--as", "platform").code == 0, "another area is clean"


def test_review_before_its_time_is_refused_and_a_veto_is_not(story):
    told = story("prereviewed")
    said = told.gate("review", "backend", "--as", "platform", "--verdict", "approved")
    assert said.code == 2
    assert "review/not-open" in said.out
    assert "stage-05-security is missing" in said.out
    assert untouched(told)
    said = told.gate("review", "backend", "--as", "platform", "--verdict", "changes-requested")
    assert said.code == 0, said.said
    assert "warning review/not-open" in said.out
    assert told.commit("veto", author="dev-platform").code == 0


def test_own_area_and_contributors_do_not_review(story):
    told = story("secured")
    said = told.gate("review", "backend", "--as", "backend", "--verdict", "approved")
    assert (said.code, "review/own-area" in said.out) == (2, True)
    assert "who may: frontend, platform" in said.out
    told.write("src/backend/more.js", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/auth.js", "src/backend/more.js"])
    told.commit("more\n\nCo-authored-by: dev-platform <p@example.com>", author="dev-backend")
    said = told.gate("review", "backend", "--as", "platform")
    assert said.code == 2
    assert "review/contributor" in said.out
    assert "dev-platform <p@example.com>" in said.out


def test_names_that_nobody_knows_are_told_with_the_nearest(story):
    told = story("secured")
    for arguments, word in (
        (("backand", "--as", "platform"), "backend"),
        (("backend", "--as", "platfrom"), "platform"),
        (("qa", "--as", "platform"), "nobody reviews it"),
        (("backend",), "say who reviews"),
        (("backend", "--as", "platform", "--body-file", "no-such-file"), "no-such-file"),
    ):
        said = told.gate("review", *arguments)
        assert said.code == 64
        assert word in said.err
    assert untouched(told)


def test_an_area_without_a_change_has_nothing_to_review(story):
    told = story("secured")
    said = told.gate("review", "platform", "--as", "backend")
    assert (said.code, "review/no-change" in said.out) == (2, True)


def test_a_track_without_peer_review_says_so(repo):
    repo.branch("feature/x")
    repo.gate("start", "Small", "--track", "nano", check=True)
    repo.write("src/backend/x.js", "x\n")
    repo.commit("work")
    said = repo.gate("review", "backend", "--as", "platform")
    assert said.code == 2
    assert "review/no-stage" in said.out
    assert repo.gate("derive").out == "no area has a change to review or a verdict: there is nothing to derive\n"


def test_without_a_run_there_is_no_review(repo):
    said = repo.gate("review", "backend", "--as", "platform")
    assert said.code == 2
    assert "HEAD holds no run" in said.err


@pytest.mark.parametrize(
    "body", [b"REVIEW: CHANGES REQUESTED\n", b"```\nopen", b"## Review of frontend\n", b"\xff", b"BLOCKER: but no\n"]
)
def test_a_body_that_would_be_read_as_something_else_is_refused(story, body):
    told = story("secured")
    said = told.gate("review", "backend", "--as", "platform", "--verdict", "approved", "--body-file", "-", feed=body)
    assert said.code in (1, 64)
    assert "Traceback" not in said.said
    assert untouched(told)


def test_opening_again_keeps_the_text_and_what_was_decided(story):
    told = story("secured")
    told.gate("review", "backend", "--as", "platform", check=True)
    told.write(FILE, told.read(FILE) + "\nSUGGESTION: name it better\n")
    told.gate("review", "backend", "--as", "platform", check=True)
    assert "SUGGESTION: name it better" in told.read(FILE)
    told.gate("review", "backend", "--as", "platform", "--verdict", "approved", check=True)
    assert "SUGGESTION: name it better" in told.read(FILE)
    before = told.read(FILE)
    said = told.gate("review", "backend", "--as", "platform")
    assert "has reviewed this very change to backend: APPROVED" in said.out
    assert told.read(FILE) == before


def test_a_change_under_the_reviewers_hands_is_said(story):
    told = story("secured")
    told.gate("review", "backend", "--as", "platform", check=True)
    told.commit("begun", author="dev-platform")
    told.write("src/backend/auth.js", "// moved on\n")
    told.write_gate("stage-04-backend", warnings=["again"])
    told.commit("on", author="dev-backend")
    for stage in ("stage-05", "stage-05-security"):
        told.write_gate(stage, warnings=["again"])
    told.commit("checks", author="dev-platform")
    said = told.gate("review", "backend", "--as", "platform", "--verdict", "approved")
    assert said.code == 0, said.said
    assert "backend has changed since this review was begun" in said.out


def test_paths_of_every_kind_are_shown_from_any_folder(story):
    told = story("clarified")
    names = ["a b.js", "ümlaut.js", "*.js", ":(top)x.js", "-n.js"]
    for name in names:
        told.write(f"src/backend/{name}", f"{name}\n")
    told.write("src/backend/x.js", "x\n")
    told.write("pipeline/pr-backend.md", "# b\n")
    told.write_gate("stage-04-backend", files_changed=[f"src/backend/{name}" for name in [*names, "x.js"]])
    told.commit("build", author="dev-backend")
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre", author="dev-platform")
    command = [sys.executable, "-m", "commitgate", "review", "backend", "--as", "platform", "--no-pager"]
    done = subprocess.run(command, cwd=told.path / "src", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in names:
        assert f"+{name}\n".encode() in done.stdout
    assert LINE.search(told.read(FILE)).group(4) == "6"
