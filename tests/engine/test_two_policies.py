"""A branch that changes the policy is judged under the target's and under its own: it must pass both."""

from __future__ import annotations

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
    one_approval_each(told)
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
