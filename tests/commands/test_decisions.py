"""``proceed``, ``resolve``, ``rule``, ``adr``, ``ask`` and ``answer``."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitgate.errors import UserError
from commitgate.working.decisions import chosen
from support import Gate

CONTEXT = "pipeline/context.md"


def same(told, *args, code=0):
    """The command ends like this and leaves the context as it is."""
    before = told.read(CONTEXT)
    said = told.gate(*args)
    assert said.code == code, said.said
    assert told.read(CONTEXT) == before
    return said


def test_proceed_records_who_let_the_checkpoint_pass(story):
    told = story("requirements")
    said = told.gate("proceed", "A", "--who", "Ada")
    assert said.code == 0, said.said
    assert re.search(r"^\S+Z — CHECKPOINT-PASS: a \(Ada\)$", told.read(CONTEXT), re.MULTILINE)
    assert f"git add {CONTEXT} && git commit" in said.out
    assert "decided already" in same(told, "proceed", "a").out
    told.commit("a")
    assert told.state("stage-02") == "open"


def test_proceed_names_the_author_of_the_commits_by_itself(story):
    told = story("requirements")
    told.gate("proceed", "a", check=True, env={"GIT_AUTHOR_NAME": "Grace"})
    assert "CHECKPOINT-PASS: a (Grace)" in told.read(CONTEXT)


def test_proceed_waits_for_the_stage_before(story):
    said = same(story("started"), "proceed", "a", code=2)
    assert "stage-01 is open" in said.out
    said = same(story("requirements", "second"), "proceed", "b", code=2)
    assert "stage-02" in said.out


def test_proceed_knows_its_checkpoints(story, repo):
    assert "a, b, c" in same(story("started"), "proceed", "d", code=64).err
    repo.gate("start", "X", "--track", "nano", check=True)
    assert "nano" in repo.gate("proceed", "a").err


def escalate(told):
    told.review(
        "frontend", "backend", "CHANGES REQUESTED", "BLOCKER: contradiction", "ESCALATE: token in the response",
        "DECISION: which one holds?", "OPTION: A — the server sends it", "OPTION: B — the page builds it",
    )  # fmt: skip


def test_resolve_shows_the_options_and_records_the_chosen_one(story):
    told = story("reviewed")
    escalate(told)
    said = same(told, "resolve", "stage-06-backend", code=64)
    for text in (
        "token in the response",
        "which one holds?",
        "1. A — the server sends it",
        "2. B — the page builds it",
    ):
        assert text in said.out
    said = told.gate("resolve", "stage-06-backend", "b")
    assert said.code == 0, said.said
    assert "decided: B — the page builds it" in said.out
    assert re.search(r"^\S+Z — RESOLVED stage-06-backend: B — the page builds it$", told.read(CONTEXT), re.MULTILINE)
    told.commit("decided", author="user")
    assert told.state("stage-06-backend") == "fail"
    assert "no escalation" in same(told, "resolve", "stage-06-backend", "again", code=2).err


def test_resolve_takes_a_decision_in_words(story):
    told = story("reviewed")
    escalate(told)
    told.gate("resolve", "stage-06-backend", "A — but with a log line", check=True)
    assert "RESOLVED stage-06-backend: A — but with a log line" in told.read(CONTEXT)


def test_resolve_names_what_is_escalated(story):
    told = story("reviewed")
    assert "no escalation" in same(told, "resolve", "stage-07", "yes", code=2).err
    escalate(told)
    assert "escalated: stage-06-backend" in same(told, "resolve", "stage-07", "yes", code=2).err
    assert "no option" in same(told, "resolve", "stage-06-backend", "C", code=64).err
    assert "one line" in same(told, "resolve", "stage-06-backend", "two\nlines", code=64).err


@pytest.mark.parametrize(
    ("decision", "options", "text"),
    [
        ("A", ("A — one", "B — two"), "A — one"),
        ("b", ("A — one", "B — two"), "B — two"),
        ("2", ("A — one", "B — two"), "B — two"),
        ("b)", ("one", "two"), "two"),
        ("1", ("one", "two"), "one"),
        ("B", ("B — two", "A — one"), "B — two"),
        ("A", (), "A"),
        ("Neither", ("A — one",), "Neither"),
    ],
)
def test_an_option_is_meant_by_its_letter_or_number(decision, options, text):
    assert chosen(decision, options) == text


@pytest.mark.parametrize(("decision", "options"), [("C", ("A — one", "B — two")), ("0", ("one",)), ("9", ("one",))])
def test_an_option_that_is_not_there_is_no_decision(decision, options):
    with pytest.raises(UserError):
        chosen(decision, options)


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=4))
def test_a_decision_is_an_option_or_itself(decision, options):
    try:
        text = chosen(decision, tuple(options))
    except UserError:
        return
    assert text == decision or text in options


def test_rule_asks_and_records_each_once(story):
    told = story("designed")
    told.gate("rule", "token", check=True)
    assert "PRINCIPAL-RULING-REQUEST: token" in told.read(CONTEXT)
    said = told.gate("rule", "token", "never in a response", "--adr", "Token not in response")
    assert said.code == 0
    assert "PRINCIPAL-RULING: token → never in a response" in told.read(CONTEXT)
    assert (told.path / "pipeline" / "adr" / "0001-token-not-in-response.md").exists()
    same(told, "rule", "token", "never in a response")
    same(told, "rule", "token")


def test_rule_writes_nothing_when_its_record_has_no_name(story):
    told = story("started")
    same(told, "rule", "token", "never", "--adr", "日本", code=64)
    same(told, "rule", "token", "--adr", "Title", code=64)


def test_adr_numbers_go_up_and_are_filled_in(story):
    told = story("designed")
    said = told.gate("adr", "Email delivery via queue")
    assert said.code == 0, said.said
    text = told.read("pipeline/adr/0001-email-delivery-via-queue.md")
    assert text.startswith("# 0001 — Email delivery via queue\n")
    assert "{{" not in text
    told.gate("adr", "Second", check=True)
    assert (told.path / "pipeline" / "adr" / "0002-second.md").exists()
    assert "already there" in told.gate("adr", "second").out


def test_the_command_of_a_checkpoint_is_named_once_it_would_work(story):
    told = story("requirements")
    told.write("src/backend/early.js", "early\n")
    told.git("add", "-A")
    (said,) = [row["message"] for row in told.check("--index")["findings"] if row["rule"] == "order/early-work"]
    assert "checkpoint a is undecided (git gate proceed a); stage-02 is missing; checkpoint b is undecided; " in said


def test_a_record_is_early_while_design_is_not_open(story):
    told = story("requirements")
    for command in (("adr", "Early"), ("rule", "token", "never", "--adr", "Early")):
        said = same(told, *command, code=2)
        assert "belongs to design, which is not open yet: checkpoint a is undecided" in said.err
    told.decide("CHECKPOINT-PASS: a (user)")
    told.gate("adr", "In time", check=True)
    assert told.commit("record", check=False).code == 0


def test_a_number_is_never_given_twice(story):
    told = story("clarified")
    told.gate("adr", "First", check=True)
    told.commit("first")
    told.git("rm", "-q", "-r", "pipeline/adr")
    told.commit("gone")
    told.write("pipeline/adr/0007-staged.md", "# 7\n")
    told.git("add", "-A")
    told.remove("pipeline/adr")
    told.gate("adr", "Next", check=True)
    assert (told.path / "pipeline" / "adr" / "0008-next.md").exists()
    told.git("reset", "-q")
    told.remove("pipeline/adr")
    told.gate("adr", "Other", check=True)
    assert (told.path / "pipeline" / "adr" / "0002-other.md").exists()


def test_parallel_records_get_different_numbers(story):
    told = story("designed")
    writers = [Gate("adr", f"Record {'abcdefgh'[number]}", cwd=told.path) for number in range(8)]
    assert [writer.end().code for writer in writers] == [0] * 8
    names = sorted(path.name for path in (told.path / "pipeline" / "adr").iterdir())
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, 9)]


@pytest.mark.parametrize("title", ["", "日本", "two\nlines", "x" * 201])
def test_a_title_must_make_a_file_name(story, title):
    told = story("started")
    assert told.gate("adr", title).code == 64
    assert not (told.path / "pipeline" / "adr").exists()


def test_questions_and_answers(story):
    told = story("started")
    said = told.gate("ask", "Do we have Redis?")
    assert said.code == 0
    assert "question 1" in said.out
    assert "QUESTION: Do we have Redis? @PM" in told.read(CONTEXT)
    same(told, "ask", "Do we have Redis?")
    told.gate("ask", "Which colour?", "--to", "principal", check=True)
    assert "QUESTION: Which colour? @PRINCIPAL" in told.read(CONTEXT)
    assert told.gate("answer", "2", "Blue.").code == 0
    assert told.gate("answer", "1", "No.").code == 0
    text = told.read(CONTEXT)
    assert text.index("PM-ANSWER: No.") < text.index("QUESTION: Which colour?") < text.index("PM-ANSWER: Blue.")
    same(told, "answer", "1", "No.")


@pytest.mark.parametrize(
    "args",
    [
        ("answer", "1", "x"),
        ("answer", "0", "x"),
        ("answer", "-1", "x"),
        ("answer", "one", "x"),
        ("ask", ""),
        ("ask", "two\nlines"),
        ("ask", "x", "--to", "a b"),
        ("rule", ""),
    ],
)
def test_what_cannot_be_recorded_is_64(story, args):
    said = same(story("started"), *args, code=64)
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "args",
    [("ask", "x"), ("answer", "1", "x"), ("adr", "x"), ("rule", "x"), ("proceed", "a"), ("resolve", "stage-07", "x")],
)
def test_without_a_run_nothing_is_recorded(repo, args):
    said = repo.gate(*args)
    assert said.code == 2, said.said
    assert "git gate start" in said.err
    assert not (repo.path / "pipeline").exists()


def test_a_ruling_puts_the_run_on_another_track(story):
    told = story("started")
    told.git("reset", "-q", "--hard", "main")
    assert told.gate("start", "Login", "--track", "nano").code == 0
    told.write("pipeline/run.json", told.read("pipeline/run.json").replace("\n", "\r\n"))
    told.commit("start")
    told.write("src/backend/auth.js", "x\n")
    told.write("pipeline/pr-backend.md", "# Login\n")
    assert told.gate("pass", "build", "--set", "regression_check=PASS").code == 0
    said = told.gate("rule", "track", "full")
    assert said.code == 2, "the gate would be lost"
    assert "not committed" in said.err
    told.commit("build")
    step = json.loads(told.gate("next", "--json").out)
    assert (step["action"], step["command"]) == ("resolve-escalation", 'git gate rule "track" "full"')
    before = told.read("pipeline/run.json")
    said = told.gate("rule", "track", "full")
    assert said.code == 0, said.said
    assert "took away pipeline/gates/stage-04-backend.json" in said.out
    assert told.read("pipeline/run.json") == before.replace('"nano"', '"full"')
    assert "TRACK: full" in told.read("pipeline/context.md")
    assert told.gate("rule", "track", "full").out.startswith("unchanged")
    assert told.commit("full", check=False).code == 0
    assert told.gate("verify", "main..HEAD").code == 0
    assert json.loads(told.gate("next", "--json").out)["stage"] == "requirements"
    assert told.gate("rule", "track", "nano").code == 0
    assert told.commit("back", check=False).code == 0, "each change has a ruling of its own"
    assert told.gate("rule", "track", "full").code == 0
    assert told.commit("and forth", check=False).code == 0


def test_a_ruling_on_the_track_names_one(story):
    told = story("started")
    said = told.gate("rule", "track", "hotfixx")
    assert said.code == 64
    assert "did you mean hotfix?" in said.err
    assert told.git("status", "--porcelain").out == ""


def doubt_design(told, reason):
    told.write_gate("stage-02", "ESCALATE", escalation_reason=reason, blockers=["x"])


def test_nothing_is_decided_before_the_escalation_is_committed(story):
    told = story("designed")
    doubt_design(told, "two designs")
    for verb in ("resolve", "rule"):
        said = same(told, verb, "stage-02", "the first", code=2)
        assert "git add pipeline && git commit" in said.err
    told.commit("escalate", author="principal")
    assert told.gate("resolve", "stage-02", "the first").code == 0
    assert told.state("stage-02", "--worktree") == "open"


@pytest.mark.parametrize("verb", ["resolve", "rule"])
def test_the_same_words_answer_a_second_escalation(story, verb):
    told = story("designed")
    for reason in ("two designs", "two designs again"):
        doubt_design(told, reason)
        told.commit(reason, author="principal")
        assert told.state("stage-02") == "escalate"
        assert told.gate(verb, "stage-02", "the first").code == 0
        assert told.state("stage-02", "--worktree") == "open", "also within the same second"
        told.commit("decide", author="user")
