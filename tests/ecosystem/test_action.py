"""The GitHub Action: its script, run here with what GitHub sets, on checkouts of a real server."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from runner import ZEROS, Judged, Runner, Server, group, is_root, make_server, pull_request, push

from story import Library, Story
from support import Repo


class Place:
    """A server with ``main`` and the branch of a story, told up to a milestone."""

    def __init__(self, folder: Path, told: Story) -> None:
        self.folder, self.told = folder, told
        self.server: Server = make_server(folder / "server")
        self.branch = told.git("symbolic-ref", "--short", "HEAD").out.strip()
        self.send()

    def send(self) -> None:
        self.server.receive(self.told, "main:main", f"{self.branch}:{self.branch}")

    @property
    def base(self) -> str:
        return self.told.oid("main")

    @property
    def head(self) -> str:
        return self.told.oid()

    def checkout(self, commit: str = "", *depth: str) -> Repo:
        return self.server.checkout(self.folder / "work", commit or self.head, *depth)


class First(NamedTuple):
    """The first job of a runner, which installs. ``sprung``: the file that a trap in the checkout would have made."""

    runner: Runner
    work: Repo
    done: Judged
    sprung: Path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, library: Library) -> First:
    """In its checkout are modules that Python would find there, a package of our name, and a build of its own."""
    folder = tmp_path_factory.mktemp("first")
    at = Place(folder, library.copy("tested", folder / "story"))
    trap = f"open({str(folder / 'sprung')!r}, 'a').write(__file__)\n"
    modules = ("json", "venv", "pip", "sitecustomize", "usercustomize", "secrets", "yaml", "click")
    packages = ("commitgate/__init__", "commitgate/__main__")
    for name in (f"{module}.py" for module in (*modules, *packages, "setup", "conftest")):
        at.told.write(name, trap)
    at.told.write("pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n')
    at.told.commit("traps", args=("--no-verify",))
    at.send()
    runner, work = Runner(tmp_path_factory.mktemp("runner")), at.checkout()
    return First(runner, work, runner.judge(work, "pull_request", pull_request(at.base, at.head)), folder / "sprung")


@pytest.fixture
def runner(first: First) -> Runner:
    return first.runner


@pytest.fixture
def place(story: Callable[[str], Story], tmp_path: Path) -> Callable[[str], Place]:
    return lambda milestone: Place(tmp_path, story(milestone))


def test_a_pull_request_that_may_be_merged(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head))
    assert (done.code, done.outputs) == (0, {"verdict": "pass", "ready": "true", "sarif": ""}), done.said
    assert "::error" not in done.out
    assert "ready to merge" in done.summary
    assert "| stage |" in done.summary


def test_one_that_is_not_finished_says_what_is_missing(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("built")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head))
    assert (done.code, done.outputs["verdict"], done.outputs["ready"]) == (2, "blocked", "false")
    assert "::error" in done.out
    assert "not ready to merge" in done.summary
    assert "**Next:**" in done.summary
    assert "```mermaid\nflowchart LR\n" in done.summary


def test_without_ready_only_the_commits_count(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("built")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), GATE_READY="false")
    assert (done.code, done.outputs["verdict"], done.outputs["ready"]) == (0, "pass", "")


def test_what_passed_the_hooks_by_is_shown_at_its_file(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("requirements")
    at.told.write("src/backend/early.js", "early\n")
    at.told.commit("early", args=("--no-verify",))
    at.send()
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), GATE_READY="false")
    assert done.code == 2
    assert "::error file=src/backend/early.js" in done.out
    assert "order/early-work" in done.summary.replace("&#95;", "_")


def test_a_branch_of_a_fork(place: Callable[[str], Place], runner: Runner) -> None:
    """Its commits are reached by the pull request's own ref only."""
    at = place("tested")
    at.server.receive(at.told, "HEAD:refs/pull/1/head", f":refs/heads/{at.branch}")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head))
    assert (done.code, done.outputs["verdict"]) == (0, "pass"), done.said


