"""``git gate why`` and ``git gate explain``: rule, fact, who can mend it, the next command, the place in the policy."""

from __future__ import annotations

import json
import sys

import pytest

from commitgate.policy.catalog import catalog
from support import run


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
    title, reason, fix, place = said.out.splitlines()
    assert title.startswith("order/predecessor: ")
    assert (reason.split(":")[0], fix.split(":")[0]) == ("    why", "    fix")
    assert place.startswith("    policy: rules/stages.yaml:")
    data = json.loads(repo.gate("explain", "order/predecessor", "--format", "json").out)
    assert sorted(data) == ["fix", "place", "rule", "schema", "title", "why"]
    assert data["place"].startswith("rules/stages.yaml:")
    assert repo.gate("explain", "json/duplicate-key").out.endswith("    policy: no setting changes this rule\n")
    repo.write(".gates.yaml", "version: 1\nhistory: strict\n")
    assert repo.gate("explain", "order/one-commit").out.endswith("    policy: .gates.yaml:2\n")
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


def test_every_rule_is_explained_outside_of_any_repository(tmp_path):
    said = run(sys.executable, "-m", "commitgate", "explain", "--format", "json", cwd=tmp_path)
    assert said.code == 0
    entries = json.loads(said.out)["rules"]
    assert {one["rule"] for one in entries} == set(catalog())
    assert {one["rule"] for one in entries if one["place"]} >= {
        "review/insufficient",
        "security/required",
        "track/too-light",
    }


def test_a_trigger_says_where_it_fires_where_it_is_written_and_who_settles_it(story):
    told = story("prereviewed")
    data = why(told, "path:auth")
    assert data["answer"] == "it fires on 1 file"
    first = data["reasons"][0]
    assert first["rule"] == "security/required"
    assert first["fact"] == "src/backend/auth.js (auth)"
    assert (first["who"], first["next"]) == ("security", "git gate pass security-review")
    assert first["place"].startswith("rules/security.yaml:")
    assert any("it looks for words auth, " in one["fact"] for one in data["reasons"])
    answered = why(story("secured", "two"), "path:auth")
    assert answered["reasons"][0]["next"] == "", "the security review has answered it"
    early = why(story("built", "three"), "path:auth")
    assert early["reasons"][0]["next"] in ("git gate why security-review", "git gate pass security-review")


def test_lines_are_reasons_too(story):
    told = story("clarified")
    told.write("src/backend/plain.js", "a\nconst x = eval(y)\n")
    data = why(told, "content:exec")
    assert data["reasons"][0]["fact"] == "src/backend/plain.js (line 2: eval()"
    assert any("it looks for lines like eval(, " in one["fact"] for one in data["reasons"])
    facts = [one["fact"] for one in why(told, "src/backend/plain.js")["reasons"]]
    assert "content:exec fires on it (line 2: eval()" in facts
    assert "manifest names" in str(why(told, "dep:new")["reasons"])


def test_a_trigger_that_does_not_fire_that_is_silenced_and_that_nobody_knows(story):
    told = story("secured")
    data = why(told, "infra:container")
    assert data["answer"] == "it does not fire"
    assert rules(data) == []
    assert data["reasons"][0]["fact"] == "none of the 2 changed files holds what it looks for"
    told.policy_on_target("version: 1\nsecurity:\n  triggers:\n    infra:container: off\n")
    data = why(told, "infra:container")
    assert (data["answer"], data["reasons"][0]["place"]) == ("it is switched off", ".gates.yaml:4")
    said = told.gate("why", "path:aut")
    assert said.code == 64
    assert "did you mean path:auth?" in said.err


def test_a_trigger_for_which_the_track_is_too_light(story):
    told = story("started")
    told.write("pipeline/run.json", told.read("pipeline/run.json").replace('"full"', '"nano"'))
    told.write("src/backend/login.py", "x\n")
    data = why(told, "path:auth")
    assert "track/too-light" in rules(data)
    assert 'git gate rule "track" "full"' in [one["next"] for one in data["reasons"]]


def test_a_trigger_before_there_is_any_run(repo):
    repo.branch("work")
    repo.write("src/login.py", "x\n")
    repo.git("add", "-A")
    assert why(repo, "path:auth")["answer"] == "it fires on 1 file"
    assert why(repo, "ci:workflow")["answer"] == "it does not fire"


def test_a_finding_is_a_subject_as_check_shows_it(story):
    told = story("requirements")
    told.write("src/backend/auth.js", "early\n")
    told.write("src/frontend/form.js", "early\n")
    assert "(2 times here)" in why(told, "order/early-work")["answer"]
    data = why(told, "order/early-work", "src/backend/auth.js")
    assert "(once here)" in data["answer"]
    assert rules(data) == ["order/early-work"]
    assert data["reasons"][-1]["place"].startswith("rules/stages.yaml:")
    told.write("pipeline/gates/stage-02.json", '{"a": 1,\n"a": 2}')
    shown = next(line for line in told.gate("check").out.splitlines() if "json/duplicate-key" in line).split()[-1]
    assert shown == "pipeline/gates/stage-02.json:2"
    assert "(once here)" in why(told, "json/duplicate-key", shown)["answer"]
    assert why(told, shown)["subject"] == "stage-02"
    assert told.gate("why", "order/early-work", "a", "b").code == 64


def test_a_standing_veto_names_what_it_asks_for_and_the_way_out(story):
    told = story("prereviewed")
    told.write_gate("stage-05-security", "FAIL", security_approved=False, veto=True, blockers=["tokens in the log"])
    told.commit("veto", author="security")
    for subject in ("stage-05-security", "security-review"):
        data = why(told, subject)
        assert rules(data)[0] == "gate/failed"
        assert all("git gate why" not in one["next"] for one in data["reasons"])
        assert data["reasons"][0]["next"].endswith("then, as security: git gate pass security-review")
        assert "it asks for: tokens in the log" in [one["fact"] for one in data["reasons"]]


def test_one_approval_is_required_and_two_are(story):
    told = story("secured")
    assert any("2 approvals are required" in one["fact"] for one in why(told, "approval", "backend")["reasons"])
    told.policy_on_target("version: 1\nreview: {matrix: 1}\n")
    assert any("1 approval is required" in one["fact"] for one in why(told, "approval", "backend")["reasons"])


def test_what_makes_gates_stale_is_named_once(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// other\n")
    found = [one for one in told.check("--worktree")["findings"] if one["rule"] == "order/stale"]
    assert len(found) == 1
    assert found[0]["message"].endswith("stale: src/backend/auth.js")


def test_paths_are_taken_as_they_are_printed_from_any_folder(story, monkeypatch):
    """What an answer names, from the root, may be pasted where one stands; what is there from here comes first."""
    told = story("built")
    monkeypatch.chdir(told.path / "src")
    below = type(told)(told.path / "src")
    for path in ("src/backend/auth.js", "backend/auth.js"):
        assert below.gate("why", path).out.startswith("src/backend/auth.js: ")
        assert "    src/backend/auth.js: " in below.gate("security", path).out
    for path in ("pipeline/gates/stage-01.json", "../pipeline/gates/stage-01.json"):
        assert below.gate("validate", path).code == 0
    told.write("src/src/backend/auth.js", "another\n")
    assert below.gate("why", "src/backend/auth.js").out.startswith("src/src/backend/auth.js: ")
