"""The budget of a run as the engine judges it: off by default, summed up, escalated, decided."""

from __future__ import annotations

import json

from story import Story

POLICY = "budget: {tokens_max: 1000, wall_clock_max_minutes: 60}\n"
TABLE = "| Stage | Tokens | Minutes |\n| --- | --- | --- |\n| stage-01 | %s | 5 |\n| Total | %s | 5 |\n"


def kept(story, milestone: str = "started", policy: str = POLICY) -> Story:
    """A run whose policy, on the target, keeps a budget."""
    told: Story = story(milestone)
    told.policy_on_target(policy)
    return told


def used(told: Story, tokens: int) -> None:
    told.write("pipeline/budget.md", TABLE % (tokens, tokens))


def escalate(told: Story, tokens: int = 2000, **fields: object) -> None:
    used(told, tokens)
    more = {"tokens_used": tokens, "tokens_max": 1000, "escalation_reason": "over", **fields}
    told.write_gate("stage-budget", "ESCALATE", **more)


def rules(told: Story, *args: str) -> list[str]:
    return [one["rule"] for one in told.check(*args)["findings"]]


def test_off_by_default_and_no_product(story):
    told = story("built")
    used(told, 10**9)
    told.write_gate("stage-budget", "ESCALATE", tokens_used=1, tokens_max=1, escalation_reason="x", blockers=[])
    told.remove("pipeline/gates/stage-budget.json")
    told.write("pipeline/budget.md", "not even a table\n")
    told.git("add", "-A")
    assert told.door().code == 0
    assert told.state("stage-04-backend", "--index") == "pass"
    assert "budget/exceeded" not in rules(told)


def test_the_table_may_be_written_at_any_stage_and_must_be_sound(story):
    told = kept(story)
    used(told, 10)
    told.git("add", "-A")
    assert told.door().code == 0
    told.write("pipeline/budget.md", TABLE % (10, 9))
    told.git("add", "-A")
    report = told.check("--index")
    assert report["exit"] == 1
    assert [(one["rule"], one["path"], one["line"]) for one in report["findings"]] == [
        ("budget/total", "pipeline/budget.md", 4)
    ]


def test_a_limit_passed_in_silence_is_an_open_question(story):
    told = kept(story)
    used(told, 2000)
    told.git("add", "-A")
    assert told.door().code == 0
    told.commit("over")
    report = told.check("--rev", "HEAD")
    assert (report["exit"], rules(told, "--rev", "HEAD")) == (3, ["budget/exceeded"])
    assert not told.check("--rev", "HEAD", "--ready")["ready"]
    used(told, 1000)
    told.commit("exactly at the limit")
    assert rules(told, "--rev", "HEAD") == []


def test_warn_only_warns(story):
    told = kept(story, policy=POLICY.replace("}", ", on_exceed: warn}"))
    used(told, 2000)
    told.commit("over")
    report = told.check("--rev", "HEAD")
    assert (report["exit"], report["findings"][0]["severity"]) == (0, "warning")


def test_an_open_escalation_holds_up_every_stage_until_it_is_decided(story):
    told = kept(story)
    escalate(told)
    told.commit("over the budget")
    report = told.check("--rev", "HEAD")
    assert (report["exit"], rules(told, "--rev", "HEAD")) == (3, ["escalation/open"])
    told.write("pipeline/brief.md", "# B\n\n## Acceptance Criteria\n1. One\n2. Two\n\n## Out of Scope\n- SMS\n")
    told.write_gate("stage-01")
    told.git("add", "-A")
    assert "order/escalation-bypassed" in rules(told, "--index")
    told.git("reset", "-q", "--hard")
    told.remove("pipeline/gates/stage-budget.json")
    told.git("add", "-A")
    assert "order/escalation-bypassed" in rules(told, "--index")
    told.git("reset", "-q", "--hard")
    told.decide("RESOLVED stage-budget: go on")
    told.commit("decided")
    assert rules(told, "--rev", "HEAD") == []
    told.write_gate("stage-01")
    told.git("add", "-A")
    assert "order/escalation-bypassed" not in rules(told, "--index")
    used(told, 5000)
    told.git("add", "-A")
    assert "budget/exceeded" not in rules(told)


def test_a_higher_limit_that_is_passed_again_is_another_question(story):
    told = kept(story)
    escalate(told)
    told.commit("over the budget")
    told.decide("RESOLVED stage-budget: go on up to 3000")
    told.commit("decided")
    told.policy_on_target(POLICY.replace("1000", "3000"))
    assert rules(told, "--rev", "HEAD") == []
    used(told, 4000)
    told.commit("over again")
    assert rules(told, "--rev", "HEAD") == ["budget/exceeded"]


def test_the_gate_must_say_what_the_table_adds_up_to(story):
    told = kept(story)
    escalate(told, tokens_used=1500)
    told.git("add", "-A")
    report = told.check("--index")
    (finding,) = report["findings"]
    assert (report["exit"], finding["rule"], finding["path"]) == (
        1,
        "consistency/budget",
        "pipeline/gates/stage-budget.json",
    )
    text = told.read("pipeline/gates/stage-budget.json").splitlines()
    assert '"tokens_used"' in text[finding["line"] - 1]
    escalate(told)
    told.git("add", "-A")
    assert rules(told, "--index") == []


def test_a_run_over_its_limit_is_no_pass(story):
    told = kept(story)
    used(told, 2000)
    told.write_gate("stage-budget", tokens_used=2000, tokens_max=9000)
    told.git("add", "-A")
    assert rules(told, "--index") == ["consistency/budget"]
    used(told, 200)
    told.write_gate("stage-budget", tokens_used=200, tokens_max=1000)
    told.git("add", "-A")
    assert rules(told, "--index") == []


def test_a_gate_without_its_table(story):
    told = kept(story)
    told.write_gate("stage-budget", "ESCALATE", tokens_used=2000, tokens_max=1000, escalation_reason="over")
    told.git("add", "-A")
    assert rules(told, "--index") == ["consistency/missing-document"]


def test_the_range_says_the_same(story):
    told = kept(story, "tested")
    escalate(told)
    told.commit("over the budget")
    said = told.gate("verify", "main..HEAD", "--ready", "--format", "json")
    assert said.code == 3
    assert "escalation/open" in {one["rule"] for one in json.loads(said.out)["findings"]}
    told.decide("RESOLVED stage-budget: go on")
    told.commit("decided")
    assert told.gate("verify", "main..HEAD", "--ready").code == 0
