"""The range: what passed the local hooks by is found, what the base had already is not, and the tip decides."""

from __future__ import annotations

import json

import pytest

from commitgate.finding import Finding
from commitgate.judge.replayed import Event
from commitgate.replay import Replay, _together
from story import REPORT, RUN


def verify(told, *args):
    said = told.gate("verify", "--format", "json", *args)
    data = json.loads(said.out)
    assert data["exit"] == said.code
    data["rules"] = {row["rule"] for row in data["findings"]}
    data["past"] = {row["rule"] for row in data["history"]}
    return data


def smuggle(told, message="smuggled", author="somebody"):
    told.commit(message, author=author, args=("--no-verify",))
    return told.oid()


@pytest.mark.parametrize("milestone", ["started", "requirements", "built", "reviewed", "tested", "complete"])
def test_a_lawful_branch_passes_at_every_milestone(story, milestone):
    told = story(milestone)
    data = verify(told, "main..HEAD")
    assert data["exit"] == 0, data
    assert data["history"] == []
    ready = verify(told, "--ready")
    assert ready["ready"] is (milestone in ("tested", "complete"))
    assert (ready["exit"] == 0) is ready["ready"]


def test_early_work_that_nothing_opened_since_stands(story):
    told = story("requirements")
    told.write("src/backend/auth.js", "early\n")
    bad = smuggle(told)
    data = verify(told)
    assert data["exit"] == 2
    assert "order/early-work" in data["rules"]
    assert any(bad[:12] in row["message"] for row in data["findings"])


def test_early_work_is_history_once_the_stage_has_opened(story):
    from story import STEPS

    told = story("requirements")
    told.write("src/backend/early.js", "early\n")
    bad = smuggle(told)
    STEPS["designed"](told)
    STEPS["clarified"](told)
    data = verify(told)
    assert data["exit"] == 0
    assert data["past"] == {"order/early-work"}
    assert any(bad[:12] in row["message"] for row in data["history"])
    strict = verify(told, "--history", "strict")
    assert strict["exit"] == 2


def test_early_work_taken_back_is_history(story):
    told = story("requirements")
    told.write("src/backend/early.js", "early\n")
    smuggle(told)
    told.git("revert", "--no-edit", "HEAD")
    repair = told.oid()
    data = verify(told)
    assert data["exit"] == 0
    assert any(f"..{repair[:12]}" in row["message"] for row in data["history"])


def test_a_malformed_gate_stands_until_it_is_repaired(story):
    told = story("requirements")
    told.write("pipeline/gates/stage-02.json", '{"a": 1, "a": 2}')
    smuggle(told)
    assert verify(told)["exit"] == 1
    assert "json/duplicate-key" in verify(told)["rules"]
    told.remove("pipeline/gates/stage-02.json")
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 0
    assert "json/duplicate-key" in data["past"]


def test_what_the_base_already_has_is_not_the_ranges_fault(story):
    told = story("requirements")
    told.write("pipeline/gates/stage-02.json", '{"a": 1, "a": 2}')
    smuggle(told)
    base = told.oid()
    told.write("docs/x.md", "x\n")
    smuggle(told)
    assert "json/duplicate-key" not in verify(told, f"{base}..HEAD")["rules"]


def test_a_removed_gate_and_a_removed_run_are_never_green(story):
    told = story("tested")
    told.remove("pipeline/gates/stage-05-security.json")
    smuggle(told)
    data = verify(told, "--ready")
    assert data["exit"] == 2
    assert "order/gate-removed" in data["rules"]
    gone = story("tested", "gone")
    gone.git("rm", "-rq", "pipeline")
    smuggle(gone)
    data = verify(gone, "--ready")
    assert data["exit"] == 2
    assert "order/run-removed" in data["rules"]


def test_a_forged_derived_gate_and_an_unsound_pass(story):
    told = story("secured")
    told.review("frontend", "backend")
    gate = told.read_gate("stage-06-backend")
    gate |= {"status": "PASS", "approvals": ["frontend", "platform"], "blockers": []}
    gate.pop("failure_reason")
    told.write("pipeline/gates/stage-06-backend.json", json.dumps(gate))
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 1
    assert "gate/derived-drift" in data["rules"]
    other = story("reviewed", "other")
    other.write("pipeline/test-report.md", REPORT.format(total=9, passed=9, failed=0))
    other.write_gate("stage-07")
    smuggle(other)
    data = verify(other)
    assert "consistency/test-totals" in data["rules"]
    assert verify(other, "--ready")["ready"] is False


def test_an_undecided_escalation_passed_over(story):
    told = story("reviewed")
    told.write_gate("stage-05", "ESCALATE", escalation_reason="licence", blockers=["x"])
    told.commit("escalate")
    told.write_gate("stage-05", warnings=["never mind"])
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 3
    assert "order/escalation-bypassed" in data["rules"]
    told.decide("RESOLVED stage-05: fine")
    told.write_gate("stage-05", warnings=["never mind, decided"])
    told.commit("decided", check=False)
    data = verify(told)
    assert data["exit"] == 0
    assert "order/escalation-bypassed" in data["past"]


def test_an_approval_mixed_with_the_change_is_history_and_does_not_count(story):
    told = story("secured")
    told.verdict("platform", "backend")
    told.write("src/backend/auth.js", "// tweaked\n")
    smuggle(told, author="dev-platform")
    data = verify(told, "--ready")
    assert "review/mixed-commit" in data["past"]
    assert data["ready"] is False


