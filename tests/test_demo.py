"""The demonstration, whole, and its promise to fail when the tool does not behave as scripted."""

from __future__ import annotations

import dataclasses
import io
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from commitgate.demo.actions import Delete, Lay, Swap
from commitgate.demo.play import play
from commitgate.demo.repository import shielded
from commitgate.demo.roles import BACKEND, USER
from commitgate.demo.scenario import FEATURE, STORY
from commitgate.demo.screen import Screen
from commitgate.demo.steps import Accepted, Asked, Refused
from support import Result, run

if TYPE_CHECKING:
    from pathlib import Path

    from commitgate.demo.steps import Step

WALKTHROUGH_REFUSALS = {
    "order/early-work",
    "order/predecessor",
    "security/disagrees",
    "gate/derived-drift",
    "review/mixed-commit",
    "order/escalation-bypassed",
    "gate/pass-needs",
    "order/gate-removed",
    "json/duplicate-key",
}


def gate(*arguments: str, cwd: Path, **variables: str) -> Result:
    return run(sys.executable, "-I", "-m", "commitgate", *arguments, cwd=cwd, env=variables)


def git(path: Path, *arguments: str) -> str:
    return run("git", *arguments, cwd=path, check=True).said


def tell(story: tuple[Step, ...], path: Path) -> tuple[int, str]:
    """Play a story without pauses; exit code and everything that was printed."""
    out = io.StringIO()
    return play(story, FEATURE, Screen(Console(file=out, width=200), pace=0.0), path), out.getvalue()


def first(kind: type[Accepted] | type[Refused]) -> int:
    return next(position for position, step in enumerate(STORY) if isinstance(step, kind))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, _session_isolation: None) -> tuple[Result, Path]:
    """The whole story, started under a hostile configuration and from inside another git command."""
    home = tmp_path_factory.mktemp("home")
    settings = home / "hostile"
    settings.write_text(
        "[core]\n\thooksPath = /nowhere\n[commit]\n\tgpgSign = true\n[init]\n\ttemplateDir = /nowhere\n"
    )
    kept = tmp_path_factory.mktemp("kept") / "repository"
    hostile = {
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_DIR": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere/index",
        "SKIP": "gate",
    }
    return gate("demo", "--fast", "--keep", str(kept), cwd=home, **hostile), kept


class TestWhole:
    def test_everything_comes_out_as_scripted(self, played):
        done, _ = played
        assert done.code == 0, done.said
        assert "all as scripted" in done.out

    def test_the_roles_are_the_authors(self, played):
        _, kept = played
        scripted = Counter(f"{step.role.name} <{step.role.email}>" for step in STORY if isinstance(step, Accepted))
        assert Counter(git(kept, "log", "--format=%an <%ae>").splitlines()) == scripted
        assert scripted.total() == 41

    def test_nothing_is_left_over(self, played):
        _, kept = played
        assert git(kept, "status", "--porcelain") == ""
        assert git(kept, "fsck", "--strict", "--no-dangling", "--no-progress") == ""

    def test_every_refusal_shows_its_rule(self, played):
        done, _ = played
        for step in STORY:
            if isinstance(step, Refused):
                assert step.rule in done.out
                assert step.subject in done.out

    def test_plain_text_when_it_is_no_terminal(self, played):
        done, _ = played
        assert "\x1b" not in done.out
        assert done.err == ""

    def test_says_how_to_look_around(self, played):
        done, kept = played
        assert str(kept) in done.out
        assert "git gate status" in done.out


class TestStory:
    def test_has_the_refusals_of_the_walkthrough(self):
        assert {step.rule for step in STORY if isinstance(step, Refused)} >= WALKTHROUGH_REFUSALS

    def test_shows_that_changed_code_loses_its_approval(self):
        assert any("order/stale" in step.warns for step in STORY if isinstance(step, Accepted))
        assert {step.exits for step in STORY if isinstance(step, Asked)} == {0, 2}


