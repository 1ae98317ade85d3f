"""The documentation says what is true: commands are run, reference pages compared, names and links looked up."""

from __future__ import annotations

import json
import re
import shlex
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import click
import pytest
import yaml
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

import played
from commitgate.cli import run
from commitgate.commands import COMMANDS, GROUPS, help_text
from commitgate.demo.scenario import STORY
from commitgate.finding import UNKNOWN
from commitgate.judge.rehearsal import differences, rehearse
from commitgate.policy.cases import load_cases
from commitgate.policy.catalog import catalog
from commitgate.policy.load import load_policy
from commitgate.policy.paths import Classifier
from docs_pages import DOCS, PAGES, PLAYED
from played import outputs, plain, steps
from schema_pages import SAID
from support import CHECKOUT

TEXTS = {path.relative_to(CHECKOUT).as_posix(): path.read_text("utf-8") for path in sorted(DOCS.glob("*.md"))}
TEXTS |= {name: (CHECKOUT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}
each_page = pytest.mark.parametrize("page", sorted(TEXTS))


def code_of(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    return [token.content for token in fences if token.info.split()[:1] == [language]]


def code(text: str) -> list[str]:
    """Lines of every fenced block, and every code span."""
    found = []
    for token in MarkdownIt().enable("table").parse(text):
        if token.type == "fence":
            found += token.content.splitlines()
        found += [child.content for child in token.children or () if child.type == "code_inline"]
    return found


def headings(text: str) -> list[str]:
    """The headings of a page as they stand in it; what stands in a fenced block is none."""
    tokens = MarkdownIt().parse(text)
    return [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]


def anchor(heading: str) -> str:
    """The fragment under which a heading is reached on a rendered page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class TestWrittenPages:
    @pytest.mark.parametrize("name", sorted(PAGES))
    def test_it_is_in_step_with_what_it_is_made_from(self, name):
        assert TEXTS[f"docs/{name}"] == PAGES[name](), "run: python tests/docs_pages.py"

    def test_every_command_rule_and_schema_is_in_them(self):
        assert set(re.findall(r"^### (\S+)$", TEXTS["docs/commands.md"], re.MULTILINE)) == set(COMMANDS)
        assert set(re.findall(r"^### (\S+)$", TEXTS["docs/rules.md"], re.MULTILINE)) == set(catalog())
        for path in (CHECKOUT / "gates").glob("*.schema.json"):
            for key in json.loads(path.read_text()).get("properties", {}):
                page = "policy-keys.md" if path.name == "policy.schema.json" else "gates.md"
                assert f"`{key}`" in TEXTS[f"docs/{page}"] or key == "stage"

    def test_what_is_said_of_a_policy_key_is_about_one_that_exists(self):
        assert set(SAID) <= set(re.findall(r"^\| `(\S+)` \|", TEXTS["docs/policy-keys.md"], re.MULTILINE))


class TestPlayedPages:
    @pytest.mark.parametrize("name", PLAYED)
    def test_every_command_says_what_the_page_shows(self, name, tmp_path):
        told = steps(TEXTS[f"docs/{name}"])
        assert len(told) > 10
        for step, said in zip(told, outputs(told, tmp_path), strict=True):
            assert plain(said) == plain(step.output), step.command

    def test_a_page_is_read_as_a_reader_would_type_it(self, tmp_path):
        told = steps(
            "```text file=a/b.txt\nhello\n```\n\n"
            "```console\n$ cat a/b.txt\nhello\n$ cat <<'END' |\n>   one\n> two\n> END\n>   tr a-z A-Z\n  ONE\n"
            "$ cd a; exit 3\n$ ls\nb.txt\n$ git gate explain order/none\n```\n"
        )
        assert [step.file for step in told] == ["a/b.txt", "", "", "", "", ""]
        *said, last = outputs(told, tmp_path)
        assert said == ["", "hello", "  ONE\nTWO", "", "b.txt"]
        assert last.startswith("git gate: ")
        assert [step.output for step in told[1:5]] == ["hello", "  ONE", "", "b.txt"]

    def test_only_times_ids_and_versions_are_left_out(self):
        said = "run 2026-11-20-discount-codes-1628b4 at 2026-11-20T06:28:51Z, d1:" + "a" * 64 + ", git 2.39.5, 23 of 23"
        assert plain(said) == "run <date>-discount-codes-<id> at <time>, d1:<id>, git <version>, 23 of 23"

    def test_the_refusal_in_the_readme_is_one_that_was_played(self):
        blocks = [block for block in code_of(TEXTS["README.md"], "text") if block.startswith("error ")]
        assert len(blocks) == 1
        assert blocks[0] in TEXTS["docs/quickstart.md"]

    def test_the_demonstration_in_the_readme_is_in_the_script(self):
        excerpt = next(block for block in code_of(TEXTS["README.md"], "text") if "/41" in block)
        told = re.findall(
            r"^ *(?:\d+/41)? +([a-z-]+) +(?:[0-9a-f]{7}|refused|not yet|yes) +(.+)$", excerpt, re.MULTILINE
        )
        script = {(step.role.name, step.subject) for step in STORY if hasattr(step, "role")}
        assert len(told) == 3
        assert set(told) <= script


class TestNames:
    @each_page
    def test_every_command_line_exists(self, page):
        # The catalogue is plain text: its commands stand between quotation marks.
        for line in [*code(TEXTS[page]), *re.findall(r'"(git gate [^"]+)"', TEXTS[page])]:
            for verb, rest in re.findall(r"\bgit[ -]gate ([a-z]+(?:-[a-z]+)*)([^`|;&#→]*)", line):
                assert verb in COMMANDS, line
                command: click.Command = import_module(f"commitgate.commands.{COMMANDS[verb][0]}").command
                below = list(command.commands.values()) if isinstance(command, click.Group) else []
                params = [one for each in (command, *below) for one in each.params]
                known = {"-h", "--help", *(name for one in params for name in one.opts)}
                used = {word.split("=")[0] for word in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest)}
                assert used <= known, line

    @each_page
    def test_every_rule_and_trigger_exists(self, page):
        security = yaml.safe_load((CHECKOUT / "rules" / "security.yaml").read_text())["triggers"]
        families = {rule.split("/")[0] for rule in catalog()}
        for text in code(TEXTS[page]):
            if re.fullmatch(r"[a-z]+/[a-z-]+", text) and text.split("/")[0] in families - {"policy"}:
                assert text in catalog() or (CHECKOUT / "src" / "commitgate" / text).exists(), text
            if re.fullmatch(r"(path|dep|infra|ci|db|flag|env|control):[a-z]+", text):
                assert text in security, text

    @each_page
    def test_every_link_leads_somewhere(self, page):
        folder = (CHECKOUT / page).parent
        for token in MarkdownIt().enable("table").parse(TEXTS[page]):
            for child in token.children or ():
                target = str(child.attrs.get("href", "")) if child.type == "link_open" else ""
                if not target or "://" in target:
                    continue
                name, _, fragment = target.partition("#")
                path = (folder / name).resolve() if name else CHECKOUT / page
                assert path.exists(), target
                if fragment:
                    assert fragment in {anchor(heading) for heading in headings(path.read_text("utf-8"))}, target

    def test_every_page_is_on_the_map(self):
        for name in TEXTS:
            if name.startswith("docs/") and name != "docs/index.md":
                assert f"({name.removeprefix('docs/')})" in TEXTS["docs/index.md"]
            if name.startswith("docs/"):
                assert f"({name})" in TEXTS["README.md"]


class TestPolicyPage:
    @pytest.mark.parametrize("sample", [one for one in code_of(TEXTS["docs/adopting.md"], "yaml") if one[0] != "-"])
    def test_every_policy_on_the_page_about_adopting_is_accepted(self, sample):
        policy, findings = load_policy(f"areas: {{server: [/server/**], web: [/web/**]}}\n{sample}".encode())
        assert (findings, policy is not None) == ((), True)

    @pytest.mark.parametrize("sample", code_of(TEXTS["docs/policy.md"], "yaml"))
    def test_every_sample_is_accepted(self, sample):
        # A sample names what another sample defines.
        areas = "areas: {backend: [/src/backend/**], frontend: [/src/frontend/**]}\n"
        policy, findings = load_policy(
            (sample if sample.startswith("areas:") else areas + sample).encode(), lambda path: b"{}"
        )
        assert (findings, policy is not None) == ((), True)

    def test_the_sample_of_cases_comes_out_as_expected(self):
        (sample,) = code_of(TEXTS["docs/policy.md"], "yml")
        policy, _ = load_policy(b"areas: {server: [/server/**], web: [/web/**]}\n")
        cases, findings = load_cases(sample.encode(), "cases.yaml", policy)
        assert findings == ()
        classify = Classifier(policy).classify
        assert [differences(case.expected, rehearse(policy, case, classify)) for case in cases] == [[]] * len(cases)

    def test_every_key_has_its_place(self):
        schema = json.loads((CHECKOUT / "gates" / "policy.schema.json").read_text())
        samples: dict[str, object] = {}
        for sample in code_of(TEXTS["docs/policy.md"], "yaml"):
            samples |= yaml.safe_load(sample)
        assert set(samples) == set(schema["properties"])
        for key in ("areas", "reviewers", "stages"):
            fields = schema["properties"][key]["additionalProperties"]["properties"]
            assert all(re.search(rf"`?\b{field}\b[`:]", TEXTS["docs/policy.md"]) for field in fields), key


class TestAgentsPage:
    TEXT = TEXTS["docs/agents.md"]

    def test_the_fields_and_actions_are_those_of_the_schema(self):
        schema = json.loads((CHECKOUT / "gates" / "next.schema.json").read_text())
        fields, actions = (self.TEXT.split(f"| {name} | ")[1].split("\n\n")[0] for name in ("field", "action"))
        assert re.findall(r"^\| `(\w+)` \|", fields, re.MULTILINE) == list(schema["properties"])
        told = [word for row in actions.splitlines()[2:] for word in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
        assert sorted(told) == sorted(schema["properties"]["action"]["enum"])

    def test_what_is_printed_is_what_the_schemas_say(self, story, capsys, monkeypatch):
        told = story("built")
        told.write("cases.yaml", "version: 1\ncases: [{name: none, changed: [], expect: {}}]\n")
        monkeypatch.chdir(told.path)
        rows = re.findall(r"^\| (`git gate .+) \| `gates/(.+)` \|$", self.TEXT, re.MULTILINE)
        assert len(rows) == 5
        for commands, name in rows:
            validator = Draft202012Validator(json.loads((CHECKOUT / "gates" / name).read_text()))
            for words in re.findall(r"`git gate ([^`]+)`", commands):
                assert run(words.replace("test", "test cases.yaml").split()) < UNKNOWN
                validator.validate(json.loads(capsys.readouterr().out))


class TestReadme:
    def test_two_lines_are_enough_on_a_fresh_machine(self):
        first, second, *_ = [block.strip() for block in code_of(TEXTS["README.md"], "sh")]
        for line in (first, second):
            assert "\n" not in line
            making, installing, running = (shlex.split(part) for part in line.split(" && "))
            assert making == ["python3", "-m", "venv", ".venv"]
            assert installing[:2] == [".venv/bin/pip", "install"]
            assert running[0].startswith(".venv/bin/")
        assert first.endswith(".venv/bin/git-gate demo")
        assert second.endswith(".venv/bin/python -m pytest")

    @pytest.mark.parametrize("page", ["README.md", "docs/hooks.md"])
    def test_the_exit_codes_are_those_of_the_help(self, page):
        told = dict(re.findall(r"^\| (\d+) \| (.+) \|$", TEXTS[page], re.MULTILINE))
        assert told == dict(re.findall(r"^  (\d+) +(.+)$", help_text(), re.MULTILINE))

    def test_the_hooks_are_those_of_the_manifest(self):
        manifest = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
        for page in ("README.md", "docs/hooks.md"):
            assert set(re.findall(r"`(gate(?:-[a-z]+)?)`", TEXTS[page])) == {hook["id"] for hook in manifest}

    def test_every_command_is_in_the_changelog(self):
        told = set(re.findall(r"`(?:git gate )?([a-z-]+)`", TEXTS["CHANGELOG.md"]))
        assert {verb for _, rows in GROUPS for verb, _, _ in rows} <= told


def test_the_writer_touches_nothing_that_is_in_step(tmp_path: Path) -> None:
    text = TEXTS["docs/quickstart.md"].split("## Adopt commitgate")[0]
    assert played.refreshed(text, tmp_path) == text
