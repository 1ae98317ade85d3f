"""A branch that changes the policy is judged under the target's and under its own: it must pass both."""

from __future__ import annotations

import json

import pytest

LOOSE = "version: 1\nreview: {scoped: 1, matrix: 1}\n"
STRICT = "version: 1\nreview: {scoped: 2, matrix: 3}\n"
BASE = "version: 1\nreview: {scoped: 1, matrix: 2}\n"


def one_approval_each(told):
    for reviewer, area in (("platform", "backend"), ("platform", "frontend")):
        assert told.review(reviewer, area).code == 0


def test_loosening_acts_after_the_merge(story):
    told = story("secured")
    told.policy_on_target(BASE)
    one_approval_each(told)
    assert told.state("stage-06-backend") == "fail"
    told.write(".gates.yaml", LOOSE)
    told.commit("loosen", check=False, args=("--no-verify",))
    assert told.state("stage-06-backend") in ("fail", "waiting")
    assert told.check("--rev", "HEAD", "--ready")["ready"] is False


def test_tightening_acts_at_once(story):
    told = story("reviewed")
    told.policy_on_target(BASE)
    assert told.state("stage-06-backend") == "pass"
    told.write(".gates.yaml", STRICT)
    told.commit("tighten", check=False)
    data = told.check("--rev", "HEAD", "--ready")
    assert data["ready"] is False
    assert any("own policy" in row["message"] for row in data["findings"])


def test_a_deleted_policy_takes_nothing_away(story):
    told = story("secured")
    told.policy_on_target("version: 1\nreview: {scoped: 3, matrix: 3}\n")
    told.remove(".gates.yaml")
    told.commit("delete", check=False)
    told.review("platform", "backend")
    assert told.read_gate("stage-06-backend")["required_approvals"] == 3


def test_a_reviewer_added_in_the_same_branch_does_not_count(story):
    told = story("secured")
    told.policy_on_target(BASE)
    told.write(".gates.yaml", BASE + "reviewers: {friend: {}}\n")
    told.commit("add a friend", check=False)
    told.verdict("friend", "backend")
    told.derive_and_commit("friend")
    assert told.read_gate("stage-06-backend")["approvals"] == []


def test_a_target_named_by_the_branch_alone_changes_nothing(story):
    told = story("tested")
    told.policy_on_target(BASE)
    told.git("branch", "elsewhere")
    told.write(".gates.yaml", BASE + "target: elsewhere\n")
    told.commit("look elsewhere", check=False)
    states = {row["stage"] for row in told.check("--rev", "HEAD")["stages"]}
    assert "stage-06-backend" in states, "the delta is still the one against main"


def test_the_first_policy_of_a_repository_is_its_own(story):
    told = story("secured")
    told.write(".gates.yaml", LOOSE)
    told.commit("adopt", check=False)
    assert told.check("--rev", "HEAD")["exit"] in (0, 2)
    assert all("own policy" not in row["message"] for row in told.check("--rev", "HEAD")["findings"])


def test_a_target_with_runs_and_no_file_lives_under_the_shipped_rules(story):
    """Else the first file that a branch brings would be the only word in its own case."""
    told = story("secured")
    told.git("switch", "-q", "main")
    told.write("pipeline/archive/2026-01-01-first/run.json", "{}")
    told.commit("an earlier run", args=("--no-verify",))
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-verify", "--no-edit", "main")
    told.write(".gates.yaml", "version: 1\nmerge: {requires: requirements}\n")
    told.commit("adopt", check=False, args=("--no-verify",))
    verified = json.loads(told.gate("verify", "main..HEAD", "--ready", "--format", "json").out)
    assert (verified["exit"], verified["ready"]) == (2, False)
    assert told.check("--rev", "HEAD", "--ready")["ready"] is False


