"""The last gates agree with the runbook, the deploy log, the retrospective and the lessons of their tree."""

from __future__ import annotations

import json

import pytest

RUNBOOK = "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n"
LESSON = "### L{number:03} — {title}\n\nText.\n\n**Reinforced:** {count} (last: {last})\n"


def lesson(number, title, count=1, last="2026-03-26"):
    return LESSON.format(number=number, title=title, count=count, last=last)


def lessons(*parts):
    return "# Lessons learned\n\n" + "\n".join(parts)


def said(told):
    """(rule, level, path, line) of every error or warning of the family of consistency and lessons."""
    told.git("add", "-A")
    found = told.check("--index")["findings"]
    return [
        (one["rule"], one["severity"], one["path"].rpartition("/")[2], one["line"])
        for one in found
        if one["rule"].startswith(("consistency/", "lessons/"))
    ]


@pytest.fixture
def deploying(story):
    told = story("tested")
    told.decide("CHECKPOINT-PASS: c (user)")
    told.commit("c")
    told.write_gate("stage-08")
    return told


@pytest.fixture
def closing(story):
    told = story("deployed")
    told.write("pipeline/retrospective.md", "# Retrospective\n\n## pm\n\nGood.\n\n## Dev-QA\n\nGood.\n\n## qa\n")
    return told


class TestRunbook:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (RUNBOOK.replace("Revert.", "<!-- The steps back. -->"), 3),
            (RUNBOOK.replace("## Health signals\n\nErrors.\n", ""), 0),
            (RUNBOOK.replace("## Health signals", "### Health signals"), 7),
            (RUNBOOK.replace("Errors.\n", "### Alarms\n"), 7),
        ],
    )
    def test_a_deployment_without_a_way_back_is_for_a_person_to_decide(self, deploying, text, line):
        deploying.write("pipeline/runbook.md", text)
        assert said(deploying) == [("consistency/runbook", "error", "runbook.md", line)]
        assert deploying.door().code == 3
        assert "git gate pass deploy --status ESCALATE" in deploying.door().err

    def test_a_runbook_that_is_not_there(self, deploying):
        assert said(deploying) == [("consistency/runbook", "error", "runbook.md", 0)]

    def test_a_complete_runbook(self, deploying):
        deploying.write("pipeline/runbook.md", "## HEALTH SIGNALS\n\n- Errors.\n\n## Rollback ##\n\n```\nrevert\n```\n")
        assert said(deploying) == []
        assert deploying.commit("deploy", check=False).code == 0

    def test_pass_refuses_and_an_escalation_is_recorded(self, deploying):
        deploying.remove("pipeline/gates/stage-08.json")
        deploying.git("add", "-A")
        yes = [w for k in ("pm_signoff", "runbook_referenced", "smoke_test_passed") for w in ("--set", f"{k}=true")]
        answer = deploying.gate("pass", "deploy", *yes)
        assert (answer.code, "consistency/runbook" in answer.said) == (3, True)
        why = ("--status", "ESCALATE", "--set", "escalation_reason=no way back yet")
        assert deploying.gate("pass", "deploy", *yes, *why).code == 0

    def test_an_unsound_pass_does_not_count(self, deploying):
        deploying.git("add", "-A")
        deploying.git("commit", "-q", "--no-verify", "-m", "smuggled")
        assert deploying.state("stage-08") == "fail"


class TestDeployLog:
    def test_warnings_that_get_lost(self, deploying):
        deploying.write("pipeline/runbook.md", RUNBOOK)
        deploying.write_gate("stage-08", warnings=["its own"])
        deploying.write_gate("stage-02", warnings=["Redis not confirmed."])
        deploying.commit("warned", args=("--no-verify",))
        deploying.write_gate("stage-08", warnings=["its own word"])
        lost = [("consistency/deploy-log", "warning", "deploy-log.md", 0)]
        assert said(deploying) == lost
        deploying.write("pipeline/deploy-log.md", "# Log\n\n## Warnings carried forward\n\nNone.\n")
        assert said(deploying) == [(*lost[0][:3], 3)]
        assert deploying.gate("stage", "deploy").code == 0
        deploying.remove("pipeline/deploy-log.md")
        assert deploying.gate("stage", "deploy").code == 0
        assert "- stage-02: Redis not confirmed.\n" in deploying.read("pipeline/deploy-log.md")
        assert said(deploying) == []


