"""Checkpoints, automatic passes, escalations that stand open, and reviewers and areas that nobody knows."""

from __future__ import annotations

from story import BRIEF


def refuse(told, rule, code):
    told.git("add", "-A")
    said = told.door()
    assert rule in said.err, said.err
    assert said.code == code
    assert told.commit("unlawful", check=False).code != 0


def auto(told, letter="a", condition="no_warnings"):
    told.decide(f"CHECKPOINT-AUTO-PASS: {letter} ({condition})")


def test_an_automatic_pass_needs_the_policy(story):
    told = story("requirements")
    auto(told)
    refuse(told, "checkpoint/forged", 2)


def test_an_automatic_pass_where_the_condition_holds(story):
    told = story("requirements")
    told.policy_on_target("version: 1\ncheckpoints: {a: {auto_pass_when: no_warnings}}\n")
    auto(told)
    assert told.commit("auto", check=False).code == 0
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    assert told.commit("design", check=False).code == 0, "checkpoint a is decided"


def test_an_automatic_pass_over_warnings_is_forged(story):
    told = story("started")
    told.policy_on_target("version: 1\ncheckpoints: {a: {auto_pass_when: no_warnings}}\n")
    told.write("pipeline/brief.md", BRIEF)
    told.write_gate("stage-01", warnings=["unclear"])
    told.commit("requirements")
    auto(told)
    refuse(told, "checkpoint/forged", 2)


def test_a_heavy_trigger_suppresses_the_automatic_pass(story):
    told = story("reviewed")
    told.policy_on_target("version: 1\ncheckpoints: {c: {auto_pass_when: all_criteria_passed}}\n")
    from story import STEPS

    STEPS["tested"](told)
    auto(told, "c", "all_criteria_passed")
    refuse(told, "checkpoint/forged", 2)


def test_checkpoints_off(story):
    told = story("requirements")
    told.policy_on_target("version: 1\ncheckpoints: off\n")
    told.write("pipeline/design-spec.md", "STATUS: APPROVED\n")
    assert told.commit("design", check=False).code == 0


def test_proceeding_too_early_is_refused_by_the_command(story):
    told = story("started")
    said = told.gate("proceed", "a")
    assert said.code == 2
    assert "checkpoint/waiting" in said.said
    told = story("requirements", "later")
    assert told.gate("proceed", "a").code == 0


def test_an_open_escalation_is_exit_3_and_lawful(story):
    told = story("built")
    told.write_gate("stage-05", "ESCALATE", escalation_reason="licence", blockers=["x"])
    assert told.commit("escalate", check=False).code == 0
    data = told.check("--rev", "HEAD")
    assert data["exit"] == 3
    assert "escalation/open" in {row["rule"] for row in data["findings"]}
    assert told.check("--index")["exit"] == 0


def test_an_area_and_a_reviewer_nobody_knows(story):
    told = story("secured")
    told.verdict("frontend", "backed")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert "review/unknown-area" in said.err
    assert 'did you mean "backend"' in said.err
    told.git("reset", "-q", "--hard")
    told.verdict("fronted", "backend")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 0
    assert "review/unknown-reviewer" in said.err
    told.git("reset", "-q", "--hard")
    told.write("pipeline/code-review/by-Front End.md", "# x\n")
    refuse(told, "review/file-name", 1)


def test_a_run_that_cannot_be_read(story):
    told = story("requirements")
    told.write("pipeline/run.json", "{")
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert "json/syntax" in said.err
    told.commit("broken", check=False, args=("--no-verify",))
    data = told.check("--rev", "HEAD", "--ready")
    assert data["ready"] is False
    assert "run/unreadable" in {row["rule"] for row in data["findings"]}
    assert data["exit"] == 1
