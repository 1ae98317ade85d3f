"""The security review: when it is needed, who may lift its veto, and the floor under light tracks."""

from __future__ import annotations

import pytest

from story import RUN


def refuse(told, rule, code):
    told.git("add", "-A")
    said = told.door()
    assert rule in said.err, said.err
    assert said.code == code
    assert told.commit("unlawful", check=False).code != 0
    return said.err


def test_review_is_closed_until_the_security_gate_passes(story):
    told = story("prereviewed")
    assert told.state("stage-05-security") == "open"
    said = told.review("frontend", "backend")
    assert said.code != 0
    assert "order/early-work" in said.err
    assert "stage-05-security is missing" in said.err
    assert any("security/required" in row["rule"] for row in told.check("--rev", "HEAD")["findings"])


def test_pre_review_may_not_deny_a_trigger(story):
    told = story("built")
    told.write_gate("stage-05", security_review_required=False)
    said = refuse(told, "security/disagrees", 1)
    assert "src/backend/auth.js" in said


def test_pre_review_may_not_invent_a_trigger(story):
    told = story("clarified")
    told.write("src/backend/plain.js", "x\n")
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/plain.js"])
    told.commit("build", author="dev-backend")
    told.write_gate("stage-05")
    refuse(told, "security/disagrees", 1)
    told.write_gate("stage-05", security_review_required=False)
    assert told.commit("pre-review", check=False).code == 0
    assert told.state("stage-05-security") == "skipped"
    assert told.review("frontend", "backend").code == 0


def test_every_trigger_must_be_named_and_more_are_fine(story):
    told = story("prereviewed")
    told.write_gate("stage-05-security", triggering_conditions=["path:crypto"])
    assert "path:auth" in refuse(told, "security/condition-missing", 1)
    told.write_gate("stage-05-security", triggering_conditions=["path:crypto", "path:auth"])
    assert told.commit("security", check=False).code == 0


def test_a_new_trigger_makes_the_security_gate_stale(story):
    told = story("tested")
    told.write("src/backend/payment.js", "x\n")
    told.commit("pay", author="dev-backend")
    assert told.state("stage-05-security") == "stale"
    assert told.check("--rev", "HEAD", "--ready")["ready"] is False


def test_a_rename_out_of_a_protected_place_fires(story):
    told = story("started")
    told.git("switch", "-q", "main")
    told.write("src/backend/auth.js", "old\n")
    told.commit("before")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    assert told.check("--rev", "HEAD")["findings"] == []
    told.git("mv", "src/backend/auth.js", "src/backend/plain.js")
    rules = {row["rule"]: row["message"] for row in told.check("--worktree")["findings"]}
    assert "path:auth" in rules["security/required"]


def test_tests_of_auth_code_do_not_fire(story):
    told = story("started")
    told.write("src/tests/auth.test.js", "x\n")
    assert all(row["rule"] != "security/required" for row in told.check("--worktree")["findings"])


def test_process_files_do_not_fire(story):
    told = story("clarified")
    told.write("pipeline/adr/0001-token-secret.md", "x\n")
    assert all(row["rule"] != "security/required" for row in told.check("--worktree")["findings"])


@pytest.mark.parametrize("path", [".gates.yaml", "CODEOWNERS", ".gitattributes", "src/tests/.gitattributes"])
def test_the_control_plane_always_fires(story, path):
    told = story("started")
    told.write(path, "version: 1\n" if path == ".gates.yaml" else "# x\n")
    rules = {row["rule"]: row["message"] for row in told.check("--worktree")["findings"]}
    assert "control:plane" in rules["security/required"]


def veto(told):
    told.write_gate("stage-05-security", "FAIL", veto=True, security_approved=False, blockers=["leaks the token"])
    return told.commit("veto", author="security", check=False)


def test_a_veto_is_lawful_and_halts_everything_after_build(story):
    told = story("tested")
    assert veto(told).code == 0
    data = told.check("--rev", "HEAD", "--ready")
    assert data["exit"] == 2
    assert "security/veto" in {row["rule"] for row in data["findings"]}
    states = {row["stage"]: row["state"] for row in data["stages"]}
    assert states["stage-05-security"] == "fail"
    assert states["stage-06-backend"] == "waiting"
    assert states["stage-07"] == "waiting"


def test_a_veto_is_not_lifted_without_a_fix(story):
    told = story("tested")
    veto(told)
    told.write_gate("stage-05-security", warnings=["changed my mind"])
    assert "nothing of the product changed" in refuse(told, "security/veto-erased", 2)
    told.git("reset", "-q", "--hard")
    told.remove("pipeline/gates/stage-05-security.json")
    refuse(told, "security/veto-erased", 2)


def test_a_veto_is_lifted_by_the_fix_and_the_role(story):
    told = story("tested")
    veto(told)
    told.write("src/backend/auth.js", "// fixed\n")
    told.write_gate("stage-04-backend", warnings=["fixed"])
    told.commit("fix", author="dev-backend")
    told.write_gate("stage-05-security", warnings=["better"])
    said = told.commit("lift", author="security", check=False)
    assert said.code == 0, said.err
    assert told.state("stage-05-security") == "pass"


def test_only_the_security_role_lifts_a_veto(story):
    told = story("tested")
    told.policy_on_target("version: 1\nroles: {security: {emails: [sec@example.com]}}\n")
    veto(told)
    told.write("src/backend/auth.js", "// fixed\n")
    told.write_gate("stage-04-backend", warnings=["fixed"])
    told.commit("fix", author="dev-backend")
    told.write_gate("stage-05-security", warnings=["better"])
    refuse(told, "security/veto-erased", 2)
    told.git("add", "-A")
    said = told.commit("lift", author="Sec <sec@example.com>", check=False)
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("track", "light"), [("quick", True), ("nano", True), ("config-only", True), ("hotfix", False), ("full", False)]
)
def test_the_track_floor(story, track, light):
    told = story("started")
    told.write("pipeline/run.json", RUN.replace('"full"', f'"{track}"'))
    told.write("pipeline/context.md", told.read("pipeline/context.md").replace("TRACK: full", f"TRACK: {track}"))
    told.write("src/backend/auth.js", "x\n")
    rules = {row["rule"] for row in told.check("--worktree")["findings"]}
    assert ("track/too-light" in rules) is light


def test_a_quoted_track_or_the_environment_changes_nothing(story):
    told = story("started")
    told.write("pipeline/context.md", told.read("pipeline/context.md") + "\n> TRACK: nano\n\n```\nTRACK: nano\n```\n")
    told.git("add", "-A")
    assert told.door(env={"TRACK": "nano", "GATE_TRACK": "nano"}).code == 0
    told.write("pipeline/context.md", told.read("pipeline/context.md").replace("TRACK: full", "TRACK: nano"))
    told.git("add", "-A")
    assert "run/track-line" in told.door().err