class TestRetrospective:
    def test_everybody_who_is_named_has_written(self, closing):
        closing.write_gate("stage-09", contributions_written=["pm", "dev-qa"])
        assert said(closing) == []

    def test_a_section_that_is_missing_or_empty(self, closing):
        closing.write_gate("stage-09", contributions_written=["pm", "qa", "principal"])
        gate = closing.read("pipeline/gates/stage-09.json").splitlines()
        line = next(number for number, text in enumerate(gate, 1) if "contributions_written" in text)
        assert said(closing) == [
            ("consistency/retrospective", "error", "retrospective.md", 11),
            ("consistency/retrospective", "error", "stage-09.json", line),
        ]

    def test_a_retrospective_that_is_not_there(self, closing):
        closing.remove("pipeline/retrospective.md")
        closing.write_gate("stage-09")
        assert [one[0] for one in said(closing)] == ["consistency/missing-document"]

    def test_what_pass_names_by_itself(self, closing):
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One")))
        answer = closing.gate("pass", "retrospective", "--set", "severity=green")
        assert answer.code == 0, answer.said
        gate = closing.read_gate("stage-09")
        assert (gate["contributions_written"], gate["lessons_promoted"]) == (["pm", "Dev-QA"], ["L001"])


class TestLessonsOfTheGate:
    @pytest.mark.parametrize("name", ["L001", "One", "L001 — One", "l001 - one", "L001: One."])
    def test_a_lesson_is_named_by_number_or_title(self, closing, name):
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One")))
        closing.write_gate("stage-09", lessons_promoted=[name])
        assert said(closing) == []
        assert closing.commit("done", check=False).code == 0
        assert closing.state("stage-09") == "pass"

    def test_a_gate_that_names_others(self, closing):
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One")))
        closing.write_gate("stage-09", lessons_promoted=["L002"])
        assert [(one[0], one[2]) for one in said(closing)] == [
            ("consistency/lessons", "stage-09.json"),
            ("consistency/lessons", "lessons-learned.md"),
        ]
        assert said(closing)[1][3] == 3, "the line of the lesson"
        closing.remove("pipeline/lessons-learned.md")
        assert [one[0] for one in said(closing)] == ["consistency/missing-document"]

    def test_a_lesson_of_an_earlier_run_is_not_promoted_again(self, closing):
        closing.git("stash", "-q", "-u")
        closing.git("switch", "-q", "main")
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One")))
        closing.commit("an earlier run")
        closing.git("switch", "-q", "feature/reset")
        closing.git("merge", "-q", "--no-edit", "main")
        closing.git("stash", "pop", "-q")
        closing.write_gate("stage-09", lessons_promoted=["L001"])
        assert [(one[0], one[2]) for one in said(closing)] == [("consistency/lessons", "stage-09.json")]
        closing.write_gate("stage-09")
        assert said(closing) == []

    def test_reinforcing_is_no_promotion(self, closing):
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One"), lesson(2, "Two")))
        closing.write_gate("stage-09", lessons_promoted=["L001", "L002"])
        closing.commit("done", check=True)
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One", 2, "2026-04-01"), lesson(2, "Two")))
        assert said(closing) == []
        assert closing.commit("reinforced", check=False).code == 0

    def test_a_retired_lesson_is_not_named(self, closing):
        retired = lessons("## Retired\n\n" + lesson(1, "One"))
        closing.write("pipeline/lessons-learned.md", retired)
        closing.write_gate("stage-09")
        assert said(closing) == []
        closing.write_gate("stage-09", lessons_promoted=["L001"])
        assert [one[0] for one in said(closing)] == ["consistency/lessons"]