def test_the_target_branch_is_taken_as_it_is_now(place: Callable[[str], Place], runner: Runner) -> None:
    """The base of the event stays where it was when the pull request was pushed to."""
    at = place("tested")
    event = pull_request(at.base, at.head)
    at.told.git("switch", "-q", "main")
    at.told.write(".gates.yaml", "version: 1\nmerge: {requires: retrospective}\n")
    at.told.commit("stricter", args=("--no-verify",))
    at.told.git("switch", "-q", at.branch)
    at.send()
    done = runner.judge(at.checkout(), "pull_request", event)
    assert (done.code, done.outputs["verdict"]) == (2, "blocked"), done.said
    gone = pull_request(event["pull_request"]["base"]["sha"], at.head)
    gone["pull_request"]["base"]["ref"] = "not-in-the-checkout"
    other = at.server.checkout(at.folder / "other", at.head)
    assert runner.judge(other, "pull_request", gone).code == 0


def test_a_head_that_the_checkout_left_out_is_fetched(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    at.server.receive(at.told, "HEAD:refs/pull/1/head", f":refs/heads/{at.branch}")
    done = runner.judge(at.checkout(at.base), "pull_request", pull_request(at.base, at.head))
    assert (done.code, done.outputs["verdict"]) == (0, "pass"), done.said


def test_a_commit_that_nobody_has(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, "f" * 40))
    assert (done.code, done.outputs["verdict"]) == (4, "unknown")
    assert "fetch-depth: 0" in done.out


