"""The options before the command: -C, and who decides about colour."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commitgate.report import terminal
from story import Story
from support import Repo, run

PAINT = "\033["


@pytest.fixture(autouse=True)
def undecided() -> None:
    terminal.choose(terminal.AUTO)


class TestFolder:
    def gate(self, cwd: Path, *arguments: str) -> tuple[int, str, str]:
        done = run(sys.executable, "-m", "commitgate", *arguments, cwd=cwd)
        return done.code, done.out, done.err

    def test_it_is_as_if_started_there(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("built")
        inside = self.gate(told.path, "status", "--json")
        assert inside[0] == 0
        assert json.loads(inside[1])["run"]["id"] == "reset-1"
        assert self.gate(tmp_path, "-C", "story", "status", "--json") == inside
        assert self.gate(Path("/"), "-C", str(told.path), "status", "--json") == inside

    def test_each_one_starts_from_the_one_before(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("built")
        inside = self.gate(told.path, "status", "--json")
        assert self.gate(tmp_path, "-C", "story", "-C", "src", "-C", "..", "status", "--json") == inside
        assert self.gate(Path("/"), "-C", "nowhere", "-C", str(told.path), "status")[0] == 64

    def test_an_empty_one_changes_nothing(self, story: Callable[[str], Story]) -> None:
        told = story("built")
        assert self.gate(told.path, "-C", "", "status", "--json") == self.gate(told.path, "status", "--json")

    def test_paths_are_seen_from_there(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("built")
        gate = "pipeline/gates/stage-01.json"
        assert self.gate(tmp_path, "-C", "story", "validate", gate) == self.gate(told.path, "validate", gate)
        self.gate(tmp_path, "-C", "story", "check", "--format", "json", "--output", "report.json")
        assert (told.path / "report.json").exists()

    @pytest.mark.parametrize("folder", ["nowhere", "a\nb\033[31m", "file"])
    def test_what_is_no_folder_is_refused(self, folder: str, repo: Repo) -> None:
        repo.write("file", "")
        code, out, err = self.gate(repo.path, "-C", folder, "status")
        assert (code, out) == (64, "")
        assert err.startswith("git gate: cannot change to ")
        assert "\033" not in err
        assert len(err.splitlines()) == 2

    def test_through_git_it_follows_the_one_of_git(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("built")
        script = tmp_path / "bin" / "git-gate"
        script.parent.mkdir()
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -m commitgate "$@"\n')
        script.chmod(0o755)
        path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
        done = run("git", "-C", str(tmp_path), "gate", "-C", "story", "status", "--json", cwd="/", env={"PATH": path})
        assert json.loads(done.out) == json.loads(told.gate("status", "--json").out)


def on_terminal(command: list[str], cwd: Path, **variables: str) -> str:
    """What a command prints when both of its streams are a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    with subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    return said.decode()


class TestColour:
    @pytest.mark.parametrize(
        ("options", "variables", "piped", "terminal"),
        [
            ([], {}, False, True),
            ([], {"NO_COLOR": "1"}, False, False),
            ([], {"NO_COLOR": ""}, False, True),
            ([], {"TERM": "dumb"}, False, False),
            (["--color", "auto"], {}, False, True),
            (["--color=never"], {}, False, False),
            (["--color=always"], {}, True, True),
            (["--color=always"], {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        ],
    )
    def test_who_decides(
        self,
        options: list[str],
        variables: dict[str, str],
        piped: bool,
        terminal: bool,
        story: Callable[[str], Story],
    ) -> None:
        told = story("built")
        for words in (["status"], ["check", "--ready"]):
            command = [sys.executable, "-m", "commitgate", *options, *words]
            assert (PAINT in run(*command, cwd=told.path, env=variables).out) is piped, words
            assert (PAINT in on_terminal(command, told.path, **variables)) is terminal, words

    def test_a_file_is_never_painted(self, story: Callable[[str], Story], tmp_path: Path) -> None:
        told = story("built")
        told.gate("--color", "always", "check", "--ready", "--output", str(tmp_path / "answer"))
        assert PAINT not in (tmp_path / "answer").read_text()

    def test_a_hook_asks_about_its_own_stream(self, story: Callable[[str], Story]) -> None:
        told = story("requirements")
        told.write("src/backend/early.js", "early\n")
        told.git("add", "-A")
        assert PAINT not in told.git("commit", "-m", "early", check=False).err
        command = ["git", "commit", "-m", "early"]
        assert f"{PAINT}31merror" in on_terminal(command, told.path)
        assert PAINT not in on_terminal(command, told.path, NO_COLOR="1")

    def test_a_refusal_is_painted_as_well(self, repo: Repo) -> None:
        repo.write(".gates.yaml", "no_such_key: 1\n")
        for command in (["status"], ["check"]):
            assert PAINT in repo.gate("--color", "always", *command).out
            assert PAINT not in repo.gate(*command).out

    def test_another_word_is_refused(self, repo: Repo) -> None:
        assert repo.gate("--color", "sometimes", "status").code == 64

    def test_one_call_does_not_decide_for_the_next(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        from commitgate import cli

        monkeypatch.chdir(repo.path)
        cli.run(["--color", "always", "explain", "order/early-work"])
        assert terminal.coloured()
        cli.run(["explain", "order/early-work"])
        assert not terminal.coloured()

    @pytest.mark.parametrize(("words", "painted"), [((), False), (("--color", "always"), True)])
    def test_the_demonstration_asks_the_same_place(self, words: tuple[str, ...], painted: bool) -> None:
        program = (
            "import sys; from commitgate.report import terminal; from commitgate.demo.screen import console\n"
            "terminal.choose(sys.argv[1]); console().print('[bold]x[/bold]')"
        )
        said = run(sys.executable, "-c", program, words[-1] if words else "auto", cwd="/", env={"FORCE_COLOR": "1"})
        assert (PAINT in said.out) is painted