class TestLessonsOverTime:
    @pytest.fixture
    def two(self, closing):
        closing.write("pipeline/lessons-learned.md", lessons(lesson(1, "One"), lesson(4, "Four")))
        closing.write_gate("stage-09", lessons_promoted=["L001", "L004"])
        closing.commit("lessons", check=True)
        return closing

    @pytest.mark.parametrize(
        ("text", "rule", "line"),
        [
            (lessons(lesson(1, "One")), "lessons/reused", 0),
            (lessons(lesson(1, "Another"), lesson(4, "Four")), "lessons/reused", 3),
            (lessons(lesson(1, "One"), lesson(4, "Four"), lesson(2, "Two")), "lessons/reused", 15),
            (lessons(lesson(1, "One"), lesson(4, "Four"), lesson(5, "Five")), "lessons/promotions", 15),
            (lessons(lesson(1, "One"), lesson(4, "Four"), lesson(4, "Five")), "lessons/doubled", 15),
            (lessons(lesson(1, "One"), lesson(4, "Four"), "### L5 — Five\n"), "lessons/entry", 15),
        ],
    )
    def test_no_number_means_two_things(self, two, text, rule, line):
        two.write("pipeline/lessons-learned.md", text)
        assert (rule, "error", "lessons-learned.md", line) in said(two)
        assert two.commit("unlawful", check=False).code != 0

    def test_the_whole_document_does_not_disappear(self, two):
        two.remove("pipeline/lessons-learned.md")
        assert {one[0] for one in said(two)} == {"lessons/reused"}

    def test_retiring_keeps_the_number(self, two):
        two.write("pipeline/lessons-learned.md", lessons(lesson(4, "Four"), "## Retired\n", lesson(1, "one.")))
        assert said(two) == []

    def test_a_number_that_was_smuggled_away_does_not_come_back(self, two):
        two.write("pipeline/lessons-learned.md", lessons(lesson(4, "Four")))
        two.git("add", "-A")
        two.git("commit", "-q", "--no-verify", "-m", "smuggled")
        two.write("pipeline/lessons-learned.md", lessons(lesson(4, "Four"), lesson(1, "Another")))
        assert "lessons/reused" in {one[0] for one in said(two)}

    def test_two_branches_that_gave_one_number(self, two):
        start = two.read("pipeline/lessons-learned.md")
        two.git("switch", "-q", "-c", "other")
        two.write("pipeline/lessons-learned.md", start.replace("# Lessons learned\n", f"# L\n\n{lesson(5, 'Theirs')}"))
        two.commit("theirs", args=("--no-verify",))
        two.git("switch", "-q", "feature/reset")
        two.write("pipeline/lessons-learned.md", start + "\n" + lesson(5, "Ours"))
        two.commit("ours", args=("--no-verify",))
        merged = two.git("merge", "--no-edit", "other", check=False)
        assert merged.code != 0
        assert "lessons/doubled" in merged.err
        two.git("commit", "-q", "--no-verify", "--no-edit")
        found = json.loads(two.gate("verify", "--format", "json").out)["findings"]
        assert "lessons/doubled" in {one["rule"] for one in found}

    def test_what_is_repaired_is_not_new(self, closing):
        closing.git("switch", "-q", "main")
        old = [f"### L{number} — T{number}\n\nText.\n" for number in (1, 2, 3)]
        closing.write("pipeline/lessons-learned.md", lessons(*old, lesson(9, "Nine")))
        closing.git("add", "pipeline/lessons-learned.md")
        closing.git("commit", "-q", "-m", "lessons of another form")
        closing.git("switch", "-q", "feature/reset")
        closing.git("merge", "-q", "--no-verify", "--no-edit", "main")
        repaired = [lesson(number, f"T{number}") for number in (1, 2, 3)]
        closing.write("pipeline/lessons-learned.md", lessons(*repaired, lesson(9, "Nine")))
        assert said(closing) == []
        assert closing.commit("repaired", check=False).code == 0

    def test_the_policy_says_how_many(self, story):
        told = story("deployed")
        told.policy_on_target("lessons: {promotions: 1}\n")
        told.write("pipeline/lessons-learned.md", lessons(lesson(1, "One"), lesson(2, "Two")))
        assert ("lessons/promotions", "error", "lessons-learned.md", 9) in said(told)

    def test_a_smuggled_third_promotion_keeps_the_gate_from_counting(self, closing):
        text = lessons(*(lesson(number, f"T{number}") for number in (1, 2, 3)))
        closing.write("pipeline/lessons-learned.md", text)
        closing.write_gate("stage-09", lessons_promoted=["L001", "L002", "L003"])
        closing.git("add", "-A")
        closing.git("commit", "-q", "--no-verify", "-m", "smuggled")
        assert closing.state("stage-09") == "fail"


