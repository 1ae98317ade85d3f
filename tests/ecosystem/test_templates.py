"""What is laid down for CI: valid by the public schemas, and its shell does what it says."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from runner import make_server

import wheelhouse
from commitgate.commands.init import command as init
from commitgate.setup.ci import KINDS
from story import Story
from support import CHECKOUT, Repo, Result, copy_project, run

CI = CHECKOUT / "templates" / "ci"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-workflows", CI / "github.yml"),
        ("github-workflows", CHECKOUT / ".github/workflows/ci.yml"),
        ("github-actions", CHECKOUT / "action.yml"),
        ("gitlab-ci", CI / "gitlab.yml"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_it_is_valid_by_the_public_schema(schema: str, path: Path) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = run(*check, path, cwd=CHECKOUT)
    assert done.code == 0, done.said


def test_the_schemas_refuse_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "action.yml"
    wrong.write_text((CHECKOUT / "action.yml").read_text().replace("using: composite", "using: magic"))
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    assert run(*check, wrong, cwd=CHECKOUT).code == 1


class TestAction:
    action: dict[str, Any] = yaml.safe_load((CHECKOUT / "action.yml").read_text())
    script = (CI / "action.sh").read_text()

    def step(self, name: str) -> dict[str, Any]:
        (found,) = [step for step in self.action["runs"]["steps"] if step.get("id") == name]
        return found

    def test_every_input_reaches_its_place(self) -> None:
        given = self.step("judge")["env"]
        for name in self.action["inputs"]:
            if name == "python-version":
                assert self.step("python")["with"]["python-version"] == "${{ inputs.python-version }}"
                continue
            variable = f"GATE_{name.upper().replace('-', '_')}"
            assert given[variable] == f"${{{{ inputs.{name} }}}}"
            assert f"${{{variable}:-" in self.script
        assert set(re.findall(r"\bGATE_[A-Z_]+", self.script)) == set(given)

    def test_no_text_of_others_becomes_part_of_a_script(self) -> None:
        for step in self.action["runs"]["steps"]:
            assert "${{" not in step.get("run", "")
        workflow = yaml.safe_load((CI / "github.yml").read_text())
        for step in workflow["jobs"]["gate"]["steps"]:
            assert "${{" not in step.get("run", "")

    def test_the_outputs_are_those_of_the_script(self) -> None:
        (line,) = re.findall(r"printf '(verdict=.*)'", self.script)
        assert {part.partition("=")[0] for part in line.split("\\n") if part} == set(self.action["outputs"])

    def test_the_script_is_where_the_action_calls_it(self) -> None:
        path = self.step("judge")["run"].partition("$GITHUB_ACTION_PATH/")[2].rstrip('"')
        assert (CHECKOUT / path).read_text() == self.script


class TestInit:
    def test_every_kind_can_be_asked_for(self) -> None:
        (option,) = [one for one in init.params if one.opts == ["--ci"]]
        assert list(option.type.choices) == list(KINDS)  # type: ignore[attr-defined]

    @pytest.mark.parametrize("name", sorted(KINDS))
    def test_it_is_laid_down_and_found_unchanged(self, name: str, repo: Repo) -> None:
        said = repo.gate("init", "--no-install", "--ci", name, check=True).out
        kind = KINDS[name]
        laid = repo.read(kind.path)
        assert laid == (CI / kind.template).read_text().replace("{{target}}", "main")
        assert kind.then in said
        assert f"unchanged {kind.path}" in repo.gate("init", "--no-install", "--ci", name, check=True).out
        repo.write(kind.path, laid + "# mine\n")
        again = repo.gate("init", "--no-install", "--ci", name)
        assert (again.code, "leave out --ci" in again.err) == (64, True)
        assert repo.read(kind.path).endswith("# mine\n")

    def test_the_name_of_a_branch_is_not_run(self, repo: Repo) -> None:
        repo.git("branch", "x$(touch${IFS}taken)'")
        repo.gate("init", "--no-install", "--ci", "plain", "--target", "x$(touch${IFS}taken)'", check=True)
        done = run("sh", "ci/commitgate.sh", cwd=repo.path, env={"PYTHON": "false"})
        assert done.code == 4
        assert not (repo.path / "taken").exists()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, _session_isolation: None) -> dict[str, str]:
    """Variables with which a template installs this project, without a network."""
    folder = tmp_path_factory.mktemp("ci")
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wheels = wheelhouse.build(folder / "wheels", *project["project"]["dependencies"])
    wheelhouse.build_project("wheel", copy_project(folder / "commitgate"), wheels)
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_COMPILE": "1",
        "PYTHONPATH": "",
        "PYTHON": str(_keeping(folder / "python", folder / "environment")),
    }


def _keeping(program: Path, environment: Path) -> Path:
    """An interpreter whose ``-I -m venv FOLDER`` makes one environment for all jobs, as a cache of the CI does."""
    real = f"'{sys.executable}'"
    program.write_text(
        f"""#!/bin/sh
if [ "$3" = venv ]; then
    [ -e '{environment}' ] || {real} -I -m venv '{environment}' && ln -s '{environment}' "$4"
else
    exec {real} "$@"