def test_rebased_and_cherry_picked_work_is_judged_all_the_same(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.write("LICENSE", "x\n")
    told.commit("main moves")
    told.git("switch", "-q", "feature/reset")
    told.git("rebase", "-q", "main")
    data = verify(told, "main..HEAD", "--ready")
    assert data["exit"] == 0, data["findings"]
    told.git("switch", "-q", "-c", "picked", "main")
    told.git("cherry-pick", "main..feature/reset")
    data = verify(told, "main..HEAD", "--ready")
    assert data["exit"] == 0, data["findings"]


def test_merges_of_the_target_in_between(story):
    told = story("built")
    for number in range(2):
        told.git("switch", "-q", "main")
        told.write(f"other{number}.txt", "x\n")
        told.commit("main moves")
        told.git("switch", "-q", "feature/reset")
        told.git("merge", "-q", "--no-edit", "main")
    assert verify(told)["exit"] == 0


def test_no_run_is_green_and_said_in_words(repo):
    repo.branch("work")
    repo.write("src/backend/a.js", "x\n")
    repo.commit("work")
    said = repo.gate("verify", "main..HEAD", "--ready")
    assert said.code == 0
    assert "no run, nothing judged" in said.out


def test_a_second_run_smuggled_over_the_first(story):
    told = story("designed")
    told.write("pipeline/run.json", RUN.replace("reset-1", "reset-2"))
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 2
    assert "order/run-removed" in data["rules"]


@pytest.mark.parametrize("commits", ["..HEAD", "main...HEAD"])
def test_what_is_no_range(story, commits):
    assert story("started").gate("verify", commits).code == 64


def test_an_unknown_base_and_unrelated_history_are_unknown(story):
    told = story("started")
    assert verify(told, "nowhere..HEAD")["exit"] == 4
    told.git("checkout", "-q", "--orphan", "island")
    told.git("commit", "-q", "--no-verify", "-m", "alone")
    assert verify(told, "main..HEAD")["exit"] == 4


def test_verify_and_check_agree_on_the_tip(story):
    for milestone in ("requirements", "built", "reviewed", "tested"):
        told = story(milestone, milestone)
        one, other = verify(told, "--ready"), told.check("--rev", "HEAD", "--ready")
        assert one["stages"] == other["stages"]
        assert (one["ready"], one["exit"]) == (other["ready"], other["exit"])


def test_the_range_starts_at_the_target_that_the_policy_names(story):
    told = story("requirements")
    told.git("branch", "develop", "main")
    told.policy_on_target("version: 1\ntarget: develop\n")
    told.git("branch", "-f", "develop", "main")
    told.git("switch", "-q", "main")
    told.write("LICENSE", "x\n")
    told.commit("only on main")
    told.git("switch", "-q", "feature/reset")
    data = verify(told)
    assert data["exit"] == 0, data["findings"]


@pytest.mark.parametrize("turned", [False, True])
def test_what_stands_under_one_of_two_policies_stands(turned):
    finding = Finding("order/early-work", 2, "too early", path="a")
    repaired, standing = (
        Replay(None, 1, (Event("c" * 40, finding, ("", ""), repaired_by),)) for repaired_by in ("d" * 40, "")
    )
    events = _together(standing, repaired) if turned else _together(repaired, standing)
    assert [one.repaired_by for one in events] == [""]


# -- a run that was shed does not come back by touching its file -----------------------------------------------------


def test_another_run_stands_whatever_happens_to_the_file_afterwards(story):
    """A swapped run takes vetoes, escalations and attempts with it: one byte more in run.json mends nothing."""
    told = story("tested")
    other = RUN.replace("reset-1", "reset-2")
    told.write("pipeline/run.json", other)
    bad = smuggle(told)
    told.write("pipeline/run.json", other + "\n")
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 2
    assert any(row["rule"] == "order/run-removed" and bad[:12] in row["message"] for row in data["findings"])
    told.write("pipeline/run.json", RUN)
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 0, data
    assert data["past"] == {"order/run-removed"}


@pytest.mark.parametrize("between", ["touched", "removed"])
def test_a_lighter_track_stands_until_it_is_ruled_or_taken_back(story, between):
    told = story("started")
    context = told.read("pipeline/context.md")
    light, lighter = RUN.replace("full", "nano"), context.replace("full", "nano")
    if between == "removed":
        told.remove("pipeline/run.json")
        smuggle(told)
    told.write("pipeline/run.json", light)
    told.write("pipeline/context.md", lighter)
    smuggle(told)
    told.write("pipeline/run.json", light + "\n")
    smuggle(told)
    rule = "order/run-removed" if between == "removed" else "order/track-changed"
    assert rule in verify(told)["rules"]
    told.decide("PRINCIPAL-RULING: track → nano")
    smuggle(told)
    assert verify(told)["past"] == {rule}
    told.git("revert", "--no-edit", "HEAD")
    assert rule in verify(told)["rules"]
    told.write("pipeline/run.json", RUN)
    told.write("pipeline/context.md", context)
    smuggle(told)
    data = verify(told)
    assert data["exit"] == 0, data
    assert data["past"] == {rule}
