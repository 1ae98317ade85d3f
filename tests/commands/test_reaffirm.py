"""``git gate reaffirm``."""

from __future__ import annotations

import pytest


def reaffirmed(told, *args, code=0):
    said = told.gate("reaffirm", *args)
    assert said.code == code, said.said
    return said


def amend_design(told):
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: APPROVED\n\nThe server sends the link.\n")
    told.write("pipeline/adr/0001-server.md", "# 0001\n")
    told.commit("amend the design", author="principal")


def test_it_shows_what_changed_and_binds_anew(story):
    told = story("reviewed")
    amend_design(told)
    assert told.state("stage-02") == "stale"
    before = told.read_gate("stage-02")
    said = reaffirmed(told, "design")
    assert "pipeline/design-spec.md (" in said.out
    after = told.read_gate("stage-02")
    assert after["adr_count"] == 1
    assert after["subject"]["inputs"].startswith("i1:")
    same = {"adr_count", "timestamp", "subject"}
    assert {k: v for k, v in before.items() if k not in same} == {k: v for k, v in after.items() if k not in same}
    told.commit("stands by it", author="principal")
    assert told.state("stage-02") == "pass"


def test_several_at_once_in_the_order_of_the_track(story):
    told = story("reviewed")
    amend_design(told)
    assert "order/predecessor" in reaffirmed(told, "clarification", code=2).out
    reaffirmed(told, "stage-03", "design")
    assert told.commit("stand by both", author="principal").code == 0
    assert told.state("stage-02") == told.state("stage-03") == "pass"


def test_a_fix_makes_the_chain_stale_and_one_command_renews_it(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// better\n")
    told.commit("fix", author="dev-backend")
    assert "stage-04-backend" in reaffirmed(told, "pre-review", code=2).out
    said = reaffirmed(told, "build", "pre-review", "security-review")
    assert said.out.count("bound anew") >= 3
    assert told.commit("stand by them", author="dev-platform").code == 0
    for stage in ("stage-04-backend", "stage-04-frontend", "stage-05", "stage-05-security"):
        assert told.state(stage) == "pass"
    assert "bound anew" not in reaffirmed(told, "build", "pre-review", "security-review").out


def test_one_area_alone(story):
    told = story("built")
    told.write("src/backend/auth.js", "// better\n")
    reaffirmed(told, "stage-04-backend")
    assert "subject" not in told.read_gate("stage-04-frontend")


def test_set_goes_to_the_gate_that_has_the_field(story):
    told = story("reviewed")
    amend_design(told)
    reaffirmed(told, "design", "clarification", "--set", "adr_count=1")
    assert "adr_count" not in told.read_gate("stage-03")
    assert "x_new" in reaffirmed(told, "design", "clarification", "--set", "x_new=1", code=64).err


def test_a_count_that_the_tree_contradicts_is_refused(story):
    told = story("reviewed")
    amend_design(told)
    before = told.snapshot()["pipeline/gates/stage-02.json"]
    assert "consistency/adr-count" in reaffirmed(told, "design", "--set", "adr_count=5", code=1).out
    assert told.snapshot()["pipeline/gates/stage-02.json"] == before


def test_a_pass_that_no_longer_holds_is_refused(story):
    told = story("reviewed")
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: DRAFT\n")
    assert "consistency/design-status" in reaffirmed(told, "design", code=1).out


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("qa",), 2, "missing"),
        (("peer-review",), 64, "git gate review"),
        (("desing",), 64, "did you mean design"),
        (("stage-04-platform",), 2, "missing"),
        ((), 64, "Missing argument"),
    ],
)
def test_what_cannot_be_stood_by(story, args, code, says):
    assert says in reaffirmed(story("built"), *args, code=code).err


def test_a_fail_is_not_reaffirmed(story):
    told = story("built")
    told.write_gate("stage-03", "FAIL", open_questions_count=1)
    said = reaffirmed(told, "clarification", code=2)
    assert "stage-03 is no PASS" in said.err


def test_what_is_not_committed_yet_is_named_with_the_gate(story):
    told = story("reviewed")
    told.write("pipeline/design-spec.md", "# Design\n\nSTATUS: APPROVED\n\nThe server sends the link.\n")
    said = reaffirmed(told, "design", "clarification").out
    paths = "pipeline/design-spec.md pipeline/gates/stage-02.json pipeline/gates/stage-03.json"
    assert said.endswith(f"next: git add {paths} && git commit\n")
    told.git("add", *paths.split())
    assert told.commit("design", check=False).code == 0
    told.write("src/backend/auth.js", "changed\n")
    assert reaffirmed(told, "build").out.endswith("next: git add the change and its documents, then git commit\n")
