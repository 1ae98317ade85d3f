"""A repository's own stages on real histories: conditions over the whole change, and what they leave out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from story import RUN, Story

Tell = Callable[[str], Story]

# Between build and pre-review, and only when the frontend changes.
POLICY = """\
stages:
  accessibility:
    gate: stage-10
    role: designer
    needs: [build]
    when: {area_changed: frontend}
    writes: [accessibility.md]
    bound: ["delta:area", accessibility.md]
  pre-review: {needs: [accessibility]}
"""


def told_under(story: Tell, milestone: str, policy: str = POLICY) -> Story:
    told = story(milestone)
    told.policy_on_target(policy)
    return told


def boxes(told: Story, *args: str) -> dict[str, str]:
    return {row["stage"]: row["state"] for row in told.check(*(args or ("--rev", "HEAD")))["stages"]}


def notes(told: Story, stage: str) -> list[str]:
    rows: dict[str, Any] = {row["stage"]: row["notes"] for row in told.check("--rev", "HEAD")["stages"]}
    return list(rows[stage])


def refused(told: Story, rule: str) -> str:
    told.git("add", "-A")
    said = told.door()
    assert said.code != 0
    assert rule in said.err
    told.git("reset", "-q", "--hard")
    return said.err


def backend_only(story: Tell, policy: str = POLICY) -> Story:
    """The backend is built, the frontend is not touched."""
    told = told_under(story, "clarified", policy)
    told.write("src/backend/plain.js", "// backend\n")
    told.write("pipeline/pr-backend.md", "# backend\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/plain.js"])
    assert told.commit("build", author="dev-backend", check=False).code == 0
    return told


def frontend_too(told: Story) -> None:
    told.write("src/frontend/form.js", "// frontend\n")
    told.write("pipeline/pr-frontend.md", "# frontend\n")
    told.write_gate("stage-04-frontend")
    said = told.commit("build the frontend", author="dev-frontend", check=False)
    assert said.code == 0, said.err


def test_a_stage_whose_condition_holds_stands_between_its_neighbours(story: Tell) -> None:
    told = told_under(story, "built")
    assert boxes(told)["stage-10"] == "open"
    told.write_gate("stage-05")
    said = refused(told, "order/predecessor")
    assert "stage-10 is missing" in said
    told.write("pipeline/accessibility.md", "# Accessibility\n")
    told.write_gate("stage-10")
    assert told.commit("accessibility", author="designer", check=False).code == 0
    assert boxes(told)["stage-10"] == "pass"
    told.write_gate("stage-05")
    assert told.commit("pre-review", check=False).code == 0


def test_it_is_bound_to_what_it_says(story: Tell) -> None:
    told = told_under(story, "built")
    told.write("pipeline/accessibility.md", "# Accessibility\n")
    told.write_gate("stage-10")
    told.commit("accessibility", author="designer")
    told.write("pipeline/accessibility.md", "# Accessibility, once more\n")
    told.commit("edit", author="designer", check=False)
    assert boxes(told)["stage-10"] == "stale"


def test_a_stage_whose_condition_does_not_hold_is_left_out_and_says_why(story: Tell) -> None:
    told = backend_only(story)
    assert boxes(told)["stage-10"] == "skipped"
    assert notes(told, "stage-10") == ["nothing changes in the area frontend"]
    told.write_gate("stage-05", security_review_required=False)
    assert told.commit("pre-review", check=False).code == 0


def test_what_a_left_out_stage_needed_its_successors_need(story: Tell) -> None:
    told = told_under(story, "clarified")
    told.write("src/backend/plain.js", "// backend\n")
    told.write_gate("stage-05", security_review_required=False)
    assert "stage-04-backend is missing" in refused(told, "order/predecessor")


def test_the_paths_of_a_left_out_stage_are_free_and_those_of_a_stage_in_order_are_not(story: Tell) -> None:
    told = told_under(story, "clarified")
    told.write("pipeline/accessibility.md", "# Notes\n")
    assert told.commit("notes", check=False).code == 0
    told.write("src/frontend/form.js", "// frontend\n")
    told.write("pipeline/accessibility.md", "# More notes\n")
    assert "accessibility stage, which is not open yet" in refused(told, "order/early-work")


def test_the_whole_change_counts_whatever_the_order_of_commits(story: Tell) -> None:
    told = backend_only(story)
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre-review")
    frontend_too(told)
    states = boxes(told)
    assert (states["stage-10"], states["stage-05"]) == ("open", "stale")
    answer = told.check("--rev", "HEAD", "--ready")
    assert not answer["ready"]
    assert any(one["rule"] == "ready/stage" and "stage-10" in one["message"] for one in answer["findings"])
    assert told.check("--index", "--ready")["stages"] == answer["stages"]


@pytest.mark.parametrize("status", ["FAIL", "ESCALATE"])
def test_a_refusal_is_not_shed_by_taking_the_change_back(story: Tell, status: str) -> None:
    told = backend_only(story)
    frontend_too(told)
    told.write_gate("stage-10", status, escalation_reason="contrast")
    told.commit("accessibility", author="designer", check=False)
    for path in ("src/frontend/form.js", "pipeline/pr-frontend.md", "pipeline/gates/stage-04-frontend.json"):
        told.git("rm", "-q", path)
    told.commit("take the frontend back", check=False)
    assert boxes(told)["stage-10"] == status.lower()
    if status == "ESCALATE":
        told.git("rm", "-q", "pipeline/gates/stage-10.json")
        assert "escalation-bypassed" in told.door().err
        assert boxes(told, "--index")["stage-10"] == "escalate"


def test_triggers_and_combinations(story: Tell) -> None:
    policy = POLICY.replace(
        "when: {area_changed: frontend}", "when: {any: [{area_changed: frontend}, {triggered: path:auth}]}"
    )
    told = backend_only(story, policy)
    assert notes(told, "stage-10") == ["nothing changes in the area frontend and path:auth does not fire"]
    told.write("src/backend/login.js", "// login\n")
    told.commit("login", check=False)
    assert boxes(told)["stage-10"] != "skipped"


def test_skip_when(story: Tell) -> None:
    policy = POLICY.replace("when: {area_changed: frontend}", "skip_when: {not: {area_changed: frontend}}")
    told = backend_only(story, policy)
    assert notes(told, "stage-10") == ["nothing changes in the area frontend"]
    frontend_too(told)
    assert boxes(told)["stage-10"] == "open"


def test_one_gate_for_each_area(story: Tell) -> None:
    told = told_under(story, "built", POLICY.replace("role: designer", "role: designer-{area}\n    fan_out: area"))
    assert {name for name in boxes(told) if name.startswith("stage-10")} == {"stage-10-backend", "stage-10-frontend"}
    for area in ("backend", "frontend"):
        told.write_gate(f"stage-10-{area}")
        assert told.commit(f"accessibility of the {area}", check=False).code == 0
        assert boxes(told)[f"stage-10-{area}"] == "pass"
    told.write("src/frontend/form.js", "// frontend, changed\n")
    told.commit("change", check=False)
    assert (boxes(told)["stage-10-backend"], boxes(told)["stage-10-frontend"]) == ("waiting", "stale")


def test_a_stage_left_out_by_a_profile_is_on_no_track(story: Tell) -> None:
    policy = POLICY.replace("when: {area_changed: frontend}", "skip_when: {profile: prototype}")
    told = told_under(story, "built", policy + "profiles: {prototype: true}\n")
    assert "stage-10" not in boxes(told)
    told.write_gate("stage-05")
    assert told.commit("pre-review", check=False).code == 0
    assert told.state("stage-05") == "pass"


def test_a_branch_does_not_leave_a_stage_out_by_choosing_a_profile(story: Tell) -> None:
    policy = POLICY.replace("when: {area_changed: frontend}", "skip_when: {profile: prototype}")
    told = told_under(story, "built", policy + "profiles: {prototype: false}\n")
    told.write(".gates.yaml", policy + "profiles: {prototype: true}\n")
    told.commit("prototype", check=False)
    told.write_gate("stage-05")
    assert "stage-10 is missing" in refused(told, "order/predecessor")


SCHEMA_PATH = "policy/accessibility.schema.json"
WITH_SCHEMA = POLICY.replace("writes:", f"schema: {SCHEMA_PATH}\n    writes:")
SCHEMA = '{"required": ["score"], "properties": {"score": {"type": "integer", "minimum": 90}}}\n'


def with_schema(story: Tell, schema: str = SCHEMA) -> Story:
    """A run under a policy that names a schema; both are on the target."""
    told = story("built")
    told.git("switch", "-q", "main")
    told.write(SCHEMA_PATH, schema)
    told.write(".gates.yaml", WITH_SCHEMA)
    told.commit("policy")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    return told


def test_a_schema_of_the_repository_is_enforced_on_its_gate(story: Tell) -> None:
    told = with_schema(story)
    told.write("pipeline/accessibility.md", "# Accessibility\n")
    told.write_gate("stage-10")
    said = refused(told, "gate/schema")
    assert "score: missing" in said
    assert SCHEMA_PATH in said
    told.write("pipeline/accessibility.md", "# Accessibility\n")
    told.write_gate("stage-10", score=95)
    assert told.commit("accessibility", author="designer", check=False).code == 0
    assert boxes(told)["stage-10"] == "pass"
    assert told.gate("validate").code == 0
    told.write_gate("stage-10", score=50)
    assert told.gate("validate").code == 1


def test_a_branch_does_not_loosen_the_schema_and_may_tighten_it(story: Tell) -> None:
    told = with_schema(story)
    told.write(SCHEMA_PATH, "{}\n")
    told.commit("anything goes", check=False)
    told.write_gate("stage-10")
    assert "score: missing" in refused(told, "gate/schema")
    told.write(SCHEMA_PATH, '{"required": ["score", "tool"]}\n')
    told.commit("more", check=False)
    told.write_gate("stage-10", score=95)
    told.git("add", "-A")
    assert "tool: missing" in told.door().err


@pytest.mark.parametrize("side", [("--index",), (), ("--rev", "HEAD")])
def test_the_schema_is_read_from_the_side_that_is_judged(story: Tell, side: tuple[str, ...]) -> None:
    told = with_schema(story)
    told.write_gate("stage-10", score=95)
    told.commit("accessibility", author="designer", check=False)
    told.write(SCHEMA_PATH, '{"required": ["tool"]}\n')
    if side:
        told.git("add", "-A")
    if side == ("--rev", "HEAD"):
        told.git("commit", "-q", "--no-verify", "-m", "tighter")
    found = told.check(*side)["findings"]
    assert any("tool: missing" in one["message"] for one in found)


def test_a_policy_whose_schema_is_gone_is_refused_at_every_side(story: Tell) -> None:
    told = with_schema(story)
    told.git("rm", "-q", SCHEMA_PATH)
    said = told.door()
    assert (said.code, "policy/stage-schema" in said.err) == (1, True)
    assert f"no file {SCHEMA_PATH}" in said.err
    assert told.gate("check", "--index").code == 1
    assert told.gate("policy", "check").code == 1
    told.git("commit", "-q", "--no-verify", "-m", "gone")
    assert told.gate("verify", "main..HEAD").code == 1


def put_away(told: Story) -> None:
    """Archive the run without asking."""
    files = told.git("ls-files", "pipeline").out.split()
    for name in files:
        told.write(name.replace("pipeline/", "pipeline/archive/run/", 1), told.read(name))
    told.git("rm", "-q", *files)
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "-m", "archive")


@pytest.mark.parametrize("changes", ["src/frontend/form.js", "src/backend/auth.js", "src/backend/plain.js"])
def test_a_run_whose_condition_was_passed_by_is_not_archived(story: Tell, changes: str) -> None:
    policy = POLICY.replace("role: designer", "role: designer\n    every_track: true")
    told = told_under(story, "started", policy)
    told.git("reset", "-q", "--hard", "main")
    told.write("pipeline/run.json", RUN.replace('"full"', '"nano"'))
    told.write("pipeline/context.md", "# Context\n\nTRACK: nano\n\n## User Decisions\n\n")
    area = changes.split("/")[1]
    told.write(changes, "x\n")
    told.write(f"pipeline/pr-{area}.md", "# change\n")
    told.write_gate(f"stage-04-{area}", track="nano", files_changed=[changes])
    told.write_gate("stage-07", track="nano", tests_total=0, tests_passed=0, regression_check="PASS")
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "-m", "all at once")
    put_away(told)
    said = told.gate("verify", "main..HEAD", "--format", "json")
    rules = {one["rule"] for one in json.loads(said.out)["findings"] if one["severity"] == "error"}
    assert rules == {one["rule"] for one in told.check("--rev", "HEAD")["findings"] if one["severity"] == "error"}
    assert ("order/run-removed" in rules) == (changes != "src/backend/plain.js")


def test_a_checkpoint_before_a_left_out_stage_is_waited_for_by_the_next_one(story: Tell) -> None:
    told = told_under(story, "requirements", "stages: {design: {when: {area_changed: backend}}}\n")
    said = told.gate("next")
    assert "before clarification begins" in said.out
    shown = told.gate("status").out
    assert "waits for checkpoint a" in shown
    assert "checkpoint b" not in shown
    assert "git gate proceed a" in said.out
    told.write_gate("stage-03")
    assert "checkpoint a is undecided" in refused(told, "order/predecessor")
    told.gate("proceed", "a", check=True)
    told.commit("a", check=False)
    assert boxes(told)["stage-02"] == "skipped"
    assert told.check("--index")["next"]["step"].startswith("Clarification is open"), "checkpoint b goes with design"
