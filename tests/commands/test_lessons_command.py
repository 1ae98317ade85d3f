"""``git gate lessons``: listing, promoting, reinforcing and retiring."""

from __future__ import annotations

import json
import time

import jsonschema
import pytest

from support import CHECKOUT

FILE = "pipeline/lessons-learned.md"
TODAY = time.strftime("%Y-%m-%d", time.gmtime())
OLD = "### L001 — Old\n\nText.\n\n**Reinforced:** 3 (last: 2020-01-01)\n"


def test_a_run_promotes_two_lessons_and_reinforces_none_of_them(story):
    told = story("deployed")
    assert "no lesson is on record" in told.gate("lessons").out
    said = told.gate("lessons", "promote", "Read answers", "--body", "A digest was kept.\nThe code was not told.")
    assert said.code == 0, said.said
    assert "L001 (Read answers), written to" in said.out
    assert f"git add {FILE} && git commit" in said.out
    assert f"A digest was kept.\nThe code was not told.\n\n**Reinforced:** 1 (last: {TODAY})\n" in told.read(FILE)
    assert told.gate("lessons", "promote", "Ask early").code == 0
    before = told.read(FILE)
    for again in (("Ask early",), ("ask early.",), ("--reinforces", "L002")):
        assert told.gate("lessons", "promote", *again).code == 0
    said = told.gate("lessons", "promote", "One too many")
    assert (said.code, "lessons/promotions" in said.said) == (2, True)
    assert told.read(FILE) == before
    told.write("pipeline/retrospective.md", "# R\n\n## pm\n\nGood.\n")
    assert told.gate("pass", "retrospective", "--set", "severity=green").code == 0
    assert told.read_gate("stage-09")["lessons_promoted"] == ["L001", "L002"]
    said = told.commit("retrospective", check=False)
    assert said.code == 0, said.err
    told.gate("summary", check=True)
    assert "- L001 — Read answers\n- L002 — Ask early\n" in told.read("pipeline/summary.md")


def test_reinforcing_and_retiring_what_stood_before(story):
    told = story("deployed")
    told.git("switch", "-q", "main")
    told.write(FILE, OLD + "\n" + OLD.replace("L001 — Old", "L007 — Older"))
    for number in range(10):
        told.write(f"pipeline/archive/2021-01-{number + 10}-run/run.json", "{}\n")
    told.commit("earlier runs")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    listed = told.gate("lessons", "list")
    assert "L001  reinforced 3 times, last 2020-01-01, 10 runs ago  Old" in listed.out
    assert "can go, since no recent run confirmed them: L001, L007" in listed.out
    assert told.gate("lessons", "promote", "--reinforces", "7").code == 0
    told.commit("reinforced", check=True)
    before = told.read(FILE)
    assert "confirmed in this run already" in told.gate("lessons", "promote", "--reinforces", "L007").out
    assert (
        told.read(FILE)
        == before
        == (OLD + "\n" + OLD.replace("L001 — Old", "L007 — Older")).replace(
            "L007 — Older\n\nText.\n\n**Reinforced:** 3 (last: 2020-01-01)",
            f"L007 — Older\n\nText.\n\n**Reinforced:** 4 (last: {TODAY})",
        )
    )
    assert told.gate("lessons", "retire", "L001", "--reason", "nobody needs it").code == 0
    assert "retired already" in told.gate("lessons", "retire", "L001", "--reason", "again").out
    assert told.commit("retired", check=False).code == 0
    data = json.loads(told.gate("lessons", "list", "--json").out)
    jsonschema.validate(data, json.loads((CHECKOUT / "gates" / "lessons.schema.json").read_text()))
    rows = {one["id"]: one for one in data["lessons"]}
    assert (rows["L001"]["retired"], rows["L001"]["aged_out"]) == (True, False)
    assert (rows["L007"]["reinforced"], rows["L007"]["runs_since"], rows["L007"]["days_since"]) == (4, 0, 0)
    assert told.gate("lessons", "promote", "New").code == 0
    assert "### L008 — New" in told.read(FILE)


def test_the_example_in_the_document_takes_no_number(story):
    told = story("deployed")
    told.gate("stage", "retrospective", check=True)
    told.commit("retrospective: begun", author="dev-principal")
    assert told.gate("lessons", "promote", "Pin the clock").out.startswith("L001 ")


def test_a_number_that_was_deleted_by_hand_is_not_given_again(story):
    told = story("deployed")
    told.git("switch", "-q", "main")
    told.write(FILE, OLD.replace("L001", "L004"))
    told.commit("one")
    told.write(FILE, "# Lessons\n")
    told.commit("gone")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    told.gate("lessons", "promote", "New", check=True)
    assert "### L005 — New" in told.read(FILE)


def test_not_before_the_retrospective(story):
    told = story("tested")
    for words in (("promote", "T"), ("promote", "--reinforces", "L001"), ("retire", "L001", "--reason", "r")):
        said = told.gate("lessons", *words)
        assert said.code == 2
        assert "retrospective" in said.err
    assert not (told.path / FILE).exists()


def test_between_two_runs(repo):
    repo.write(FILE, OLD)
    assert "L001" in repo.gate("lessons").out
    assert repo.gate("lessons", "retire", "L001", "--reason", "old").code == 0
    assert "## Retired\n\n### L001 — Old" in repo.read(FILE)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("promote",), 64),
        (("promote", "T", "--reinforces", "L001"), 64),
        (("promote", "--reinforces", "L001", "--body", "b"), 64),
        (("promote", "--reinforces", "L009"), 64),
        (("promote", "two\nlines"), 64),
        (("promote", "T", "--body", "## Heading"), 64),
        (("retire", "L009", "--reason", "r"), 64),
        (("retire", "L001"), 64),
        (("retire", "L001", "--reason", ""), 64),
        (("no-such",), 64),
    ],
)
def test_what_cannot_be_done(repo, words, code):
    repo.write(FILE, OLD)
    assert repo.gate("lessons", *words).code == code
    assert repo.read(FILE) == OLD


def test_a_file_that_cannot_be_read_exactly(repo):
    for text in (OLD + OLD, OLD + "<<<<<<< HEAD\n=======\n>>>>>>> x\n"):
        repo.write(FILE, text)
        said = repo.gate("lessons")
        assert (said.code, "lessons/" in said.out) == (1, True)
        assert repo.gate("lessons", "promote", "T").code == 1
        assert repo.read(FILE) == text
