"""``git gate why`` and ``git gate explain``: rule, fact, who can mend it, the next command, the place in the policy."""

from __future__ import annotations

import json

import pytest


def why(told, *words):
    said = told.gate("why", *words, "--format", "json")
    assert said.code == 0, said.said
    data = json.loads(said.out)
    assert data["schema"] == 1
    for reason in data["reasons"]:
        assert sorted(reason) == ["fact", "next", "place", "rule", "who"]
        assert reason["fact"]
    return data


def rules(data):
    return [reason["rule"] for reason in data["reasons"] if reason["rule"]]


def test_a_file_that_is_too_early_names_stage_gap_role_and_command(story):
    told = story("requirements")
    data = why(told, "src/backend/auth.js")
    assert data["answer"] == "it may not be committed now"
    first = data["reasons"][0]
    assert first["rule"] == "order/early-work"
    assert "belongs to build" in first["fact"]
    assert "stage-02 is missing" in first["fact"]
    assert (first["who"], first["next"]) == ("user", "git gate proceed a")
    assert first["place"].startswith("rules/stages.yaml:")
    assert rules(data)[1:] == ["security/required"]
    assert why(story("clarified", "open"), "src/backend/auth.js")["answer"] == "it may be committed"


@pytest.mark.parametrize(
    ("path", "answer", "word"),
    [
        ("docs/guide.md", "it may be committed", "free"),
        ("pipeline/context.md", "it may be committed", "any stage"),
        ("pipeline/design-spec.md", "it may not be committed now", "belongs to design"),
        ("src/tests/a.js", "it may not be committed now", "build and qa"),
        ("tools/x.py", "it may be committed", "never early"),
        ("pipeline/gates/stage-01.json", "stage-01 is pass", "fresh"),
    ],
)
def test_paths_of_every_kind(story, path, answer, word):
    data = why(story("requirements"), path)
    assert data["answer"] == answer
    assert any(word in reason["fact"] for reason in data["reasons"])


def test_a_finding_about_the_very_file_comes_first(story):
    told = story("requirements")
    told.write("src/backend/auth.js", "early\n")
    data = why(told, "./src/backend/auth.js")
    assert rules(data) == ["order/early-work", "security/required"]


def test_a_policy_of_ones_own_is_named_as_the_place(story):
    told = story("requirements")
    told.write(".gates.yaml", "areas:\n  tools:\n    paths: [/tools/**]\n")
    places = [reason["place"] for reason in why(told, "tools/x.py")["reasons"]]
    assert ".gates.yaml:2" in places


def test_stages_and_gates_by_any_of_their_names(story):
    told = story("secured")
    assert why(told, "qa")["subject"] == why(told, "stage-07")["subject"] == "stage-07"
    data = why(told, "qa")
    assert rules(data) == ["order/predecessor"]
    assert "stage-06-backend is missing" in data["reasons"][0]["fact"]
    data = why(told, "stage-04-backend")
    assert (data["answer"], rules(data)) == ("stage-04-backend is pass", [])
    assert "path:auth fires on src/backend/auth.js" in str(why(told, "security-review")["reasons"])
    assert "rules/security.yaml:" in str(why(told, "security-review")["reasons"])


