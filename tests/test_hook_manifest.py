"""``.pre-commit-hooks.yaml``: what it promises, and that the frameworks really run it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import wheelhouse
from story import RUN
from support import CHECKOUT, SOURCE, Repo, copy_project, run

MANIFEST = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
FAMILIES = {"gate": "", "gate-validate": "validate", "gate-approvals": "approvals"}
FAMILIES |= {"gate-security": "security", "gate-order": "order"}
LATER = {"gate-push": ("git-gate pre-push", "pre-push"), "gate-ci": ("git-gate verify --ready", "manual")}


def test_the_hooks_of_the_manifest() -> None:
    assert {hook["id"] for hook in MANIFEST} == {*FAMILIES, *LATER}


@pytest.mark.parametrize("hook", MANIFEST, ids=[hook["id"] for hook in MANIFEST])
def test_no_hook_can_be_skipped_by_the_files_of_a_commit(hook: dict[str, Any]) -> None:
    """A commit that only deletes a gate stages no file: with a filter the framework would skip the hook."""
    assert not {"files", "exclude", "types", "types_or", "exclude_types", "args"} & set(hook)
    assert (hook["always_run"], hook["pass_filenames"], hook["require_serial"]) == (True, False, True)
    assert (hook["language"], hook["minimum_pre_commit_version"]) == ("python", "3.2.0")
    if hook["id"] in LATER:
        assert (hook["entry"], *hook["stages"]) == LATER[hook["id"]]
        return
    assert hook["stages"] == ["pre-commit", "pre-merge-commit"]
    family = FAMILIES[str(hook["id"])]
    assert hook["entry"] == "git-gate check --index" + (f" --only {family}" if family else "")


def test_pre_commit_accepts_the_manifest_and_our_own_configuration() -> None:
    for command, name in (
        ("validate-manifest", ".pre-commit-hooks.yaml"),
        ("validate-config", ".pre-commit-config.yaml"),
    ):
        run(sys.executable, "-m", "pre_commit", command, name, cwd=CHECKOUT, check=True)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, _session_isolation: None) -> Repo:
    """This project as a repository of one commit, as the frameworks clone it."""
    copy = Repo(copy_project(tmp_path_factory.mktemp("project") / "commitgate"))
    copy.git("init", "-q")
    copy.commit("the project")
    return copy


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pip and uv install from wheels of what is installed here, and from nowhere else."""
    needs = [
        "hatchling",
        *(d for d in ("click", "gitpython", "jsonschema", "markdown-it-py", "pathspec", "pyyaml", "rich")),
    ]
    wheels = str(wheelhouse.build(tmp_path_factory.mktemp("wheels"), *needs))
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_COMPILE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": wheels,
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "PREK_HOME": str(tmp_path_factory.mktemp("prek")),
        "PYTHONPATH": "",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def framework(name: str) -> list[str]:
    """The command of a framework, as installed beside this interpreter."""
    if name == "prek":
        return [str(Path(sys.executable).parent / "prek")]
    return [sys.executable, "-m", "pre_commit"]


BAD_GATE = '{"stage": "stage-01", "stage": "stage-01"}\n'


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_a_framework_installs_and_runs_the_hooks(name: str, repo: Repo, project: Repo, offline: dict[str, str]) -> None:
    """A gate with a duplicate key is refused, its removal is judged too: both by the installed package."""
    hooks = "".join(f"  - id: {one}\n" for one in ("gate-validate", "gate"))
    repo.write(".pre-commit-config.yaml", f"repos:\n- repo: {project.path}\n  rev: {project.oid()}\n  hooks:\n{hooks}")
    repo.write("pipeline/gates/stage-01.json", BAD_GATE)
    repo.git("add", "-A")
    judge = [*framework(name), "run", "--verbose"]
    done = run(*judge, "gate-validate", cwd=repo.path, env=offline, timeout=300)
    assert done.code == 1, done.said
    assert "pipeline/gates/stage-01.json" in done.said
    repo.git("reset", "-q", "--", "pipeline")
    repo.git("commit", "-q", "-m", "configuration")
    # Now no file is staged, so a hook that asked for file names would be skipped.
    done = run(*judge, "gate", cwd=repo.path, env=offline, timeout=300)
    assert (done.code, "Skipped" in done.said) == (0, False), done.said


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_a_framework_hands_on_what_is_pushed(name: str, repo: Repo, offline: dict[str, str], tmp_path: Path) -> None:
    """The real command as a local hook: the framework's own way of telling what is pushed is understood."""
    bare = Repo(tmp_path / "server.git")
    repo.git("clone", "-q", "--bare", str(repo.path), str(bare.path))
    repo.git("remote", "add", "origin", str(bare.path))
    repo.git("fetch", "-q", "origin")
    entry = f"env PYTHONPATH={SOURCE} {sys.executable} -m commitgate pre-push"
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - {id: gate-push, name: push, language: system, always_run: true, "
        f"pass_filenames: false, stages: [pre-push], entry: '{entry}'}}\n",
    )
    repo.commit("configuration")
    run(*framework(name), "install", "--hook-type", "pre-push", cwd=repo.path, env=offline, check=True)
    assert repo.git("push", "-q", "origin", "HEAD:refs/heads/lawful", check=False, env=offline).code == 0
    repo.branch("topic")
    repo.write("pipeline/run.json", RUN)
    repo.write("pipeline/context.md", "# Context\n\nTRACK: full\n")
    repo.commit("start")
    repo.write("pipeline/gates/stage-01.json", BAD_GATE)
    repo.commit("a gate that cannot be read")
    said = repo.git("push", "origin", "topic", check=False, env=offline)
    assert said.code != 0
    assert "json/duplicate-key" in said.said
    assert bare.git("branch", "--list", "topic").out == ""
    said = repo.git("push", "origin", "HEAD~1:main", check=False, env=offline)
    assert said.code != 0
    assert "ready/stage" in said.said
