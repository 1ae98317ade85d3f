"""The order of stages at the commit door: what may be committed, and what is refused and why."""

from __future__ import annotations

import pytest

from story import MILESTONES, REPORT


@pytest.mark.parametrize("milestone", MILESTONES)
def test_the_lawful_run_reaches_every_milestone(story, milestone):
    told = story(milestone)
    assert told.check("--rev", "HEAD")["exit"] in (0, 2), "a lawful run is never malformed, escalated or unknown"


def test_a_finished_run_is_ready_and_all_pass(story):
    data = story("complete").check("--rev", "HEAD", "--ready")
    assert data["ready"] is True
    assert data["exit"] == 0
    assert {row["state"] for row in data["stages"]} == {"pass"}


def refused(said, rule, code):
    """The commit was refused with that rule and exit code (git's own is 1, the hook's is in what the door says)."""
    assert said.code == 1
    assert rule in said.err, said.err
    assert code is not None


def attempt(told, rule, code):
    """Stage everything, ask the door, then commit for real: both refuse, and nothing moves."""
    told.git("add", "-A")
    before = (
        told.git("ls-files", "-s", "-z").stdout,
        told.git("rev-parse", "HEAD").out,
        told.git("status", "-z").stdout,
    )
    door = told.door()
    assert door.code == code, door.said
    assert rule in door.err
    refused(told.commit("unlawful", check=False), rule, code)
    after = (
        told.git("ls-files", "-s", "-z").stdout,
        told.git("rev-parse", "HEAD").out,
        told.git("status", "-z").stdout,
    )
    assert before == after
    return door.err


def test_source_before_design_is_early_work(story):
    told = story("requirements")
    told.write("src/backend/auth.js", "early\n")
    said = attempt(told, "order/early-work", 2)
    assert "src/backend/auth.js" in said
    assert "stage-02 is missing" in said


def test_source_in_build_is_lawful(story):
    told = story("clarified")
    told.write("src/backend/auth.js", "in time\n")
    assert told.commit("work", check=False).code == 0


def test_documents_of_later_stages_are_early_work(story):
    for path in ("pipeline/test-report.md", "pipeline/pr-backend.md", "pipeline/adr/0001-x.md", "pipeline/runbook.md"):
        told = story("requirements", path.replace("/", "_"))
        told.write(path, "early\n")
        attempt(told, "order/early-work", 2)


def test_unowned_and_free_paths_are_never_early(story):
    told = story("started")
    told.write("docs/guide.md", "free\n")
    told.write("Makefile", "all:\n")
    assert told.commit("free", check=False).code == 0


def test_nothing_hides_in_the_run_folder(story):
    told = story("built")
    told.write("pipeline/evil.py", "print()\n")
    told.commit("hidden", check=False)
    assert "stage-04-other" in {row["stage"] for row in told.check("--rev", "HEAD")["stages"]}


def test_tests_may_be_written_while_building_and_by_qa(story):
    told = story("clarified")
    told.write("src/tests/a.test.js", "developer's test\n")
    assert told.commit("tests", check=False).code == 0
    late = story("requirements", "late")
    late.write("src/tests/a.test.js", "early\n")
    attempt(late, "order/early-work", 2)


def test_a_pass_without_its_predecessor(story):
    told = story("requirements")
    told.decide("CHECKPOINT-PASS: a (user)")
    told.commit("a")
    told.write("pipeline/design-spec.md", "STATUS: DRAFT\n")
    told.write_gate("stage-02", "FAIL", pm_approved=False)
    told.commit("draft")
    told.write_gate("stage-03")
    said = attempt(told, "order/predecessor", 2)
    assert "stage-02 is not PASS" in said


def test_a_pass_behind_a_closed_checkpoint(story):
    told = story("requirements")
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    told.write_gate("stage-02")
    assert "checkpoint a" in attempt(told, "order/predecessor", 2)


def test_checkpoint_decided_in_the_very_commit_opens(story):
    told = story("requirements")
    told.decide("CHECKPOINT-PASS: a (user)")
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    assert told.commit("both", check=False).code == 0


def test_recording_failure_is_lawful_at_any_time(story):
    told = story("requirements")
    told.write_gate("stage-07", "FAIL", tests_failed=1, tests_passed=1, failing_tests=["x"])
    assert told.commit("honest", check=False).code == 0
    assert told.check("--rev", "HEAD")["exit"] == 2


def test_a_change_after_review_is_lawful_makes_stale_and_is_not_ready(story):
    told = story("tested")
    assert told.check("--rev", "HEAD", "--ready")["ready"] is True
    told.write("src/backend/auth.js", "// changed afterwards\n")
    told.git("add", "-A")
    said = told.door().err
    assert "order/stale" in said
    for stage in ("stage-04-backend", "stage-05", "stage-05-security", "stage-06-backend", "stage-07"):
        assert stage in said
    assert told.commit("fix", check=False).code == 0
    data = told.check("--rev", "HEAD", "--ready")
    assert data["ready"] is False
    assert data["exit"] == 2
    states = {row["stage"]: row["state"] for row in data["stages"]}
    assert states["stage-05"] == "stale"
    assert states["stage-06-backend"] == "stale"
    assert states["stage-06-frontend"] == "waiting"


