"""``git gate log``: who moved which gate when, told from the commits."""

from __future__ import annotations

import json
import re

from story import STEPS


def log(told, *args):
    said = told.gate("log", "--json", *args)
    assert said.code == 0, said.said
    data = json.loads(said.out)
    assert data["schema"] == 1
    return data["events"]


def brief(events):
    return [(one["author"]["name"], one["kind"], one["subject"], one["action"]) for one in events]


def of(events, kind):
    return [one for one in events if one["kind"] == kind]


def test_a_whole_run_from_its_start(story):
    told = story("complete")
    events = log(told)
    assert brief(events)[:5] == [
        ("orchestrator", "run", "Reset", "started"),
        ("pm", "gate", "stage-01", "passed"),
        ("user", "checkpoint", "a", "passed"),
        ("principal", "gate", "stage-02", "passed"),
        ("user", "checkpoint", "b", "passed"),
    ]
    assert brief(events)[-1] == ("principal", "gate", "stage-09", "passed")
    assert ("frontend", "verdict", "backend", "approved") in brief(events)
    assert ("platform", "gate", "stage-06-backend", "passed") in brief(events)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["when"]) for one in events)
    assert {one["run"] for one in events} == {"reset-1"}
    commits = told.git("rev-list", "--reverse", "main..HEAD").out.split()
    assert [one["commit"] for one in events] == sorted((one["commit"] for one in events), key=commits.index)


def test_text_has_one_line_for_each_event_and_is_quiet_about_everything_else(story):
    told = story("secured")
    told.write("docs/x.md", "x\n")
    told.commit("a page")
    lines = told.gate("log").out.splitlines()
    assert len(lines) == len(log(told))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  [0-9a-f]{7}  pm              stage-01 PASS by somebody", lines[1])
    assert not any(told.oid()[:7] in line for line in lines)


