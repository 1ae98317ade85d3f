"""Whatever stands in documents, paths and names is harmless in every format, and nothing of it gets lost."""

from __future__ import annotations

import ast
import json
import sys

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from samples import EMPTY, FULL, HOSTILE, reports

from commitgate.finding import VERDICTS, Finding
from commitgate.report import formats
from commitgate.report.model import of_findings
from support import CHECKOUT, run

FORMS = formats.NAMES[1:]
SCHEMA = json.loads((CHECKOUT / "gates" / "check-report.schema.json").read_text())
ANSWER = Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(report=reports)
def test_every_format_is_printable_utf8(form, report):
    text = formats.render(form, report)
    text.encode("utf-8")
    assert text.endswith("\n")
    assert [one for one in text if not (one.isprintable() or one == "\n")] == []


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_the_same_for_the_same_report(form):
    assert formats.render(form, FULL) == formats.render(form, FULL)
    assert formats.render(form, FULL) != formats.render(form, EMPTY)


@settings(max_examples=60, deadline=None)
@given(report=reports)
def test_json_holds_to_its_schema_and_loses_nothing(report):
    data = json.loads(formats.render("json", report))
    ANSWER.validate(data)
    assert [one["message"] for one in data["findings"]] == [one.message for one in report.findings]
    assert [one["path"] for one in data["history"]] == [one.path for one in report.history]
    assert [one["waiver"] for one in data["suppressed"]] == [waiver for _, waiver in report.suppressed]
    assert (data["exit"], data["verdict"], data["title"]) == (report.exit, VERDICTS[report.exit], report.title)
    assert data["run"] == report.run
    assert (data["next"]["step"], data["next"]["command"]) == (report.next_step, report.command)


def test_the_schema_names_every_key_and_no_other():
    data = json.loads(formats.render("json", FULL))
    assert set(data) == set(SCHEMA["properties"]) == set(SCHEMA["required"])
    assert set(data["findings"][0]) == set(SCHEMA["properties"]["findings"]["items"]["properties"])
    assert set(data["stages"][0]) == set(SCHEMA["properties"]["stages"]["items"]["properties"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("exit", 5), ("verdict", "fine"), ("schema", 2), ("findings", [{"rule": "gate/schema"}]), ("run", {"id": "x"})],
)
def test_the_schema_refuses_what_is_no_answer(key, value):
    data = json.loads(formats.render("json", FULL))
    assert ANSWER.is_valid(data)
    assert not ANSWER.is_valid({**data, key: value})


def test_the_schema_knows_every_state_of_a_stage():
    tree = ast.parse((CHECKOUT / "src" / "commitgate" / "judge" / "stages.py").read_text())
    states = {
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    assert set(SCHEMA["properties"]["stages"]["items"]["properties"]["state"]["enum"]) == states


def test_the_formats_that_are_not_asked_for_are_not_loaded(repo):
    code = (
        "import sys\nfrom commitgate.report import formats\nfrom commitgate.report.model import of_findings\n"
        "formats.render('json', of_findings('t', []))\n"
        "print([one for one in ('xml', 'html', 'hashlib') if f'commitgate.report.{one}' in sys.modules])\n"
    )
    assert run(sys.executable, "-c", code, cwd=repo.path, check=True).out == "[]\n"


def test_a_report_of_findings_alone_says_what_to_do():
    report = of_findings("t", [Finding("engine/cannot-decide", 4, "the clone is shallow", "git fetch --unshallow")])
    assert (report.exit, report.ready, report.next_step) == (4, False, "git fetch --unshallow")


class TestCommand:
    """``git gate check`` in a real repository."""

    @pytest.fixture
    def broken(self, story):
        told = story("built")
        told.write_gate("stage-05", "PASS", lint_passed="yes", warnings=["first\n::error::forged"])
        told.write(b"pipeline/gates/\xff.json".decode("utf-8", "surrogateescape"), "{")
        return told

    @pytest.mark.parametrize("form", FORMS)
    def test_every_format_gives_the_same_exit_code(self, broken, form):
        plain = broken.gate("check")
        said = broken.gate("check", "--format", form)
        assert said.code == plain.code == 1
        assert "gate/" in said.stdout.decode("utf-8", "strict")
        assert said.err == ""

    def test_json_of_a_path_that_is_not_utf8(self, broken):
        data = json.loads(broken.gate("check", "--format", "json").stdout.decode("utf-8", "strict"))
        ANSWER.validate(data)
        assert "pipeline/gates/\udcff.json" in {one["path"] for one in data["findings"]}
        assert data["run"] == {"id": "reset-1", "feature": "Reset", "track": "full"}
        assert data["next"]["command"].startswith("git gate ")

    def test_no_run_and_no_policy(self, repo):
        data = json.loads(repo.gate("check", "--format", "json").out)
        ANSWER.validate(data)
        assert (data["run"], data["stages"], data["exit"]) == (None, [], 0)
        repo.write(".gates.yaml", "nonsense: [")
        said = repo.gate("check", "--format", "json", "--index")
        data = json.loads(said.out)
        ANSWER.validate(data)
        assert data["exit"] == said.code

    def test_what_cannot_be_judged_is_a_report_too(self, repo):
        said = repo.gate("check", "--rev", "nowhere", "--format", "html")
        assert said.code == 4
        assert "unknown</span>" in said.out

    @pytest.mark.parametrize("form", formats.NAMES)
    def test_the_answer_goes_into_a_file(self, broken, form):
        said = broken.gate("check", "--format", form, "--output", "answer")
        assert (said.code, said.out, said.err) == (1, "", "")
        written = (broken.path / "answer").read_bytes()
        (broken.path / "answer").unlink()
        assert written == broken.gate("check", "--format", form).stdout

    def test_the_file_is_found_from_the_current_folder_and_through_linked_folders(self, broken):
        (broken.path / "real").mkdir()
        (broken.path / "link").symlink_to("real")
        assert broken.gate("-C", "src", "check", "--output", "../link/answer.txt").code == 1
        assert (broken.path / "real" / "answer.txt").read_text().startswith("error ")

    def test_a_link_is_not_written_through(self, broken):
        (broken.path / "answer").symlink_to("README.md")
        before = broken.read("README.md")
        said = broken.gate("check", "--output", "answer")
        assert said.code != 0
        assert "symbolic link" in said.err
        assert broken.read("README.md") == before

    def test_the_name_of_the_feature_cannot_write_a_line(self, story):
        told = story("started")
        run = json.loads(told.read("pipeline/run.json"))
        told.write("pipeline/run.json", json.dumps({**run, "feature": "x\x1b[2J\n::error::forged"}))
        for form in formats.NAMES:
            said = told.gate("check", "--format", form)
            assert "\x1b" not in said.out
            assert not [line for line in said.out.splitlines() if line.startswith("::error::forged")]


def test_the_hostile_samples_are_hostile():
    assert any("\x1b" in one for one in HOSTILE)
    assert any("\udcff" in one for one in HOSTILE)
    assert any(len(one) == 10_000 for one in HOSTILE)