def test_passing_qa_on_a_stale_chain_names_the_chain(story):
    told = story("tested")
    told.write("src/backend/auth.js", "// changed afterwards\n")
    told.commit("fix")
    told.write_gate("stage-07", timestamp="2026-03-27T10:00:00Z", warnings=["again"])
    said = attempt(told, "order/predecessor", 2)
    assert "stage-06-backend is stale" in said
    assert "stage-05 is stale" in said


def test_reverting_the_change_brings_the_old_passes_back(story):
    told = story("tested")
    told.write("src/backend/auth.js", "// changed afterwards\n")
    told.commit("fix")
    told.git("revert", "--no-edit", "HEAD")
    assert told.check("--rev", "HEAD", "--ready")["ready"] is True


def test_reformatting_or_a_new_timestamp_refreshes_nothing(story):
    told = story("tested")
    told.write("pipeline/brief.md", told.read("pipeline/brief.md") + "\nmore\n")
    told.commit("brief changed")
    assert told.state("stage-01") == "stale"
    gate = told.read_gate("stage-01")
    gate["timestamp"] = "2026-03-28T10:00:00Z"
    told.write("pipeline/gates/stage-01.json", str(gate).replace("'", '"').replace("True", "true"))
    told.commit("cosmetics", check=False)
    assert told.state("stage-01") == "stale"


def test_a_removed_gate(story):
    told = story("designed")
    told.remove("pipeline/gates/stage-01.json")
    attempt(told, "order/gate-removed", 2)
    moved = story("designed", "moved")
    moved.git("mv", "pipeline/gates/stage-01.json", "pipeline/stage-01.json")
    attempt(moved, "order/gate-removed", 2)


def test_a_failed_gate_may_be_removed(story):
    told = story("requirements")
    told.write_gate("stage-02", "FAIL")
    told.commit("fail")
    told.remove("pipeline/gates/stage-02.json")
    assert told.commit("start over", check=False).code == 0


def test_a_removed_or_replaced_run(story):
    told = story("designed")
    told.git("rm", "-rq", "pipeline")
    attempt(told, "order/run-removed", 2)
    other = story("designed", "other")
    other.write("pipeline/run.json", other.read("pipeline/run.json").replace("reset-1", "reset-2"))
    attempt(other, "order/run-removed", 2)


def test_the_archive_of_a_finished_run_is_lawful(story):
    told = story("complete")
    told.git("mv", "pipeline", "old")
    told.write("pipeline/.keep", "")
    told.git("mv", "old", "pipeline/archive")
    told.remove("pipeline/.keep")
    said = told.commit("archive", check=False)
    assert said.code == 0, said.err
    unfinished = story("tested", "unfinished")
    unfinished.git("mv", "pipeline", "old")
    unfinished.write("pipeline/.keep", "")
    unfinished.git("mv", "old", "pipeline/archive")
    attempt(unfinished, "order/run-removed", 2)


def test_several_stages_in_one_commit_warn_and_strict_refuses(story):
    told = story("prereviewed")
    told.git("reset", "-q", "--soft", "HEAD~3")
    assert "order/one-commit" in told.door().err
    assert told.door().code == 0
    told.write(".gates.yaml", "version: 1\nhistory: strict\n")
    attempt(told, "order/one-commit", 2)


def test_unowned_block_refuses_what_lies_in_no_area(story):
    told = story("started")
    told.write(".gates.yaml", "version: 1\nunowned: block\nfree: ['.gates.yaml', '*.md']\n")
    told.write("Makefile", "all:\n")
    attempt(told, "order/unowned", 2)


def test_an_undecided_escalation_cannot_be_passed_over(story):
    told = story("reviewed")
    told.write_gate("stage-05", "ESCALATE", escalation_reason="licence of a dependency", blockers=["licence"])
    assert told.commit("escalate", check=False).code == 0
    assert told.check("--rev", "HEAD")["exit"] == 3
    told.write_gate("stage-05", warnings=["never mind"])
    attempt(told, "order/escalation-bypassed", 3)
    told.git("reset", "-q", "--hard")
    told.remove("pipeline/gates/stage-05.json")
    attempt(told, "order/escalation-bypassed", 3)
    told.git("reset", "-q", "--hard")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    told.git("add", "-A")
    told.write_gate("stage-07")
    attempt(told, "order/escalation-bypassed", 3)


def test_a_decision_unlocks_and_an_older_one_does_not(story):
    told = story("reviewed")
    told.decide("RESOLVED stage-05: decided long before")
    told.commit("old decision")
    told.write_gate("stage-05", "ESCALATE", escalation_reason="licence", blockers=["licence"])
    told.commit("escalate")
    told.write_gate("stage-05", warnings=["licence is fine"])
    attempt(told, "order/escalation-bypassed", 3)
    told.decide("RESOLVED stage-05: the licence is fine")
    assert told.commit("decided", check=False).code == 0
    assert told.state("stage-05") == "pass"