def test_which_commit_makes_a_gate_stale_and_what_stands_by_it(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// other\n")
    told.commit("fix", author="dev-backend")
    bad = told.oid()
    stale = [one for one in log(told) if one["action"] == "made stale"]
    assert {one["commit"] for one in stale} == {bad}
    assert [one["subject"] for one in stale] == ["stage-04-backend", "stage-05", "stage-05-security"]
    assert "src/backend/auth.js (" in stale[0]["text"]
    told.gate("reaffirm", "stage-04-backend", check=True)
    told.commit("stand by it", author="dev-backend")
    assert brief(log(told))[-1] == ("dev-backend", "gate", "stage-04-backend", "reaffirmed")
    told.write("src/frontend/form.js", "// other\n")
    told.commit("another fix", author="dev-frontend")
    told.git("revert", "--no-edit", "HEAD")
    assert ("stage-04-frontend", "fresh again") in [(one["subject"], one["action"]) for one in log(told)]


def test_verdicts_given_changed_answered_and_withdrawn(story):
    told = story("secured")
    told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: no limit")
    asked = told.oid()
    told.review("frontend", "backend")
    told.verdict("platform", "backend")
    told.derive_and_commit("platform")
    told.remove("pipeline/code-review/by-platform.md")
    told.derive_and_commit("platform")
    verdicts = of(log(told), "verdict")
    assert [(one["who"], one["action"], one["was"]) for one in verdicts] == [
        ("frontend", "changes-requested", ""),
        ("frontend", "approved", "CHANGES REQUESTED"),
        ("platform", "approved", ""),
        ("platform", "withdrawn", "APPROVED"),
    ]
    assert verdicts[0]["text"] == "no limit"
    assert verdicts[1]["text"] == f"answers the change request of {asked[:12]}"


def test_a_veto_is_given_and_lifted(story):
    told = story("prereviewed")
    told.write_gate("stage-05-security", "FAIL", security_approved=False, veto=True, blockers=["tokens in the log"])
    told.commit("veto", author="security")
    told.write("src/backend/auth.js", "// fixed\n")
    told.gate("reaffirm", "stage-04-backend", check=True)
    told.commit("fix", author="dev-backend")
    told.write_gate("stage-05-security")
    told.commit("lift", author="security")
    events = log(told)
    assert [one["action"] for one in of(events, "veto")] == ["given", "lifted"]
    gates = [(one["action"], one["was"], one["text"]) for one in of(events, "gate") if one["subject"].endswith("rity")]
    assert gates == [("failed", "", "tokens in the log"), ("passed", "FAIL", "")]


def test_escalations_decisions_rulings_questions_and_their_answers(story):
    told = story("designed")
    told.gate("ask", "Do we have Redis?", check=True)
    told.commit("ask", author="dev-backend")
    told.gate("answer", "1", "No.", check=True)
    told.commit("answer", author="pm")
    told.gate("proceed", "b", check=True)
    told.commit("b", author="user")
    fields = {"escalation_reason": "scope.", "decision_needed": "In or out?", "options": ["in", "out"]}
    told.write_gate("stage-03", "ESCALATE", **fields, answered_questions_count=1)
    told.commit("escalate", author="pm")
    assert "scope. To decide: In or out?" in told.gate("next").out
    assert ".." not in told.gate("check").out
    told.gate("resolve", "stage-03", "out", check=True)
    told.commit("decide", author="user")
    told.gate("rule", "cache", "none", check=True)
    told.commit("rule", author="principal")
    rest = [one for one in log(told) if one["kind"] in ("escalation", "decision", "ruling", "question")]
    assert [(one["author"]["name"], one["kind"], one["action"], one["subject"], one["text"]) for one in rest] == [
        ("dev-backend", "question", "asked", "Do we have Redis?", ""),
        ("pm", "question", "answered", "Do we have Redis?", "No."),
        ("user", "escalation", "decided", "stage-03", "out"),
        ("principal", "ruling", "ruled", "cache", "none"),
    ]
    assert ("stage-03", "escalated") in [(one["subject"], one["action"]) for one in of(log(told), "gate")]


def test_an_escalation_out_of_a_review(story):
    told = story("secured")
    told.review("platform", "backend", "APPROVED", "ESCALATE: who owns the table?", "DECISION: name an owner")
    raised = of(log(told), "escalation")
    assert [(one["who"], one["action"], one["subject"]) for one in raised] == [
        ("platform", "raised", "stage-06-backend")
    ]
    assert raised[0]["text"] == "who owns the table?; name an owner"


def test_a_range_tells_its_own_part_and_every_run_in_it(story):
    told = story("complete")
    assert brief(log(told, "HEAD~1..HEAD")) == [("principal", "gate", "stage-09", "passed")]
    start = told.oid("main")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    told.write("pipeline/archive/2026-reset/keep", "")
    for name in ("run.json", "gates", "context.md", "brief.md", "design-spec.md"):
        told.git("mv", f"pipeline/{name}", "pipeline/archive/2026-reset/")
    told.commit("archive", author="orchestrator", args=("--no-verify",))
    assert log(told) == []
    assert "no run" in told.gate("log").out
    run = '{"schema": 1, "run": "two", "feature": "Two", "track": "quick", "created": "2026-04-01T09:00:00Z"}\n'
    told.write("pipeline/run.json", run)
    told.commit("second", author="orchestrator", args=("--no-verify",))
    events = log(told, f"{start}..HEAD")
    assert [(one["run"], one["action"]) for one in of(events, "run")] == [
        ("reset-1", "started"),
        ("reset-1", "archived"),
        ("two", "started"),
    ]
    assert ("pm", "gate", "stage-01", "passed") in brief(events), "what came in by a merge is told, too"
    assert {one["run"] for one in log(told)} == {"two"}


def test_work_after_a_run_has_landed_makes_nothing_stale(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    told.write("src/backend/auth.js", "// later\n")
    told.commit("later", args=("--no-verify",))
    events = log(told)
    assert brief(events)[0][1:] == ("run", "Reset", "started")
    assert not [one for one in events if one["action"] == "made stale"]


def test_words_out_of_documents_cannot_steer_the_terminal(story):
    told = story("requirements")
    told.decide("RESOLVED stage-01: fine \x1b[31mred\u202e")
    told.commit("odd", author="us\x1b[2Jer", args=("--no-verify",))
    said = told.gate("log")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "\\x1b" in said.out


def test_a_name_that_is_no_commit_and_a_range_without_a_beginning(story):
    told = story("started")
    assert told.gate("log", "nowhere").code == 4
    assert told.gate("log", "..HEAD").code == 64
    STEPS["requirements"](told)
    assert brief(log(told, "HEAD~1")) == [("orchestrator", "run", "Reset", "started")]
