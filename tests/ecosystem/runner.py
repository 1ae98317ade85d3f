"""A job of GitHub Actions as the action's script sees it: a checkout, an event, and the files that the runner reads.

The action is a copy of this project, installed for real; packages come from what is installed here, so nothing needs
a network.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import wheelhouse
from support import CHECKOUT, Repo, Result, copy_project, run

ZEROS = "0" * 40


class Judged(NamedTuple):
    """What a run of the script left behind. ``outputs``: of the step; ``summary``: the page in Markdown."""

    code: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str

    @property
    def said(self) -> str:
        """Everything in the log, for assertions on messages."""
        return self.out + self.err


class Runner:
    """The machine: the action's checkout, the packages, and the temporary folder of one job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.action = copy_project(folder / "action")
        self.temp = folder / "temp"
        self.temp.mkdir()
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
        needs = (*project["project"]["dependencies"], *project["build-system"]["requires"])
        # Modules are compiled when they are first imported: most of what is installed never is.
        self.offline = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheelhouse.build(folder / "wheels", *needs)),
            "PIP_NO_COMPILE": "1",
        }
        self._path = f"{_python3(folder / 'python')}{os.pathsep}{os.environ['PATH']}"
        self._jobs = 0

    def judge(self, checkout: Repo, name: str, event: dict[str, Any] | str, **variables: str) -> Judged:
        """Run the script for an event; ``variables`` come on top, as the inputs and the runner set them."""
        self._jobs += 1
        job = self.folder / f"job-{self._jobs}"
        job.mkdir()
        for file in ("output", "summary"):
            (job / file).touch()
        (job / "event.json").write_text(event if isinstance(event, str) else json.dumps(event))
        settings = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(job / "event.json"),
            "GITHUB_OUTPUT": str(job / "output"),
            "GITHUB_STEP_SUMMARY": str(job / "summary"),
            "GITHUB_WORKSPACE": str(checkout.path),
            "RUNNER_TEMP": str(self.temp),
            "PYTHONPATH": "",
            "PATH": self._path,
            **self.offline,
            **variables,
        }
        done: Result = run("bash", self.action / "templates/ci/action.sh", cwd=checkout.path, env=settings)
        rows = [line.partition("=") for line in (job / "output").read_text().splitlines()]
        outputs = {key: value for key, _, value in rows}
        return Judged(done.code, done.out, done.err, outputs, (job / "summary").read_text())

    @property
    def programs(self) -> Path:
        """The folder of programs of the environment that a first run of the script has made."""
        (environment,) = [path.parent for path in self.temp.glob("commitgate/*/complete")]
        return environment / "bin"


def _python3(folder: Path) -> Path:
    """A folder with ``python3`` as the action's own setup leaves it: an interpreter, and no shim that looks for one."""
    folder.mkdir()
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\nexec '{os.path.realpath(sys.executable)}' \"$@\"\n")
    program.chmod(0o755)
    return folder


class Server(Repo):
    """A bare repository on the other side, and checkouts of it as the usual action for that makes them."""

    def receive(self, source: Repo, *refspecs: str) -> None:
        """Take over refs of a repository, as pushes would."""
        source.git("push", "-q", "--force", str(self.path), *refspecs)

    def checkout(self, target: Path, commit: str, *depth: str) -> Repo:
        """A clone of every branch with ``commit`` checked out; ``depth``: options of fetch."""
        target.mkdir()
        work = Repo(target)
        work.git("init", "-q", "-b", "unused")
        work.git("remote", "add", "origin", self.path.as_uri())
        branches = () if depth else ("+refs/heads/*:refs/remotes/origin/*",)
        work.git("fetch", "-q", "--no-tags", *depth, "origin", *branches, f"+{commit}:refs/remotes/pull/head")
        work.git("checkout", "-q", "--detach", commit)
        return work


def make_server(folder: Path) -> Server:
    """An empty one that gives out any commit, as GitHub does."""
    folder.mkdir()
    server = Server(folder)
    server.git("init", "-q", "--bare", "-b", "main")
    server.config("uploadpack.allowAnySHA1InWant", "true")
    return server


def pull_request(base: str, head: str) -> dict[str, Any]:
    """The part of the event that counts."""
    return {"number": 1, "pull_request": {"base": {"sha": base, "ref": "main"}, "head": {"sha": head, "ref": "work"}}}


def push(before: str, after: str) -> dict[str, Any]:
    """The part of the event that counts."""
    return {"before": before, "after": after, "repository": {"default_branch": "main"}}


def group(base: str, head: str) -> dict[str, Any]:
    """The part of the event that counts."""
    return {"merge_group": {"base_sha": base, "head_sha": head}, "action": "checks_requested"}


def is_root() -> bool:
    """Whether a test may give files to another user."""
    return os.geteuid() == 0