def test_a_shallow_checkout_is_never_green(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    done = runner.judge(at.checkout(at.head, "--depth=1"), "pull_request", pull_request(at.base, at.head))
    assert (done.code, done.outputs) == (4, {"verdict": "unknown", "ready": "", "sarif": ""})
    assert "::error title=commitgate::" in done.out
    assert "fetch-depth: 0" in done.out
    assert "fetch-depth: 0" in done.summary


def test_a_merge_queue(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    at.told.git("switch", "-q", "main")
    at.told.git("merge", "-q", "--no-ff", "--no-verify", "-m", "queued", at.branch)
    at.server.receive(at.told, "HEAD:refs/heads/gh-readonly-queue/main/pr-1")
    base, head = at.told.oid("main^1"), at.told.oid("main")
    done = runner.judge(at.checkout(head), "merge_group", group(base, head))
    assert (done.code, done.outputs["verdict"], done.outputs["ready"]) == (0, "pass", "true"), done.said


def test_the_branch_is_judged_and_not_the_trial_merge(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("tested")
    event = pull_request(at.base, at.head)
    count = at.told.git("rev-list", "--count", "main..HEAD").out.strip()
    at.told.git("switch", "-q", "--detach", "main")
    at.told.git("merge", "-q", "--no-ff", "--no-verify", "-m", "trial", at.branch)
    at.server.receive(at.told, "HEAD:refs/pull/1/merge")
    done = runner.judge(at.checkout(at.told.oid()), "pull_request", event, GATE_FORMAT="text")
    assert (done.code, f"{count} commits: ready to merge" in done.out) == (0, True), done.said


class TestPush:
    def test_what_was_pushed_is_judged(self, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("built")
        event = push(at.told.oid("HEAD~1"), at.head)
        done = runner.judge(at.checkout(), "push", event, GITHUB_REF=f"refs/heads/{at.branch}", GATE_FORMAT="text")
        assert (done.code, done.outputs["ready"]) == (0, ""), done.said
        assert "1 commit:" in done.out

    @pytest.mark.parametrize("before", [ZEROS, "e" * 40])
    def test_a_new_or_rewritten_branch_is_judged_from_the_default_branch(
        self, before: str, place: Callable[[str], Place], runner: Runner
    ) -> None:
        at = place("built")
        count = at.told.git("rev-list", "--count", "main..HEAD").out.strip()
        done = runner.judge(
            at.checkout(), "push", push(before, at.head), GITHUB_REF=f"refs/heads/{at.branch}", GATE_FORMAT="text"
        )
        assert (done.code, f"{count} commits:" in done.out) == (0, True), done.said

    @pytest.mark.parametrize("before", [ZEROS, "e" * 40])
    def test_a_default_branch_without_a_past_is_not_green(
        self, before: str, place: Callable[[str], Place], runner: Runner
    ) -> None:
        at = place("built")
        done = runner.judge(at.checkout(), "push", push(before, at.base), GITHUB_REF="refs/heads/main")
        assert (done.code, done.outputs["verdict"]) == (4, "unknown")

    def test_a_deleted_branch_is_nothing_to_judge(self, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("built")
        done = runner.judge(at.checkout(), "push", push(at.head, ZEROS), GITHUB_REF="refs/heads/gone")
        assert (done.code, done.outputs["verdict"]) == (0, "pass")
        assert "nothing judged" in done.out
        assert "nothing judged" in done.summary


class TestNoRun:
    def test_it_is_green_and_says_so(self, repo: Repo, runner: Runner, tmp_path: Path) -> None:
        done = self.judged(repo, runner, tmp_path)
        assert (done.code, done.outputs["verdict"]) == (0, "pass"), done.said
        assert "No run, nothing judged" in done.summary

    def test_the_policy_may_ask_for_one(self, repo: Repo, runner: Runner, tmp_path: Path) -> None:
        repo.write(".gates.yaml", "require_run: true\n")
        repo.commit("chore: every change has a run")
        done = self.judged(repo, runner, tmp_path)
        assert (done.code, done.outputs["verdict"]) == (2, "blocked"), done.said

    @staticmethod
    def judged(repo: Repo, runner: Runner, folder: Path):
        base = repo.oid()
        repo.branch("work")
        repo.write("README.md", "# Changed\n")
        repo.commit("docs: change")
        server = make_server(folder / "server")
        server.receive(repo, "main:main", "work:work")
        work = server.checkout(folder / "work", repo.oid())
        return runner.judge(work, "pull_request", pull_request(base, repo.oid()))


@pytest.mark.parametrize("path", ["pipeline/run.json", "pipeline/gates/stage-05-security.json"])
def test_a_run_or_gate_that_was_taken_away_is_never_green(
    path: str, place: Callable[[str], Place], runner: Runner
) -> None:
    at = place("tested")
    at.told.remove(path)
    at.told.commit("gone", args=("--no-verify",))
    at.send()
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head))
    assert done.code != 0
    assert done.outputs["verdict"] != "pass"


def test_nothing_of_the_pull_request_is_run(first: First) -> None:
    assert first.done.outputs["verdict"] == "blocked", first.done.said
    assert not first.sprung.exists()
    assert first.work.git("status", "--porcelain", "--ignored").out == ""


def test_a_document_cannot_give_commands_to_the_runner(place: Callable[[str], Place], runner: Runner) -> None:
    at = place("built")
    done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), GATE_FORMAT="text")
    lines = [line for line in done.out.splitlines() if line]
    assert lines[0].startswith("::stop-commands::")
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines[-1] == f"::{token}::"
    assert done.code == 2


class TestSarif:
    def test_it_is_made_for_uploading(self, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("built")
        work = at.checkout()
        done = runner.judge(work, "pull_request", pull_request(at.base, at.head), GATE_SARIF_FILE="gate.sarif")
        assert (done.code, done.outputs["verdict"]) == (2, "blocked")
        path = Path(done.outputs["sarif"])
        assert path.is_relative_to(runner.temp)
        assert json.loads(path.read_text())["version"] == "2.1.0"
        assert "::error" in done.out

    @pytest.mark.parametrize("name", ["../gate.sarif", "/tmp/gate.sarif", ".."])
    def test_a_path_is_refused(self, name: str, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("built")
        done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), GATE_SARIF_FILE=name)
        assert (done.code, done.outputs["sarif"]) == (64, "")


class TestInputs:
    def test_another_event_needs_them(self, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("tested")
        done = runner.judge(at.checkout(), "workflow_dispatch", {})
        assert (done.code, done.outputs["verdict"]) == (64, "unknown")
        assert "inputs base and head" in done.out

    @pytest.mark.parametrize("base", ["main", "origin/main"])
    def test_they_name_branches_or_commits(self, base: str, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("tested")
        names = {"GATE_BASE": base, "GATE_HEAD": at.head, "GATE_READY": "true"}
        done = runner.judge(at.checkout(), "workflow_dispatch", {}, **names)
        assert (done.code, done.outputs["ready"]) == (0, "true"), done.said

    @pytest.mark.parametrize("name", ["--output=taken", "no-such-branch", "main..HEAD", "$(touch taken)"])
    def test_anything_else_is_refused(self, name: str, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("tested")
        work = at.checkout()
        done = runner.judge(work, "workflow_dispatch", {}, GATE_BASE=name, GATE_HEAD="HEAD")
        assert (done.code, done.outputs["verdict"]) == (4, "unknown")
        assert not (work.path / "taken").exists()

    @pytest.mark.parametrize("inputs", [{"GATE_READY": "yes"}, {"GATE_FORMAT": "xml"}, {"GATE_HISTORY": "no"}])
    def test_a_wrong_word_is_refused(
        self, inputs: dict[str, str], place: Callable[[str], Place], runner: Runner
    ) -> None:
        at = place("tested")
        done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), **inputs)
        assert (done.code, done.outputs["verdict"]) == (64, "unknown")


class TestGround:
    @pytest.mark.parametrize("event", ["", "{", "[]", '"text"', '{"pull_request": {"head": {"sha": "HEAD; id"}}}'])
    def test_an_event_that_says_nothing(self, event: str, place: Callable[[str], Place], runner: Runner) -> None:
        at = place("tested")
        done = runner.judge(at.checkout(), "pull_request", event)
        assert (done.code, done.outputs["verdict"]) == (4, "unknown")
        assert "::error title=commitgate::" in done.out

    def test_no_repository(self, runner: Runner, tmp_path: Path) -> None:
        done = runner.judge(Repo(tmp_path), "pull_request", pull_request("a" * 40, "b" * 40))
        assert (done.code, "actions/checkout" in done.out) == (4, True)

    def test_an_installation_that_fails(self, place: Callable[[str], Place], runner: Runner, tmp_path: Path) -> None:
        """By an interpreter without pip, as some systems ship it."""
        at = place("tested")
        fresh, python = tmp_path / "fresh", tmp_path / "python"
        fresh.mkdir()
        python.write_text(
            f"#!/bin/sh\ncase $* in *'-m venv'*) set -- \"$@\" --without-pip ;; esac\nexec '{sys.executable}' \"$@\"\n"
        )
        python.chmod(0o755)
        event = pull_request(at.base, at.head)
        done = runner.judge(at.checkout(), "pull_request", event, RUNNER_TEMP=str(fresh), GATE_PYTHON=str(python))
        assert (done.code, done.outputs["verdict"]) == (4, "unknown")
        assert "No module named pip" in done.said
        assert "could not be installed" in done.out

    def test_no_python_that_is_new_enough(self, place: Callable[[str], Place], runner: Runner, tmp_path: Path) -> None:
        at = place("tested")
        old = tmp_path / "python"
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)
        done = runner.judge(at.checkout(), "pull_request", pull_request(at.base, at.head), GATE_PYTHON=str(old))
        assert (done.code, "Python 3.11" in done.out) == (4, True)

    def test_a_work_tree_of_another_user(self, place: Callable[[str], Place], runner: Runner) -> None:
        """As in a job that runs in a container."""
        if not is_root():
            pytest.skip("only root can give files to another user")
        at = place("tested")
        work = at.checkout()
        for folder, folders, names in os.walk(work.path):
            for name in (".", *folders, *names):
                os.chown(os.path.join(folder, name), 4321, 4321, follow_symlinks=False)
        assert "dubious ownership" in work.git("status", check=False).err
        done = runner.judge(work, "pull_request", pull_request(at.base, at.head))
        assert (done.code, done.outputs["verdict"]) == (0, "pass"), done.said
