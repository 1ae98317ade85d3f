"""``git gate next --apply``: what is mechanical is done, a checkpoint by its condition included, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from story import BRIEF, STEPS, Story
from support import Result

ON_A = "version: 1\ncheckpoints: {a: {auto_pass_when: no_warnings}}\n"
ON_C = "version: 1\ncheckpoints: {c: {auto_pass_when: all_criteria_passed}}\n"
RECORD = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ — CHECKPOINT-AUTO-PASS: ([abc]) \(([a-z_]+)\)$", re.MULTILINE)


def records(told: Story) -> list[tuple[str, str]]:
    return RECORD.findall(told.read("pipeline/context.md"))


def applied(told: Story) -> dict[str, Any]:
    said = told.gate("next", "--apply", "--json")
    assert said.code == 0, said.said
    data: dict[str, Any] = json.loads(said.out)
    return data


def committed(told: Story) -> Result:
    return told.commit("applied", author="orchestrator", check=False)


class TestCheckpoints:
    def test_it_waits_for_a_person_unless_the_policy_says_otherwise(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        before = told.snapshot()
        data = applied(told)
        assert (data["action"], data["applied"], data["written"]) == ("proceed", False, [])
        assert data["obstacle"] == "the policy's auto_pass_when for checkpoint a is null: it waits"
        assert data["checkpoint"]["auto_pass_when"] is None
        assert {path for path, _ in told.snapshot().items() - before.items() if not path.startswith(".git/")} == set()
        said = told.gate("next", "--apply").out
        assert said.splitlines()[0] == "=" * 64
        assert said.splitlines()[-1].startswith("not applied: the policy's auto_pass_when")

    def test_it_passes_by_itself_where_the_condition_holds(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        told.policy_on_target(ON_A)
        step = json.loads(told.gate("next", "--json").out)
        assert (step["role"], step["command"]) == ("orchestrator", "git gate next --apply")
        data = applied(told)
        assert (data["applied"], data["written"], data["obstacle"]) == (True, ["pipeline/context.md"], "")
        assert records(told) == [("a", "no_warnings")]
        assert committed(told).code == 0
        assert json.loads(told.gate("next", "--json").out)["stage"] == "design"
        places = json.loads(told.gate("status", "--json").out)["checkpoints"]
        assert [(one["letter"], one["state"], one["who"]) for one in places] == [
            ("a", "automatic", "no_warnings"),
            ("b", "ahead", ""),
            ("c", "ahead", ""),
        ]

    def test_warnings_stop_it_and_the_banner_says_so(self, story: Callable[[str], Story]) -> None:
        told = story("started")
        told.policy_on_target(ON_A)
        told.write("pipeline/brief.md", BRIEF)
        told.write_gate("stage-01", warnings=["unclear"])
        told.commit("requirements", author="pm")
        data = applied(told)
        assert (data["applied"], data["obstacle"]) == (False, "stage-01 has warnings")
        assert records(told) == []
        lines = told.gate("next").out.splitlines()
        assert "It waits for a person: stage-01 has warnings." in lines
        assert "  stage-01: unclear" in lines
        assert "Then: git gate proceed a" in lines

    def test_a_heavy_trigger_stops_it(self, story: Callable[[str], Story]) -> None:
        told = story("reviewed")
        told.policy_on_target(ON_C)
        STEPS["tested"](told)
        data = applied(told)
        assert data["obstacle"] == "path:auth fires on src/backend/auth.js: a person must look"
        assert records(told) == []

    @pytest.mark.parametrize("condition", ["all_criteria_passed", "no_warnings"])
    def test_checkpoint_c_knows_two_conditions(self, story: Callable[[str], Story], condition: str) -> None:
        told = story("reviewed")
        lifted = 'security: {triggers: {"path:auth": {stoplist: false}}}\n'
        told.policy_on_target(ON_C.replace("all_criteria_passed", condition) + lifted)
        STEPS["tested"](told)
        assert applied(told)["applied"]
        assert records(told) == [("c", condition)]
        assert committed(told).code == 0
        assert json.loads(told.gate("next", "--json").out)["action"] == "auto-fold"

    def test_the_branch_cannot_loosen_its_own_checkpoint(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        told.policy_on_target("version: 1\n")
        told.write(".gates.yaml", ON_A)
        told.commit("loosen", author="pm", check=False)
        assert applied(told)["applied"] is False
        assert records(told) == []

    def test_a_branch_that_tightens_it_is_heard_and_nothing_is_left_behind(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        told.policy_on_target(ON_A)
        told.write(".gates.yaml", "version: 1\n")
        told.commit("tighten", author="pm", check=False)
        before = told.read("pipeline/context.md")
        said = told.gate("next", "--apply")
        assert said.code == 2
        assert "checkpoint/forged" in said.said
        assert told.read("pipeline/context.md") == before

    def test_a_forged_record_is_refused_where_the_real_one_passes(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        told.policy_on_target(ON_A)
        applied(told)
        real = told.read("pipeline/context.md")
        told.write("pipeline/context.md", real.replace("AUTO-PASS: a", "AUTO-PASS: b"))
        said = committed(told)
        assert said.code != 0
        assert "checkpoint/forged" in said.said
        told.write("pipeline/context.md", real)
        assert committed(told).code == 0


class TestOtherSteps:
    def test_a_stage_is_laid_down_and_its_work_is_left_to_people(self, story: Callable[[str], Story]) -> None:
        told = story("started")
        data = applied(told)
        assert (data["action"], data["applied"]) == ("scaffold-stage", True)
        assert data["written"] == ["pipeline/brief.md"]
        data = applied(told)
        assert (data["action"], data["applied"], data["written"]) == ("complete-stage", False, [])
        assert data["obstacle"] == "this is for pm to do"
        assert not (told.path / "pipeline/gates/stage-01.json").exists()

    def test_only_the_area_that_is_named_is_laid_down(self, story: Callable[[str], Story]) -> None:
        told = story("clarified")
        told.write("src/backend/auth.js", "x\n")
        told.write("src/frontend/form.js", "x\n")
        assert applied(told)["written"] == ["pipeline/pr-backend.md"]

    def test_approvals_are_derived(self, story: Callable[[str], Story]) -> None:
        told = story("secured")
        for reviewer in ("frontend", "platform"):
            told.verdict(reviewer, "backend")
        data = applied(told)
        assert data["action"] == "derive-approvals"
        assert data["written"][0] == "pipeline/gates/stage-06-backend.json"
        assert told.read_gate("stage-06-backend")["status"] == "PASS"

    def test_the_sign_off_is_folded_and_folded_again_when_it_is_stale(self, story: Callable[[str], Story]) -> None:
        told = story("tested")
        told.gate("proceed", "c", check=True)
        said = told.gate("next", "--apply")
        assert said.code == 0, said.said
        assert "wrote pipeline/gates/stage-08.json" in said.out
        assert "next: git add pipeline/gates/stage-08.json && git commit" in said.out
        assert told.commit("fold", author="orchestrator", check=False).code == 0
        told.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n")
        data = applied(told)
        assert (data["action"], data["applied"]) == ("rerun-stale", True)

    @pytest.mark.parametrize("action", ["complete-stage", "resolve-escalation", "repair-gate", "pipeline-complete"])
    def test_what_is_for_a_person_is_never_done(self, story: Callable[[str], Story], action: str) -> None:
        told = story("complete" if action == "pipeline-complete" else "secured")
        if action == "resolve-escalation":
            told.review("frontend", "backend", "CHANGES REQUESTED", "ESCALATE: which?", "OPTION: A")
        if action == "repair-gate":
            told.write("pipeline/gates/stage-05.json", "{")
        told.git("status")
        before = {path: kept for path, kept in told.snapshot().items() if path.startswith("pipeline")}
        data = applied(told)
        assert (data["action"], data["applied"]) == (action, False)
        assert data["obstacle"]
        assert {path: kept for path, kept in told.snapshot().items() if path.startswith("pipeline")} == before

    def test_without_a_run_nothing_is_started(self, repo: Story) -> None:
        said = repo.gate("next", "--apply")
        assert (said.code, "not applied: this is for orchestrator to do" in said.out) == (0, True)
        assert not (repo.path / "pipeline").exists()
