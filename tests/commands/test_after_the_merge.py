"""A run that has landed: on the target branch it is deployed, looked back on and put away, and every answer fits."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from story import Story

RUNBOOK = "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n"


def step(told: Story) -> dict[str, Any]:
    said = told.gate("next", "--json")
    assert said.code == 0, said.said
    data: dict[str, Any] = json.loads(said.out)
    return data


def status(told: Story) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(told.gate("status", "--json").out)
    return data


def states(told: Story) -> dict[str, str]:
    return {row["stage"]: row["state"] for row in status(told)["stages"]}


def do(told: Story, command: str, *answers: str) -> None:
    said = told.gate(*shlex.split(command)[2:], *answers)
    assert said.code == 0, said.said


def land(told: Story) -> Story:
    """Merge the branch, with other work on the target before it."""
    told.git("switch", "-q", "main")
    told.write("other.txt", "x\n")
    told.commit("other work")
    said = told.git("merge", "-q", "--no-ff", "-m", "merge", "feature/reset", check=False)
    assert said.code == 0, said.said
    return told


@pytest.fixture
def landed(story: Callable[[str], Story]) -> Story:
    return land(story("tested"))


def test_the_table_is_the_same_before_and_after(story: Callable[[str], Story]) -> None:
    told = story("tested")
    before = status(told)
    land(told)
    after = status(told)
    assert after["stages"] == before["stages"]
    assert after["run"] == before["run"]
    assert after["ready"] is True
    assert [one for one in after["findings"] if one["severity"] == "error"] == []
    assert after["next"] == before["next"]


def test_from_the_merge_to_the_archive(landed: Story) -> None:
    told = landed
    seen = []
    for _ in range(12):
        data = step(told)
        if data["commit"]:
            said = told.commit("on main", author="orchestrator", check=False)
            assert said.code == 0, said.said
            continue
        seen.append(data["action"])
        if data["action"] == "start-run":
            break
        answers: tuple[str, ...] = ()
        if data["action"] == "complete-stage":
            assert data["stage"] == "retrospective"
            answers = ("--set", "severity=green", "--set", "lessons_promoted=[]")
        do(told, data["command"], *answers)
    assert seen == ["proceed", "auto-fold", "scaffold-stage", "complete-stage", "pipeline-complete", "start-run"]
    assert not (told.path / "pipeline/run.json").exists()


def test_deploy_passes_on_the_target_with_its_documents(landed: Story) -> None:
    told = landed
    do(told, "git gate proceed c")
    told.commit("checkpoint c", author="user")
    told.write("pipeline/runbook.md", RUNBOOK)
    do(told, "git gate pass deploy", *(f"--set={key}=true" for key in ("pm_signoff", "runbook_referenced")),
       "--set=smoke_test_passed=true")  # fmt: skip
    said = told.commit("deploy", author="platform", check=False)
    assert said.code == 0, said.said
    assert states(told)["stage-08"] == "pass"
    told.write("src/backend/auth.js", "// another change\n")
    told.commit("later", check=False, args=("--no-verify",))
    assert states(told)["stage-08"] == "pass", "its delta no longer moves"
    assert "run/landed" in told.gate("check").said


def test_a_branch_that_begins_behind_it_sees_a_run_that_has_landed(landed: Story) -> None:
    told = landed
    told.branch("feature/next")
    told.write("src/backend/other.js", "x\n")
    data = status(told)
    assert "run/landed" in {one["rule"] for one in data["findings"]}
    assert {row["state"] for row in data["stages"] if row["stage"] < "stage-08"} == {"pass"}
    assert data["next"]["action"] == "proceed"


def test_a_finished_run_is_put_away_on_the_target_and_checked_on_the_branch(story: Callable[[str], Story]) -> None:
    told = story("complete")
    data = step(told)
    assert (data["action"], data["command"]) == ("pipeline-complete", "git gate check --ready")
    assert "git gate archive" in data["reason"]
    land(told)
    data = step(told)
    assert (data["action"], data["command"]) == ("pipeline-complete", "git gate archive")


def test_work_on_the_target_itself_ends_in_the_archive(story: Callable[[str], Story]) -> None:
    told = story("complete")
    told.git("branch", "-q", "-D", "main")
    told.git("branch", "-q", "-m", "main")
    assert step(told)["command"] == "git gate archive"


def test_the_pages_are_the_same_before_and_after(story: Callable[[str], Story]) -> None:
    told = story("tested")
    do(told, "git gate visualize")
    told.commit("diagram", author="pm")
    land(told)
    assert told.gate("visualize", "--check").code == 0