class TestOpenQuestions:
    def clarifying(self, story, questions):
        told = story("designed")
        told.decide("CHECKPOINT-PASS: b (user)")
        brief = told.read("pipeline/brief.md")
        told.write("pipeline/brief.md", brief.replace("## Open Questions\nNone\n", f"## Open Questions\n{questions}"))
        told.commit("questions", args=("--no-verify",))
        told.write_gate("stage-03")
        return told

    def test_a_question_of_the_brief_is_open_until_it_is_answered(self, story):
        told = self.clarifying(story, "- Which mail server?\n")
        assert ("consistency/open-question", "error", "brief.md", 17) in said(told)
        context = told.read("pipeline/context.md")
        told.write("pipeline/context.md", context + "\nQUESTION: Which mail server? @PM\nPM-ANSWER: Ours.\n")
        told.write_gate("stage-03", answered_questions_count=1)
        assert said(told) == []

    def test_a_requirements_gate_that_speaks_of_open_questions(self, story):
        told = story("requirements")
        told.write_gate("stage-01", open_questions_count=1)
        assert [one[0] for one in said(told)] == ["consistency/question-count"]
        told.write_gate("stage-01", open_questions=["Which server?"])
        assert [one[0] for one in said(told)] == ["consistency/open-question"]
        told.write_gate("stage-01", open_questions=[], open_questions_count=0)
        assert said(told) == []


def test_a_merged_build_gate_names_summaries_that_are_there(story):
    told = story("clarified")
    fields = {"workstreams": [], "local_verification": [], "area": None, "files_changed": None}
    told.write("pipeline/pr-backend.md", "# b\n")
    for names, found in (
        (["pr-backend.md", "pipeline/pr-backend.md", "backend"], []),
        (["pr-frontend.md"], ["consistency/missing-document"]),
    ):
        told.write_gate("stage-04", pr_summaries_written=names, **fields)
        assert [one[0] for one in said(told)] == found


class TestInARange:
    """What a commit without hooks brought is found again, and is over once the gate was given anew."""

    def smuggled(self, deploying):
        deploying.remove("pipeline/gates/stage-08.json")
        deploying.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n")
        deploying.commit("a runbook that says nothing", args=("--no-verify",))
        deploying.write_gate("stage-08")
        deploying.commit("a gate by itself", args=("--no-verify",))

    def test_a_gate_that_came_without_its_document(self, deploying):
        self.smuggled(deploying)
        found = self.verify(deploying)
        assert [(one["rule"], one["path"].rpartition("/")[2]) for one in found["findings"]] == [
            ("consistency/runbook", "stage-08.json"),
            ("consistency/runbook", "stage-08.json"),
        ]
        assert "pipeline/runbook.md:3: the runbook says nothing under ## Rollback" in found["findings"][0]["message"]

    def test_it_is_over_once_the_gate_was_taken_back(self, deploying):
        self.smuggled(deploying)
        deploying.write_gate("stage-08", status="FAIL")
        deploying.commit("taken back")
        found = self.verify(deploying)
        assert "consistency/runbook" not in {one["rule"] for one in found["findings"]}
        assert {one["rule"] for one in found["history"]} == {"consistency/runbook"}

    def verify(self, told):
        return json.loads(told.gate("verify", "--format", "json").out)


def test_the_next_run_has_its_own_promotions(story):
    told = story("complete")
    told.write("pipeline/lessons-learned.md", lessons(lesson(1, "One"), lesson(2, "Two")))
    told.commit("lessons", check=True)
    assert told.gate("archive").code == 0
    told.commit("archive", check=True)
    assert told.gate("start", "Next", "--track", "nano").code == 0
    more = (lesson(1, "One", 2, "2026-05-01"), lesson(2, "Two"), lesson(3, "Three"), lesson(4, "Four"))
    told.write("pipeline/lessons-learned.md", lessons(*more))
    assert said(told) == [], (
        "a track without a retrospective leaves the file free, and the lessons are judged all the same"
    )
    told.write("pipeline/lessons-learned.md", lessons(*more, lesson(5, "Five")))
    assert [one[0] for one in said(told)] == ["lessons/promotions"]
    told.write("pipeline/lessons-learned.md", lessons(*more[1:]))
    assert [one[0] for one in said(told)] == ["lessons/reused"]
