"""``git gate status``: the table, what stands in the way, what is asked, and the next step; as data and as a page."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from story import MILESTONES, Story
from support import CHECKOUT, SOURCE, run

SCHEMAS = {name: json.loads((CHECKOUT / "gates" / f"{name}.schema.json").read_text()) for name in ("status", "next")}


def data_of(told: Story, *args: str) -> dict[str, Any]:
    """What ``git gate <args> --json`` prints, held to its schema."""
    said = told.gate(*args, "--json")
    assert said.code == 0, said.said
    data: dict[str, Any] = json.loads(said.out)
    jsonschema.validate(data, SCHEMAS[args[0]])
    return data


def row(data: dict[str, Any], stage: str) -> dict[str, Any]:
    return next(one for one in data["stages"] if one["stage"] == stage)


@pytest.mark.parametrize("milestone", MILESTONES)
def test_the_answers_are_as_their_schemas_say(story: Callable[[str], Story], milestone: str) -> None:
    told = story(milestone)
    status, step = data_of(told, "status"), data_of(told, "next")
    assert status["next"] == {key: step[key] for key in status["next"]}


def test_so_are_those_of_a_repository_without_a_run_and_of_apply(repo: Story, story: Callable[[str], Story]) -> None:
    status = data_of(repo, "status")
    assert (status["run"], status["stages"], status["checkpoints"]) == (None, [], [])
    assert status["next"]["action"] == "start-run"
    assert "No run is active here." in repo.gate("status").out
    for milestone in ("started", "requirements"):
        assert "applied" in data_of(story(milestone, milestone), "next", "--apply")


def test_what_a_stage_waits_for(story: Callable[[str], Story]) -> None:
    told = story("requirements")
    data = data_of(told, "status")
    assert row(data, "stage-01")["waits_for"] == []
    assert row(data, "stage-02")["waits_for"] == ["checkpoint a"]
    assert row(data, "stage-03")["waits_for"] == ["02"]
    lines = told.gate("status").out.splitlines()
    assert "02  Design                    ·           principal     waits for checkpoint a" in lines
    assert "not ready to merge: git gate check --ready says why" in lines
    assert "    → git gate proceed a" in lines


def test_a_stale_stage_holds_up_what_comes_after_it(story: Callable[[str], Story]) -> None:
    told = story("reviewed")
    told.write("src/frontend/form.js", "// more\n")
    data = data_of(told, "status")
    assert row(data, "stage-04-frontend")["state"] == "stale"
    assert row(data, "stage-04-backend")["waits_for"] == []
    assert row(data, "stage-05")["waits_for"] == ["04b"]
    assert row(data, "stage-06-backend")["waits_for"] == ["05a", "05b"]
    assert data["next"]["action"] == "rerun-stale"


def test_a_stage_that_is_not_needed_waits_for_nothing(story: Callable[[str], Story]) -> None:
    data = data_of(story("started"), "status")
    assert (row(data, "stage-05-security")["state"], row(data, "stage-05-security")["waits_for"]) == ("skipped", [])


def test_warnings_are_told_with_the_stage_they_came_from(story: Callable[[str], Story]) -> None:
    told = story("tested")
    told.write_gate("stage-02", warnings=["Redis is \x1b[31mmissing"])
    told.write_gate("stage-05", warnings=["Redis is \x1b[31mmissing", "slow"])
    assert data_of(told, "status")["warnings"] == [
        {"stage": "stage-02", "text": "Redis is \x1b[31mmissing"},
        {"stage": "stage-05", "text": "slow"},
    ]
    lines = told.gate("status").out.splitlines()
    at = lines.index("2 warnings carried forward:")
    assert lines[at + 1 : at + 3] == ["  stage-02: Redis is \\x1b[31mmissing", "  stage-05: slow"]


def test_questions_that_nobody_has_answered(story: Callable[[str], Story]) -> None:
    told = story("designed")
    told.gate("ask", "Do we have Redis?", check=True)
    told.gate("ask", "And Kafka?", "--to", "principal", check=True)
    told.gate("answer", "1", "No.", check=True)
    assert data_of(told, "status")["questions"] == [{"number": 2, "text": "And Kafka?", "to": "PRINCIPAL"}]
    lines = told.gate("status").out.splitlines()
    assert lines[lines.index("1 open question:") + 1] == "  2. And Kafka? (PRINCIPAL)"


class TestSeveralRuns:
    @pytest.fixture
    def told(self, repo: Story) -> Story:
        repo.write(".gates.yaml", 'version: 1\nruns: ["runs/*"]\n')
        repo.commit("policy")
        repo.branch("feature/x")
        for feature in ("one", "two"):
            repo.gate("--run", f"runs/{feature}", "start", feature, check=True)
        return repo

    def test_each_has_its_answer_and_commands_name_the_run(self, told: Story) -> None:
        data = data_of(told, "status")
        assert [one["run"]["feature"] for one in data["runs"]] == ["one", "two"]
        commands = [one["next"]["command"] for one in data["runs"]]
        assert commands == [f"git gate --run runs/{name} stage requirements" for name in ("one", "two")]
        assert told.gate(*commands[1].split()[2:]).code == 0
        assert told.gate("status").out.count("Pipeline status") == 2

    def test_a_run_that_was_named_stays_named(self, told: Story) -> None:
        said = json.loads(told.gate("--run", "runs/two", "next", "--json").out)
        assert said["command"] == "git gate --run runs/two stage requirements"
        said = json.loads(told.gate("--run", "runs/two", "next", "--apply", "--json").out)
        assert said["written"] == ["runs/two/brief.md"]
        inside = Story(told.path / "runs" / "one")
        assert data_of(inside, "next")["command"] == "git gate stage requirements"

    def test_pages_are_of_the_run_that_is_meant(self, told: Story) -> None:
        assert told.gate("visualize").code != 0
        told.gate("--run", "runs/two", "visualize", check=True)
        assert "Pipeline: two" in told.read("runs/two/diagram.md")
        Story(told.path / "runs" / "one").gate("summary", check=True)
        assert "Summary: one" in told.read("runs/one/summary.md")


class TestWhatIsNotCommitted:
    def test_a_finished_stage_is_named_and_work_in_progress_is_not(self, story: Callable[[str], Story]) -> None:
        told = story("clarified")
        told.write("src/backend/auth.js", "x\n")
        told.write("src/frontend/form.js", "x\n")
        told.write("notes.txt", "x\n")
        for area in ("backend", "frontend"):
            told.gate("stage", "build", area, check=True)
        assert data_of(told, "next")["commit"] == ""
        told.gate("pass", "build", "--area", "backend", check=True)
        assert data_of(told, "next")["commit"] == (
            "git add -- pipeline/gates/stage-04-backend.json pipeline/pr-backend.md src/backend/auth.js && git commit"
        ), "neither the other area nor what belongs to nobody"
        assert "    not committed yet: git add -- pipeline/gates/" in told.gate("next").out

    def test_the_commands_work_in_any_folder(self, story: Callable[[str], Story]) -> None:
        told = story("clarified")
        told.write("src/backend/auth.js", "x\n")
        told.gate("stage", "build", "backend", check=True)
        told.gate("pass", "build", check=True)
        below = Story(told.path / "src" / "backend")
        command = data_of(below, "next")["commit"]
        assert command.startswith("git -C ../.. add -- pipeline/gates/stage-04-backend.json ")
        assert run("sh", "-c", command.removesuffix("git commit") + "true", cwd=below.path).code == 0
        assert told.git("diff", "--cached", "--name-only").out.count("\n") == 3
        told.write("pipeline/gates/stage-05.json", "{")
        assert data_of(below, "next")["command"] == "git gate -C ../.. validate pipeline/gates/stage-05.json"
        assert data_of(below, "next", "--apply")["command"] == data_of(below, "next")["command"]

    def test_what_is_broken_is_repaired_first(self, story: Callable[[str], Story]) -> None:
        told = story("clarified")
        told.write("pipeline/gates/stage-05.json", "{")
        assert data_of(told, "next")["commit"] == ""

    def test_odd_names_are_quoted_and_many_are_not_listed(self, story: Callable[[str], Story]) -> None:
        told = story("clarified")
        told.write("src/backend/a b'c.js", "x\n")
        told.gate("stage", "build", "backend", check=True)
        told.gate("pass", "build", check=True)
        command = data_of(told, "next")["commit"]
        assert run("sh", "-c", command.removesuffix("git commit") + "true", cwd=told.path).code == 0
        assert "src/backend/a b'c.js" in told.git("diff", "--cached", "--name-only", "-z").out
        for number in range(12):
            told.write(f"src/backend/{number}.js", "x\n")
        told.gate("reaffirm", "build", check=True)
        assert data_of(told, "next")["commit"] == "git add -A && git commit"


class Page(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


class TestPage:
    def page(self, told: Story, tmp_path: Path) -> str:
        said = told.gate("status", "--html", str(tmp_path / "status.html"))
        assert (said.code, said.out) == (0, ""), said.said
        return (tmp_path / "status.html").read_text()

    def test_it_stands_alone(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("reviewed")
        told.gate("ask", "Do we have <b>Redis</b>?", check=True)
        told.write("src/frontend/form.js", "// more\n")
        text = self.page(told, tmp_path)
        page = Page(text)
        assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "embed", "b")]
        links = [value for _, attrs in page.tags for name, value in attrs.items() if name in ("src", "href", "style")]
        assert links == ["data:,"]
        assert "width=device-width" in text
        assert "default-src 'none'" in text
        for said in ("Do we have <b>Redis</b>?", "git gate reaffirm stage-04-frontend", "What needs what"):
            assert said in page.words

    def test_its_picture_holds_every_gate_and_checkpoint(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("reviewed")
        text = self.page(told, tmp_path)
        picture = re.search(r"<svg.*?</svg>", text, re.DOTALL)
        assert picture is not None
        titles = re.findall(r"<title>(.*?)</title>", picture[0])
        assert len(titles) == len(data_of(told, "status")["stages"]) + 3
        assert titles[0] == "01 Requirements, PASS, somebody"
        assert "Checkpoint c, ahead" in titles
        assert picture[0].count("<path ") > len(titles)
        width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', picture[0])[0])
        places = [tuple(map(int, one)) for one in re.findall(r'<rect x="(\d+)" y="(\d+)"', picture[0])]
        assert len(set(places)) == len(titles), "no box lies on another"
        assert all(0 <= x < width and 0 <= y < height for x, y in places)
        assert width < 520, "it is to be read on a phone"

    def test_json_and_page_at_once(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        said = story("started").gate("status", "--json", "--html", str(tmp_path / "x.html"))
        assert json.loads(said.out)["schema"] == 1
        assert (tmp_path / "x.html").exists()


@pytest.mark.parametrize("verb", ["status", "next"])
def test_what_is_typed_all_day_is_answered_without_click(story: Callable[[str], Story], verb: str) -> None:
    told = story("complete")
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(SOURCE)!r})\n"
        "from commitgate.__main__ import main\n"
        f"sys.argv = ['git-gate', {verb!r}]\n"
        "main()\n"
        "print('\\n'.join(['modules:', *sys.modules]))\n"
    )
    said, loaded = "", set()
    for _ in range(2):
        said, _, names = run(sys.executable, "-c", code, cwd=told.path, check=True).out.partition("modules:\n")
        loaded = {name.split(".")[0] for name in names.split()}
    heavy = {
        "click",
        "yaml",
        "jsonschema",
        "pathspec",
        "rich",
        "git",
        "markdown_it",
        "subprocess",
        "dataclasses",
        "json",
    }
    assert loaded & heavy == set()
    assert said == told.gate("--color", "never", verb).out, "the same as through the command line"


@pytest.mark.parametrize("verb", ["status", "next"])
def test_what_goes_wrong_is_told_as_for_every_command(tmp_path: Path, story: Callable[[str], Story], verb: str) -> None:
    outside = run(sys.executable, "-m", "commitgate", verb, cwd=tmp_path)
    assert (outside.code, outside.out) == (4, "")
    assert outside.err.startswith("git gate: ")
    told = story("started")
    told.write(".gates.yaml", "version: [")
    said = told.gate(verb)
    assert said.code == 1
    assert "policy/syntax" in said.said
    assert "Traceback" not in said.said