def test_without_a_run_everything_is_lawful_and_said_in_words(repo):
    repo.write("src/backend/auth.js", "x\n")
    repo.commit("work")
    said = repo.gate("check", "--ready")
    assert said.code == 0
    assert "no run is active" in said.out


def test_require_run(repo):
    repo.write(".gates.yaml", "version: 1\nrequire_run: true\n")
    repo.commit("policy")
    assert "run/required" in repo.gate("check", "--ready").out
    assert repo.gate("check", "--ready").code == 2


def test_a_track_is_changed_only_by_a_ruling(story):
    told = story("clarified")
    light = told.read("pipeline/run.json").replace('"full"', '"nano"')
    told.write("pipeline/run.json", light)
    context = told.read("pipeline/context.md").replace("TRACK: full", "TRACK: nano")
    told.write("pipeline/context.md", context)
    told.git("add", "-A")
    assert "order/track-changed" in told.door().err
    told.write("pipeline/context.md", context + "\nPRINCIPAL-RULING: track → nano\n")
    told.git("add", "-A")
    assert "order/track-changed" not in told.door().err


def test_with_its_track_a_run_leaves_its_gates_and_sheds_no_refusal(story):
    told = story("secured")
    told.write_gate("stage-05-security", "FAIL", security_approved=False, veto=True)
    told.commit("veto", author="security")
    told.write("pipeline/run.json", told.read("pipeline/run.json").replace('"full"', '"hotfix"'))
    context = told.read("pipeline/context.md").replace("TRACK: full", "TRACK: hotfix")
    told.write("pipeline/context.md", context)
    told.git("rm", "-rq", "pipeline/gates")
    told.git("add", "-A")
    assert "order/gate-removed" in told.door().err, "no ruling, no gate goes"
    told.write("pipeline/context.md", context + "\nPRINCIPAL-RULING: track → hotfix\n")
    said = told.commit("hotfix", check=False)
    assert said.code == 0, said.err
    found = told.check("--rev", "HEAD", "--ready")
    assert {"security/veto", "gate/failed", "ready/stage"} <= {one["rule"] for one in found["findings"]}
    assert told.gate("verify", "main..HEAD").code == 0
    told.track = "hotfix"
    told.write_gate("stage-05-security", track="hotfix")
    told.git("add", "-A")
    assert "security/veto-erased" in told.door().err


def test_a_ruling_about_the_track_is_no_answer_to_a_second_round(story):
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: one")
    told.write("src/backend/auth.js", "fixed\n")
    told.commit("fix", author="dev-backend")
    told.gate("review", "backend", "--as", "frontend", "--verdict", "changes-requested", check=True)
    told.commit("second round", author="dev-frontend")
    assert told.state("stage-06-backend") == "escalate"
    told.decide("PRINCIPAL-RULING: track → full")
    told.commit("about the track", check=False)
    assert told.state("stage-06-backend") == "escalate"
    told.decide("PRINCIPAL-RULING: tokens → as the reviewer says")
    told.commit("about the matter", check=False)
    assert told.state("stage-06-backend") != "escalate"


def test_what_was_said_in_one_run_means_nothing_in_the_next(story):
    told = story("complete")
    told.write_gate("stage-09", "ESCALATE", escalation_reason="late doubt", blockers=["x"])
    told.commit("doubt", author="principal")
    told.decide("RESOLVED stage-09: fine")
    told.write_gate("stage-09", warnings=["settled"])
    assert told.commit("settle", check=False).code == 0
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: late")
    told.review("frontend", "backend")
    told.git("mv", "pipeline", "old")
    told.write("pipeline/.keep", "")
    told.git("mv", "old", "pipeline/archive")
    told.remove("pipeline/.keep")
    assert told.commit("archive", check=False).code == 0
    told.write("pipeline/run.json", told.read("pipeline/archive/run.json").replace("reset-1", "second-1"))
    told.write("pipeline/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n")
    said = told.commit("second run", check=False)
    assert said.code == 0, said.err
    data = told.check("--rev", "HEAD")
    assert data["exit"] in (0, 2)
    assert "escalation/open" not in {row["rule"] for row in data["findings"]}


def test_a_commit_asked_about_later_repeats_what_the_hook_said(story):
    told = story("tested")
    told.write("src/backend/auth.js", "// changed afterwards\n")
    told.git("add", "-A")
    said = [row["message"] for row in told.check("--index")["findings"] if row["rule"] == "order/stale"]
    told.commit("fix")
    assert said == [row["message"] for row in told.check("--rev", "HEAD")["findings"] if row["rule"] == "order/stale"]


def test_early_work_may_be_taken_back(story):
    told = story("requirements")
    told.write("src/backend/early.js", "x\n")
    told.write("pipeline/test-report.md", "early\n")
    told.commit("smuggled", args=("--no-verify",))
    told.git("rm", "-q", "src/backend/early.js", "pipeline/test-report.md")
    said = told.commit("taken back", check=False)
    assert said.code == 0, said.err
