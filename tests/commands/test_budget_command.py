"""``git gate budget``: the table of a run, and the gate that asks whether it may go on."""

from __future__ import annotations

import json

import pytest

from story import Story

POLICY = "budget: {tokens_max: 1000, wall_clock_max_minutes: 60}\n"
TABLE, GATE = "pipeline/budget.md", "pipeline/gates/stage-budget.json"


@pytest.fixture
def told(story) -> Story:
    made: Story = story("started")
    made.policy_on_target(POLICY)
    return made


def budget(told: Story, *args: str) -> dict[str, object]:
    data: dict[str, object] = json.loads(told.gate("budget", "check", "--json", *args).out)
    return data


def test_without_a_limit_there_is_no_budget(story):
    told = story("started")
    assert told.gate("budget", "init").code == 2
    assert told.gate("budget", "update", "requirements", "1", "1").code == 2
    said = told.gate("budget", "check")
    assert (said.code, said.out) == (0, "the policy keeps no budget\n")
    assert budget(told)["state"] == "off"
    assert not (told.path / TABLE).exists()


def test_switched_off_by_name(story):
    told = story("started")
    told.policy_on_target(POLICY.replace("{", "{enabled: false, "))
    assert told.gate("budget", "init").code == 2


def test_without_a_run_nothing_is_written(repo):
    repo.write(".gates.yaml", POLICY)
    repo.commit("policy")
    for words in (("init",), ("update", "build", "1", "1"), ("check",)):
        assert repo.gate("budget", *words).code == 2
    assert not (repo.path / "pipeline").exists()


def test_init_writes_once(told):
    said = told.gate("budget", "init")
    assert said.code == 0
    assert f"wrote {TABLE}" in said.out
    told.write(TABLE, told.read(TABLE) + "\nMy notes.\n")
    before = told.read(TABLE)
    assert told.gate("budget", "init").out == f"unchanged {TABLE}\n"
    assert told.read(TABLE) == before
    told.write(TABLE, "no table\n")
    assert told.gate("budget", "init").code == 1


def test_start_lays_it_down(repo):
    repo.write(".gates.yaml", POLICY)
    repo.commit("policy")
    repo.branch("feature")
    said = repo.gate("start", "A thing")
    assert f"wrote {TABLE}" in said.out
    assert f"git add pipeline/run.json pipeline/context.md {TABLE}" in said.out
    assert (repo.path / TABLE).exists()


def test_updates_are_kept_by_stage_and_repeat_without_effect(told):
    assert told.gate("budget", "update", "requirements", "400", "12.5").code == 0
    assert told.gate("budget", "update", "stage-04-backend", "100", "1").code == 0
    before = told.snapshot()[TABLE]
    again = told.gate("budget", "update", "requirements", "400", "12.5")
    assert told.snapshot()[TABLE] == before
    assert "wrote" not in again.out
    told.gate("budget", "update", "requirements", "500", "2", check=True)
    state = budget(told)
    assert state["tokens"] == {"used": 600, "max": 1000}
    assert state["minutes"] == {"used": 3.0, "max": 60}
    assert [row["stage"] for row in state["stages"]] == ["stage-01", "stage-04-backend"]
    assert told.commit("budget", check=False).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("requirement", "1", "1"), 64, "did you mean requirements"),
        (("stage-04-nowhere", "1", "1"), 64, "no area"),
        (("requirements", "many", "1"), 64, "no number of tokens"),
        (("requirements", "1", "-1"), 64, ""),
    ],
)
def test_what_cannot_be_kept_is_refused(told, words, code, said):
    answer = told.gate("budget", "update", *words)
    assert answer.code == code
    assert said in answer.err
    assert not (told.path / TABLE).exists()


def test_line_ends_are_kept_and_a_broken_table_is_not_touched(told):
    told.gate("budget", "init", check=True)
    told.write(TABLE, told.read(TABLE).replace("\n", "\r\n"))
    told.gate("budget", "update", "requirements", "1", "1", check=True)
    data = (told.path / TABLE).read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n")
    told.write(TABLE, data.replace(b"| 1 |", b"| one |"))
    before = told.snapshot()
    said = told.gate("budget", "update", "requirements", "1", "1")
    assert said.code == 1
    assert "budget.md:" in said.err
    assert told.snapshot()[TABLE] == before[TABLE]


def test_over_a_limit_the_gate_escalates_and_a_decision_lets_it_go_on(told):
    said = told.gate("budget", "update", "requirements", "2000", "5")
    assert said.code == 3
    assert f"wrote {GATE}" in said.out
    assert "2000 tokens of 1000" in said.out
    assert told.gate("validate", GATE).code == 3
    before = told.snapshot()[GATE]
    assert told.gate("budget", "check").code == 3
    assert told.snapshot()[GATE] == before
    assert told.gate("next").out.startswith("resolve-escalation stage-budget")
    assert told.commit("over the budget", check=False).code == 0
    assert told.gate("budget", "check").code == 3
    assert "stage-budget is escalated" in told.gate("status").out
    decided = told.gate("resolve", "stage-budget", "1")
    assert decided.code == 0
    assert "decided: go on as planned" in decided.out
    assert "then: git gate next" in decided.out
    told.commit("decided")
    said = told.gate("budget", "update", "design", "100", "5")
    assert said.code == 0
    assert "it was decided" in said.out
    assert budget(told)["state"] == "decided"
    assert told.commit("more", check=False).code == 0
    assert told.gate("check").code == 0
    assert told.gate("budget", "update", "clarification", "0", "100").code == 3
    assert told.gate("check").code == 3


def test_a_slip_that_no_commit_has_seen_is_taken_back(told):
    assert told.gate("budget", "update", "requirements", "2000", "5").code == 3
    said = told.gate("budget", "update", "requirements", "200", "5")
    assert said.code == 0
    assert f"removed {GATE}" in said.out
    assert f"git add {TABLE} && git commit" in said.out
    assert not (told.path / GATE).exists()


def test_a_committed_escalation_stays_until_it_is_decided(told):
    told.gate("budget", "update", "requirements", "2000", "5")
    told.commit("over the budget")
    assert told.gate("budget", "update", "requirements", "200", "5").code == 3
    assert (told.path / GATE).exists()
    assert told.gate("budget", "check", "--json").code == 3


def test_a_warning_writes_no_gate(story):
    told = story("started")
    told.policy_on_target(POLICY.replace("}", ", on_exceed: warn}"))
    said = told.gate("budget", "update", "requirements", "2000", "5")
    assert said.code == 0
    assert "warning: the run has used 2000 tokens of 1000" in said.out
    assert not (told.path / GATE).exists()
    assert budget(told)["state"] == "exceeded"


def test_an_escalated_run_is_not_archived(story):
    told = story("complete")
    told.policy_on_target(POLICY)
    told.gate("budget", "update", "build", "2000", "5")
    told.commit("over the budget", args=("--no-verify",))
    said = told.gate("archive")
    assert said.code == 2
    assert "stage-budget" in said.err