def test_a_stale_stage_names_the_files(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// other\n")
    told.commit("change", author="dev-backend")
    data = why(told, "stage-04-backend")
    assert rules(data)[0] == "gate/stale"
    assert "src/backend/auth.js" in str(data["reasons"])
    assert data["reasons"][0]["next"] == "git gate reaffirm stage-04-backend"


def test_a_failed_stage_names_its_blockers(story):
    told = story("reviewed")
    told.write("pipeline/test-report.md", "# R\n\nTotal: 2, passed: 1, failed: 1\n")
    told.write_gate("stage-07", "FAIL", tests_passed=1, tests_failed=1, assigned_retry_to="dev-backend")
    data = why(told, "stage-07")
    assert rules(data)[0] == "gate/failed"
    assert "not yet" in data["reasons"][0]["fact"]
    assert data["reasons"][0]["who"] == "dev-backend"


def test_each_verdict_counts_or_says_why_not(story):
    told = story("secured")
    told.verdict("frontend", "backend")
    told.verdict("backend", "backend")
    told.verdict("principal", "backend", "CHANGES REQUESTED", "BLOCKER: no limit")
    data = why(told, "approval", "backend")
    assert data["answer"] == "FAIL, 1 of 2 approvals"
    facts = {reason["fact"].split(" ")[0]: reason for reason in data["reasons"]}
    assert "it counts" in facts["frontend"]["fact"]
    assert facts["frontend"]["rule"] == ""
    assert facts["backend"]["rule"] == "review/own-area"
    assert facts["backend"]["next"] == "git gate review backend --as platform"
    assert facts["principal"]["rule"] == "review/changes-requested"
    assert "no limit" in facts["principal"]["fact"]
    assert facts["principal"]["who"] == "dev-backend"
    assert facts["2"]["rule"] == "review/insufficient"
    assert "by name only" in str(data["reasons"])
    assert rules(why(told, "stage-06-backend")) == rules(data)


def test_a_stale_approval_names_the_change_and_the_command(story):
    told = story("reviewed")
    told.write("src/backend/auth.js", "// other\n")
    told.commit("change", author="dev-backend")
    stale = [one for one in why(told, "approval", "backend")["reasons"] if one["rule"] == "review/stale"]
    assert [one["who"] for one in stale] == ["frontend", "platform"]
    assert "src/backend/auth.js (" in stale[0]["fact"]
    assert stale[0]["next"] == "git gate review backend --as frontend"


def test_an_area_gathers_its_build_and_its_review(story):
    data = why(story("reviewed"), "backend")
    assert data["answer"] == "its review: PASS, 2 of 2 approvals"
    assert data["reasons"][0]["fact"] == "1 changed: src/backend/auth.js"
    assert any("stage-04-backend is PASS" in reason["fact"] for reason in data["reasons"])
    assert "nothing is to be approved" in why(story("reviewed", "two"), "platform")["answer"]


def test_a_rule_says_whether_it_fires_here(story):
    told = story("requirements")
    told.write("src/backend/auth.js", "early\n")
    data = why(told, "order/early-work")
    assert "(once here)" in data["answer"]
    assert data["reasons"][0]["fact"].startswith("src/backend/auth.js: ")
    assert "(not here)" in why(told, "order/predecessor")["answer"]


def test_text_for_people(story):
    said = story("requirements").gate("why", "src/backend/auth.js")
    assert said.out.startswith(
        "src/backend/auth.js: it may not be committed now\n  order/early-work it belongs to build"
    )
    assert "      who:    user\n      next:   git gate proceed a\n      policy: rules/stages.yaml:" in said.out


def test_without_a_run(repo):
    assert why(repo, "src/backend/auth.js")["answer"] == "it may be committed"
    assert why(repo, "approval", "backend")["answer"] == "nothing is to be approved"


def test_what_nobody_knows_is_told_with_the_nearest(story):
    told = story("requirements")
    for words, near in ((("bakend",), "backend"), (("stage-4",), "stage-04"), (("approval", "frontent"), "frontend")):
        said = told.gate("why", *words)
        assert said.code == 64
        assert f"did you mean {near}" in said.err
    assert told.gate("why", "one", "two").code == 64
    assert told.gate("why", "../elsewhere").code == 64


def test_explain_one_rule_all_rules_and_none(repo):
    said = repo.gate("explain", "order/predecessor")
    assert said.code == 0
    title, reason, fix = said.out.splitlines()
    assert title.startswith("order/predecessor: ")
    assert (reason.split(":")[0], fix.split(":")[0]) == ("    why", "    fix")
    data = json.loads(repo.gate("explain", "order/predecessor", "--format", "json").out)
    assert sorted(data) == ["fix", "rule", "schema", "title", "why"]
    listed = repo.gate("explain").out.splitlines()
    assert any(line.startswith("order/predecessor ") for line in listed)
    assert len(listed) == len(json.loads(repo.gate("explain", "--format", "json").out)["rules"]) > 80
    said = repo.gate("explain", "order/predecesor")
    assert said.code == 64
    assert "did you mean order/predecessor?" in said.err


def rule_of(told, area, reviewer):
    """The rule under which a reviewer's verdict does not count, and who is asked instead."""
    found = next(
        one for one in why(told, "approval", area)["reasons"] if one["fact"].startswith(f"{reviewer} approves")
    )
    return found["rule"], found["who"], found["next"]


def test_a_verdict_that_no_commit_of_the_branch_gives_is_unbound(story):
    told = story("secured")
    told.git("switch", "-q", "main")
    told.write("pipeline/code-review/by-frontend.md", "# R\n\n## Review of backend\n\nREVIEW: APPROVED\n")
    told.commit("left over", author="dev-frontend")
    told.git("switch", "-q", "feature/reset")
    told.git("rebase", "-q", "main")
    assert rule_of(told, "backend", "frontend") == (
        "review/unbound",
        "frontend",
        "git gate review backend --as frontend",
    )


def test_who_wrote_part_of_the_change_and_who_committed_in_anothers_name(story):
    told = story("secured")
    told.write(".gates.yaml", "reviewers:\n  pm: {emails: [pm@example.com]}\n")
    told.commit("policy")
    told.write("src/frontend/more.js", "x\n")
    told.write_gate("stage-04-frontend", files_changed=["src/frontend/form.js", "src/frontend/more.js"])
    told.commit("help", author="dev-platform")
    told.verdict("platform", "frontend")
    told.verdict("pm", "frontend")
    assert rule_of(told, "frontend", "platform")[0] == "review/contributor"
    assert rule_of(told, "frontend", "pm") == ("review/identity", "pm", "git gate review frontend --as pm")


def test_an_approval_in_the_commit_that_changes_the_area_is_mixed(story):
    told = story("secured")
    told.verdict("platform", "backend")
    told.write("src/backend/auth.js", "// by the reviewer\n")
    assert rule_of(told, "backend", "platform")[0] == "review/mixed-commit"
