"""``git gate fold``."""

from __future__ import annotations

import json

import pytest

from story import REPORT, RUN


def test_the_sign_off_folds_from_qa(story):
    told = story("tested")
    said = told.gate("fold")
    assert said.code == 2
    assert "checkpoint c" in said.out
    told.gate("proceed", "c", check=True)
    said = told.gate("fold")
    assert said.code == 0, said.said
    gate = told.read_gate("stage-08")
    assert (gate["agent"], gate["warnings"]) == ("orchestrator", ["Deployment not requested by auto-fold"])
    assert gate["pm_signoff"] is gate["auto_from_stage_07"] is True
    assert gate["deploy_requested"] is gate["runbook_referenced"] is False
    before = told.snapshot()["pipeline/gates/stage-08.json"]
    assert "unchanged" in told.gate("fold").out
    assert told.snapshot()["pipeline/gates/stage-08.json"] == before
    assert told.commit("fold", author="orchestrator").code == 0
    assert told.state("stage-08") == "pass"


def test_every_obstacle_is_listed_and_nothing_is_written(story):
    told = story("tested")
    told.gate("proceed", "c", check=True)
    told.write_gate("stage-07", criterion_to_test_mapping_is_one_to_one=False)
    report = REPORT.format(total=2, passed=2, failed=0).replace("| AC-2 | link expires |", "| AC-1 | link expires |")
    told.write("pipeline/test-report.md", report)
    said = told.gate("fold")
    assert said.code == 2
    assert said.out.count("error consistency/fold") == 2
    assert "criterion 2 has no test" in said.out
    assert not (told.path / "pipeline" / "gates" / "stage-08.json").exists()


def test_a_deployment_takes_the_place_of_a_fold_and_not_the_reverse(story):
    told = story("tested")
    told.gate("proceed", "c", check=True)
    told.gate("fold", check=True)
    told.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n")
    yes = [w for k in ("pm_signoff", "runbook_referenced", "smoke_test_passed") for w in ("--set", f"{k}=true")]
    # Nothing of the folded gate is anybody's word.
    assert told.gate("pass", "deploy").code == 64
    told.gate("pass", "deploy", *yes, check=True)
    gate = told.read_gate("stage-08")
    assert "auto_from_stage_07" not in gate
    assert gate["warnings"] == []
    said = told.gate("fold")
    assert said.code == 2
    assert "given by platform" in said.err
    assert told.read_gate("stage-08") == gate


def test_a_folded_gate_is_folded_again_not_reaffirmed(story):
    told = story("tested")
    told.gate("proceed", "c", check=True)
    told.gate("fold", check=True)
    said = told.gate("reaffirm", "deploy")
    assert said.code == 2
    assert "git gate fold" in said.err


def nano(repo, *sets):
    repo.branch("nano")
    repo.gate("start", "Typo", "--track", "nano", check=True)
    repo.write("src/backend/a.js", "1\n")
    repo.write("pipeline/pr-backend.md", "# backend\n")
    repo.gate("pass", "build", *sets, check=True)


@pytest.mark.parametrize("word", ["regression_check=PASS", 'local_verification=["make test: ok"]'])
def test_nano_folds_qa_from_the_build_and_counts_no_test(repo, word):
    nano(repo, "--set", word)
    assert repo.gate("fold").code == 0
    gate = json.loads(repo.read("pipeline/gates/stage-07.json"))
    assert (gate["tests_total"], gate["tests_passed"], gate["tests_failed"]) == (0, 0, 0)
    assert gate["regression_check"] == "PASS"
    assert gate["agent"] == "orchestrator"
    assert any("no tests were counted" in warning for warning in gate["warnings"])
    repo.commit("all")
    assert repo.gate("check", "--ready", "--rev", "HEAD").code == 0


def test_nano_without_any_check_is_not_folded(repo):
    nano(repo)
    said = repo.gate("fold")
    assert said.code == 2
    assert "stage-04-backend" in said.out
    assert "git gate pass build --set regression_check=PASS" in said.out
    assert repo.gate("pass", "build", "--set", "regression_check=PASS").code == 0
    assert repo.gate("fold").code == 0


def test_hotfix_has_no_fold(repo):
    repo.gate("start", "Fix", "--track", "hotfix", check=True)
    said = repo.gate("fold")
    assert said.code == 2
    assert "hotfix" in said.err


def test_without_a_run_nothing_folds(repo):
    assert repo.gate("fold").code == 2


def test_a_track_without_the_stage_has_no_fold(story):
    told = story("started")
    told.policy_on_target("tracks: {nano: {stages: [build]}}\n")
    told.git("reset", "-q", "--hard", "main")
    told.write("pipeline/run.json", RUN.replace('"full"', '"nano"'))
    said = told.gate("fold")
    assert (said.code, "the track nano has no fold" in said.err) == (2, True)