# Every way to make the policy of the branch ask for less than the target's.
LOOSENED = {
    "fewer approvals": "review: {scoped: 1, matrix: 1}\n",
    "a trigger switched off": BASE + "security: {triggers: {path:auth: off}}\n",
    "a trigger that is not for people": BASE + "security: {triggers: {path:auth: {words: [nothing-at-all]}}}\n",
    "a source that is free": BASE + "free: [/src/**]\n",
    "an area that nobody reviews": BASE + "areas: {backend: {paths: [/src/**], reviewed: false}}\n",
    "checkpoints off": BASE + "checkpoints: off\n",
    "a merge that asks for less": BASE + "merge: {requires: requirements}\n",
    "a gate that is bound to nothing": BASE + "stages: {pre-review: {bound: []}}\n",
    "a shorter track": BASE + "tracks: {full: {stages: [build]}}\n",
    "no policy": None,
}


def errors(told, *args):
    data = told.check("--rev", "HEAD", "--ready", *args)
    return {(one["rule"], one["path"]) for one in data["findings"] if one["severity"] == "error"}


@pytest.mark.parametrize("edit", LOOSENED)
def test_no_edit_of_the_branch_takes_a_finding_away(story, edit):
    told = story("built")
    told.policy_on_target(BASE)
    before = errors(told)
    assert ("ready/stage", "pipeline/gates/stage-05-security.json") in before
    if LOOSENED[edit] is None:
        told.remove(".gates.yaml")
    else:
        told.write(".gates.yaml", LOOSENED[edit])
    told.commit(edit, check=False, args=("--no-verify",))
    assert errors(told) >= before
    verified = json.loads(told.gate("verify", "main..HEAD", "--ready", "--format", "json").out)
    assert verified["ready"] is False
    assert {(one["rule"], one["path"]) for one in verified["findings"]} >= before


def test_a_reviewers_address_changed_in_the_branch_speaks_for_nobody(story):
    told = story("secured")
    policy = BASE + "reviewers: {frontend: {emails: [frontend@example.com]}}\n"
    told.policy_on_target(policy)
    told.review("frontend", "backend")
    assert told.read_gate("stage-06-backend")["approvals"] == ["frontend"], "the target's address does"
    told.git("reset", "-q", "--hard", "HEAD~1")
    told.write(".gates.yaml", policy.replace("frontend@", "eve@"))
    told.commit("another address", check=False, args=("--no-verify",))
    told.verdict("frontend", "backend")
    told.derive_and_commit("eve")
    assert told.read_gate("stage-06-backend")["approvals"] == []
    told.verdict("platform", "backend")
    told.derive_and_commit("platform")
    assert told.read_gate("stage-06-backend")["approvals"] == ["platform"]


def test_a_target_changed_by_the_branch_leaves_the_delta_where_it_was(story):
    told = story("secured")
    told.policy_on_target(BASE + "target: main\n")
    told.review("platform", "backend")
    files = told.read_gate("stage-06-backend")["subject"]["files"]
    told.git("branch", "elsewhere")
    told.write(".gates.yaml", BASE + "target: elsewhere\n")
    told.commit("look elsewhere", check=False, args=("--no-verify",))
    told.verdict("frontend", "backend")
    told.derive_and_commit("frontend")
    assert told.read_gate("stage-06-backend")["subject"]["files"] == files == 1


@pytest.mark.parametrize(
    "path",
    ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitattributes", "src/.gitattributes", ".gates.yaml"],
)
def test_a_change_of_the_control_plane_fires_always(story, path):
    told = story("built")
    told.policy_on_target(BASE + "free: ['*', '!/src/**']\n")
    told.write(path, told.read(path) + "# more\n" if (told.path / path).exists() else "# new\n")
    told.commit("control plane", check=False, args=("--no-verify",))
    fired = json.loads(told.gate("security", "--format", "json").out)
    assert ("control:plane", path) in {(one["id"], one["path"]) for one in fired["triggers"]}
    assert told.state("stage-05-security") in ("open", "missing", "fail", "stale")


def test_the_control_plane_cannot_be_switched_off_by_a_branch(story):
    told = story("built")
    told.policy_on_target(BASE)
    told.write(".gates.yaml", BASE + "security: {triggers: {control:plane: off}}\n")
    assert told.commit("off", check=False).code != 0
