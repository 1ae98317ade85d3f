"""``.pre-commit-hooks.yaml``: what it promises, and that the frameworks really run it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import yaml

import wheelhouse
from support import CHECKOUT, Repo, copy_project, run

MANIFEST = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
FAMILIES = {"gate": "", "gate-validate": "validate", "gate-approvals": "approvals"}
FAMILIES |= {"gate-security": "security", "gate-order": "order"}


def test_the_hooks_of_the_manifest() -> None:
    assert {hook["id"] for hook in MANIFEST} == set(FAMILIES)


@pytest.mark.parametrize("hook", MANIFEST, ids=[hook["id"] for hook in MANIFEST])
def test_no_hook_can_be_skipped_by_the_files_of_a_commit(hook: dict[str, object]) -> None:
    """A commit that only deletes a gate stages no file: with a filter the framework would skip the hook."""
    assert not {"files", "exclude", "types", "types_or", "exclude_types", "args"} & set(hook)
    assert (hook["always_run"], hook["pass_filenames"], hook["require_serial"]) == (True, False, True)
    assert hook["stages"] == ["pre-commit", "pre-merge-commit"]
    assert (hook["language"], hook["minimum_pre_commit_version"]) == ("python", "3.2.0")
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
    try_repo = [*framework(name), "try-repo", "--verbose", str(project.path)]
    repo.write("pipeline/gates/stage-01.json", BAD_GATE)
    repo.git("add", "-A")
    done = run(*try_repo, "gate-validate", cwd=repo.path, env=offline, timeout=300)
    assert done.code == 1, done.said
    assert "pipeline/gates/stage-01.json" in done.said
    # Now no file is staged, so a hook that asked for file names would be skipped.
    repo.git("rm", "-q", "--cached", "-r", "pipeline")
    done = run(*try_repo, "gate", cwd=repo.path, env=offline, timeout=300)
    assert (done.code, "Skipped" in done.said) == (0, False), done.said
