"""Every track from its first stage to its last, with its own stages, review shape and floor."""

from __future__ import annotations

import pytest

from story import BRIEF, REPORT, RUN

RUNBOOK = "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n"


def begin(story, track):
    told = story("started")
    told.git("reset", "-q", "--hard", "main")
    told.write("pipeline/run.json", RUN.replace('"full"', f'"{track}"'))
    told.write("pipeline/context.md", f"# Context\n\nTRACK: {track}\n\n## User Decisions\n\n")
    told.commit("start")
    told.track = track
    return told


def gate(told, stage, status="PASS", **fields):
    told.write_gate(stage, status, **{"track": told.track, **fields})


def lawful(told, message, author="somebody"):
    said = told.commit(message, author=author, check=False)
    assert said.code == 0, said.err


def refused(told, rule):
    told.git("add", "-A")
    assert rule in told.door().err
    assert told.commit("unlawful", check=False).code != 0


def states(told):
    return {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]}


def build(told, path="src/backend/plain.js", area="backend"):
    told.write(path, "x\n")
    told.write(f"pipeline/pr-{area}.md", "# change\n")
    gate(told, f"stage-04-{area}", area=area, files_changed=[path])
    lawful(told, "build", f"dev-{area}")


def ready(told):
    return told.check("--rev", "HEAD", "--ready")["ready"]


def test_quick(story):
    told = begin(story, "quick")
    told.write("pipeline/brief.md", BRIEF)
    gate(told, "stage-01")
    lawful(told, "requirements")
    told.write("src/backend/plain.js", "x\n")
    refused(told, "order/early-work")
    told.git("reset", "-q", "--hard")
    told.decide("CHECKPOINT-PASS: a (user)")
    lawful(told, "a")
    build(told)
    assert told.review("platform", "backend").code == 0
    derived = told.read_gate("stage-06-backend")
    assert (derived["review_shape"], derived["required_approvals"], derived["status"]) == ("scoped", 1, "PASS")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    gate(told, "stage-07")
    lawful(told, "qa")
    assert ready(told)
    gate(told, "stage-02")
    refused(told, "gate/track-forbids")


def test_nano(story):
    told = begin(story, "nano")
    build(told)
    gate(told, "stage-07", tests_total=0, tests_passed=0)
    refused(told, "gate/track-needs")
    gate(told, "stage-07", tests_total=0, tests_passed=0, regression_check="PASS")
    lawful(told, "qa")
    assert set(states(told).values()) == {"pass", "skipped"}
    assert ready(told)


def test_a_nano_change_that_fires_a_trigger_is_not_ready(story):
    told = begin(story, "nano")
    build(told, "src/backend/auth.js")
    gate(told, "stage-07", tests_total=0, tests_passed=0, regression_check="PASS")
    refused(told, "order/predecessor")
    rules = {row["rule"] for row in told.check("--rev", "HEAD", "--ready")["findings"]}
    assert "track/too-light" in rules
    assert not ready(told)


def test_config_only(story):
    told = begin(story, "config-only")
    build(told, "src/infra/limits.yaml", "platform")
    gate(told, "stage-05", security_review_required=False)
    lawful(told, "pre-review")
    gate(told, "stage-07", regression_check="PASS")
    lawful(told, "qa")
    assert ready(told)


def test_dep_update(story):
    told = begin(story, "dep-update")
    told.git("switch", "-q", "main")
    told.write("package.json", '{"dependencies": {"a": "1.0.0"}}\n')
    told.commit("manifest")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    told.write("package.json", '{"dependencies": {"a": "1.0.1"}}\n')
    told.write("pipeline/pr-deps.md", "# upgrade\n")
    gate(told, "stage-04-deps", area="deps", files_changed=["package.json"])
    lawful(told, "build", "dev-platform")
    assert states(told)["stage-05-security"] == "open"
    gate(told, "stage-05-security", triggering_conditions=["dep:manifest"])
    lawful(told, "security")
    assert told.review("backend", "deps").code == 0
    assert told.read_gate("stage-06-deps")["status"] == "PASS"
    gate(told, "stage-07", regression_check="PASS")
    lawful(told, "qa")
    assert ready(told)


def test_hotfix(story):
    told = begin(story, "hotfix")
    build(told)
    gate(told, "stage-05", security_review_required=False)
    refused(told, "gate/track-needs")
    gate(told, "stage-05", security_review_required=False, stage_4_5a_skipped=True)
    lawful(told, "pre-review")
    told.review("platform", "backend")
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    gate(told, "stage-07")
    lawful(told, "qa")
    assert ready(told)
    told.decide("CHECKPOINT-PASS: c (user)")
    lawful(told, "c")
    gate(
        told,
        "stage-08",
        runbook_referenced=False,
        smoke_test_passed=None,
        auto_from_stage_07=True,
        deploy_requested=False,
    )
    refused(told, "consistency/fold")


@pytest.mark.parametrize("track", ["quick", "nano", "config-only", "dep-update", "hotfix"])
def test_paths_of_a_left_out_stage_are_free(story, track):
    told = begin(story, track)
    told.write("pipeline/design-spec.md", "notes\n")
    assert told.commit("notes", check=False).code == 0


def test_docs_alone_need_the_merged_build_gate_and_no_review(story):
    told = begin(story, "full")
    told.write("pipeline/brief.md", BRIEF)
    gate(told, "stage-01")
    lawful(told, "requirements")
    told.decide("CHECKPOINT-PASS: a (user)")
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    gate(told, "stage-02")
    lawful(told, "design")
    told.decide("CHECKPOINT-PASS: b (user)")
    gate(told, "stage-03")
    lawful(told, "clarified")
    told.write("docs/guide.md", "x\n")
    gate(told, "stage-04", workstreams=[], pr_summaries_written=[], local_verification=["read it"])
    lawful(told, "build")
    gate(told, "stage-05", security_review_required=False)
    lawful(told, "pre-review")
    assert states(told)["stage-06"] == "skipped"
    told.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    gate(told, "stage-07")
    lawful(told, "qa")
    assert ready(told)