fi
"""
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def cloned(story: Callable[[str], Story], tmp_path: Path) -> Callable[..., tuple[Story, Repo]]:
    """``cloned(milestone, *depth)``: a story, and a clone of a server that has it, with the branch checked out."""

    def make(milestone: str, *depth: str) -> tuple[Story, Repo]:
        told = story(milestone)
        server = make_server(tmp_path / "server")
        server.receive(told, "main:main", "HEAD:work")
        return told, server.checkout(tmp_path / "clone", told.oid(), *depth)

    return make


class TestPlain:
    @pytest.mark.parametrize(
        ("milestone", "code", "says"), [("tested", 0, "ready to merge"), ("built", 2, "not ready to merge")]
    )
    def test_it_judges(
        self,
        milestone: str,
        code: int,
        says: str,
        cloned: Callable[..., tuple[Story, Repo]],
        installed: dict[str, str],
    ) -> None:
        _, work = cloned(milestone)
        script = work.write("../plain.sh", (CI / "plain.sh").read_text().replace("{{target}}", "main"))
        work.write("venv.py", "raise SystemExit('taken')\n")
        done = run("sh", script, cwd=work.path, env=installed)
        assert (done.code, says in done.out) == (code, True), done.said

    def test_a_shallow_clone(self, cloned: Callable[..., tuple[Story, Repo]], installed: dict[str, str]) -> None:
        _, work = cloned("tested", "--depth=1")
        done = run("sh", CI / "plain.sh", cwd=work.path, env=installed)
        assert (done.code, "git fetch --unshallow" in done.err) == (4, True)


def script_of_gitlab() -> str:
    """The lines of the job, run by one shell that ends at the first failure, as the runner does."""
    job = yaml.safe_load((CI / "gitlab.yml").read_text())["commitgate"]
    return "set -e\n" + "\n".join(job["script"])


@pytest.fixture
def on_path(tmp_path: Path) -> dict[str, str]:
    """``git-gate`` and a ``pip`` that has nothing left to do."""
    import os

    programs = tmp_path / "programs"
    programs.mkdir()
    for name, line in (("pip", "exit 0"), ("git-gate", f"exec '{sys.executable}' -m commitgate \"$@\"")):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    return {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


class TestGitLab:
    @pytest.mark.parametrize(("milestone", "code"), [("tested", 0), ("built", 2)])
    def test_it_judges_against_the_target_as_it_is_now(
        self, milestone: str, code: int, cloned: Callable[..., tuple[Story, Repo]], on_path: dict[str, str]
    ) -> None:
        told, work = cloned(milestone)
        work.git("update-ref", "-d", "refs/remotes/origin/main")  # the runner fetches the branch alone
        done = self.job(work, told, on_path)
        assert done.code == code, done.said
        assert work.read("commitgate.xml").startswith("<?xml")

    def test_a_merged_results_pipeline_judges_the_branch(
        self, cloned: Callable[..., tuple[Story, Repo]], on_path: dict[str, str]
    ) -> None:
        told, work = cloned("tested")
        work.git("checkout", "-q", "--detach", "origin/main")
        work.git("merge", "-q", "--no-ff", "-m", "trial", told.oid())
        count = told.git("rev-list", "--count", "main..HEAD").out.strip()
        done = self.job(work, told, on_path, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=told.oid())
        assert (done.code, f"{count} commits: ready" in done.out) == (0, True), done.said

    def test_a_fork_is_judged_by_the_project_it_goes_to(
        self, cloned: Callable[..., tuple[Story, Repo]], on_path: dict[str, str], tmp_path: Path
    ) -> None:
        told, work = cloned("tested")
        (tmp_path / "server").rename(tmp_path / "project.git")
        ids = {"CI_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
        done = self.job(work, told, on_path, CI_MERGE_REQUEST_PROJECT_URL=str(tmp_path / "project"), **ids)
        assert done.code == 0, done.said

    def test_a_target_that_cannot_be_fetched_is_not_green(
        self, cloned: Callable[..., tuple[Story, Repo]], on_path: dict[str, str]
    ) -> None:
        told, work = cloned("tested")
        done = self.job(work, told, on_path, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="gone")
        assert done.code != 0

    @staticmethod
    def job(work: Repo, told: Story, on_path: dict[str, str], **variables: str) -> Result:
        settings = {
            "CI": "true",
            "CI_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_COMMIT_SHA": work.oid(),
            **on_path,
            **variables,
        }
        return run("sh", "-c", script_of_gitlab(), cwd=work.path, env=settings)


@pytest.mark.parametrize(("milestone", "code"), [("tested", 0), ("built", 2)])
def test_the_workflow_judges_and_writes_the_summary(
    milestone: str,
    code: int,
    cloned: Callable[..., tuple[Story, Repo]],
    on_path: dict[str, str],
    tmp_path: Path,
) -> None:
    told, work = cloned(milestone)
    steps = yaml.safe_load((CI / "github.yml").read_text())["jobs"]["gate"]["steps"]
    *_, last = steps
    ends = {"BASE": "refs/remotes/origin/main", "HEAD": told.oid()}
    assert set(last["env"]) == set(ends)
    page = tmp_path / "summary"
    done = run(
        "bash", "-e", "-c", last["run"], cwd=work.path, env={**on_path, **ends, "GITHUB_STEP_SUMMARY": str(page)}
    )
    assert done.code == code, done.said
    assert "| stage |" in page.read_text()