class TestDifferences:
    """Exit 2, with everything the hook said, when something comes out differently."""

    def test_refused_by_another_rule(self, tmp_path):
        position = first(Refused)
        wrong = dataclasses.replace(STORY[position], rule="no/such-rule")
        code, said = tell((*STORY[:position], wrong), tmp_path)
        assert code == 2
        assert "no/such-rule" in said
        assert STORY[position].rule in said.split("different", 1)[1]

    def test_accepted_where_a_refusal_is_scripted(self, tmp_path):
        harmless = Refused(BACKEND, "changes the read-me", (Lay("project"),), "order/early-work")
        code, said = tell((harmless,), tmp_path)
        assert code == 2
        assert "should be refused" in said

    def test_refused_where_a_commit_is_scripted(self, tmp_path):
        position = first(Refused)
        attempt = STORY[position]
        code, said = tell((*STORY[:position], Accepted(attempt.role, attempt.subject, attempt.actions)), tmp_path)
        assert code == 2
        assert attempt.rule in said.split("should be accepted", 1)[1]

    def test_an_empty_commit_is_no_refusal_of_the_tool(self, tmp_path):
        code, said = tell(
            (Accepted(USER, "begins", (Lay("project"),)), Refused(USER, "does nothing", (), "x/y")), tmp_path
        )
        assert code == 2
        assert "x/y" in said

    def test_another_state_than_scripted(self, tmp_path):
        position = first(Refused)
        story = [step for step in STORY[:position] if isinstance(step, Accepted)]
        story[-1] = dataclasses.replace(story[-1], states={"stage-01": "stale"})
        code, said = tell(tuple(story), tmp_path)
        assert code == 2
        assert "stage-01 should be stale" in said

    def test_a_rule_that_is_not_mentioned(self, tmp_path):
        story = (Accepted(USER, "begins", (Lay("project"),), warns=("order/stale",)),)
        code, said = tell(story, tmp_path)
        assert code == 2
        assert "should mention order/stale" in said

    def test_another_answer_than_scripted(self, tmp_path):
        story = (Accepted(USER, "begins", (Lay("project"),)), Asked(USER, "asks", "check --ready", 3))
        code, said = tell(story, tmp_path)
        assert code == 2
        assert "exit 3 expected" in said

    def test_a_story_that_stops_early(self, tmp_path):
        code, said = tell((Accepted(USER, "begins", (Lay("project"),)),), tmp_path)
        assert code == 2
        assert "14 rows" in said

    def test_an_edit_that_finds_nothing_to_edit(self, tmp_path):
        story = (Accepted(USER, "begins", (Lay("project"), Swap("README.md", "not in there", "x"))),)
        code, said = tell(story, tmp_path)
        assert code == 2
        assert "should contain" in said

    def test_the_work_tree_comes_back_after_a_refusal(self, tmp_path):
        position = first(Refused)
        attempt = dataclasses.replace(STORY[position], actions=(*STORY[position].actions, Delete("README.md")))
        code, said = tell((*STORY[:position], attempt), tmp_path)
        assert "different the end" in said, said
        assert code == 2
        assert (tmp_path / "README.md").exists()
        assert not (tmp_path / "src" / "backend" / "auth.js").exists()


class TestCommand:
    def test_refuses_a_directory_with_files_in_it(self, tmp_path):
        (tmp_path / "mine.txt").write_text("mine")
        done = gate("demo", "--keep", str(tmp_path), cwd=tmp_path)
        assert done.code == 64
        assert "not an empty directory" in done.err
        assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]

    def test_refuses_a_file(self, tmp_path):
        (tmp_path / "mine.txt").write_text("mine")
        assert gate("demo", "--keep", str(tmp_path / "mine.txt"), cwd=tmp_path).code == 64

    def test_puts_the_environment_back(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GIT_DIR", "/elsewhere")
        before = dict(os.environ)
        with shielded(tmp_path):
            assert "GIT_DIR" not in os.environ
            assert os.environ["HOME"] == str(tmp_path)
        assert dict(os.environ) == before
