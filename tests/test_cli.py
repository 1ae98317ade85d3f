"""The command line itself: the page of help, exit codes, and what happens when something breaks."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from commitgate import __version__, cli
from commitgate.commands import COMMANDS, help_text
from commitgate.errors import CannotDecide, UserError
from support import SOURCE, Repo, run

LISTED = {
    *("init", "install", "uninstall", "doctor", "completion", "demo"),
    *("start", "stage", "pass", "reaffirm", "fold", "derive", "review", "security", "status", "next", "archive"),
    *("budget", "lessons"),
    *("proceed", "resolve", "rule", "adr", "ask", "answer", "waiver"),
    *(
        "check",
        "verify",
        "pre-push",
        "pre-receive",
        "validate",
        "why",
        "explain",
        "log",
        "graph",
        "visualize",
        "summary",
    ),
    "policy",
}

Gate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gate(capfd: pytest.CaptureFixture[str]) -> Gate:
    """``git gate …`` in this process: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(arguments))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes the command ``doctor`` raise."""

    def arrange(error: BaseException) -> None:
        @click.command()
        def command() -> int:
            raise error

        module = importlib.import_module("commitgate.commands.doctor")
        monkeypatch.setattr(module, "command", command)

    return arrange


def test_the_help_lists_every_command_once_with_a_line() -> None:
    text = help_text()
    rows = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2].islower()]
    assert sorted(rows) == sorted(LISTED)
    assert all(len(line) <= 100 for line in text.splitlines())
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "64 ", "130 ", "141 "):
        assert f"\n  {code}" in text


def test_the_page_is_the_same_with_and_without_click(gate: Gate) -> None:
    assert gate("--help") == (0, help_text(), "")
    fast = run(sys.executable, "-m", "commitgate", "-h", cwd="/")
    assert (fast.code, fast.out) == (0, help_text())


def test_the_page_loads_neither_click_nor_a_command() -> None:
    program = "import sys; sys.argv[1:] = ['--help']; from commitgate.__main__ import main; main(); print(*sys.modules)"
    loaded = run(sys.executable, "-c", program, cwd="/").out.splitlines()[-1].split()
    assert "commitgate.commands" in loaded
    assert not [name for name in loaded if name == "click" or name.startswith("commitgate.commands.")]


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_command_exists_and_has_its_own_page(verb: str, gate: Gate) -> None:
    code, out, err = gate(verb, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: git gate {verb}")


def test_every_command_returns_an_exit_code() -> None:
    """A click command that returns nothing would pass whatever happened."""
    for module, _ in COMMANDS.values():
        tree = ast.parse((SOURCE / "commitgate" / "commands" / f"{module}.py").read_text())
        decorated = {
            node: " ".join(ast.unparse(one) for one in node.decorator_list)
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
        assert [node.name for node in decorated if node.name == "command"] == ["command"], module
        answering = [node for node, words in decorated.items() if ".command(" in words]
        assert answering, module
        for node in answering:
            assert isinstance(node.returns, ast.Name), f"{module}: {node.name}"
            assert node.returns.id == "int", f"{module}: {node.name}"


def test_version(gate: Gate) -> None:
    assert gate("--version") == (0, f"git gate {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [(), ("chek",), ("--nope",), ("doctor", "--nope"), ("policy",), ("init", "--ci", "x")]
)
def test_a_wrong_command_line_is_64_and_never_2(arguments: tuple[str, ...], gate: Gate) -> None:
    code, out, err = gate(*arguments)
    assert (code, out) == (64, "")
    assert "git gate" in err


def test_the_nearest_command_is_named(gate: Gate) -> None:
    assert "did you mean 'check'?" in gate("chek")[2]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("wrong", "do this"), 64),
        (CannotDecide("odd", "do this", "engine/revision"), 4),
        (UserError("no", "do this", 2), 2),
    ],
)
def test_an_error_gives_its_message_its_hint_and_its_code(
    error: BaseException, code: int, gate: Gate, broken: Callable[[BaseException], None]
) -> None:
    broken(error)
    assert gate("doctor") == (code, "", f"git gate: {error}\n  hint: do this\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_130(error: BaseException, gate: Gate, broken: Callable[[BaseException], None]) -> None:
    broken(error)
    assert gate("doctor")[0] == 130


def test_a_bug_is_4_with_one_line_and_the_traceback_in_a_file_of_the_git_directory(
    repo: Repo, gate: Gate, broken: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    broken(ZeroDivisionError("a\nb" * 500))
    code, out, err = gate("doctor")
    assert (code, out) == (4, "")
    assert "Traceback" not in err
    assert len(err.splitlines()) == 2
    (written,) = (repo.path / ".git/commitgate").iterdir()
    assert str(written) in err
    assert "ZeroDivisionError" in written.read_text()
    assert "Traceback" in written.read_text()


def test_a_bug_outside_a_repository_is_written_to_the_temporary_folder(
    tmp_path: Path, gate: Gate, broken: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    broken(RuntimeError("x"))
    assert gate("doctor")[0] == 4
    assert [path.name[:6] for path in tmp_path.iterdir()] == ["crash-"]


def test_a_reader_that_has_gone_gives_neither_a_traceback_nor_a_pass(repo: Repo) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "commitgate", "doctor"],
        cwd=repo.path,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize("words", [("doctor",), ("verify", "--format", "json"), ("--help",)])
def test_a_full_device_gives_a_clear_line_and_no_pass(words: tuple[str, ...], repo: Repo) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "commitgate", *words],
            cwd=repo.path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.startswith(b"git gate: the answer could not be written: No space left on device\n")
    assert b"internal error" not in done.stderr


def test_git_finds_the_command(repo: Repo, tmp_path: Path) -> None:
    script = tmp_path / "git-gate"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m commitgate "$@"\n')
    script.chmod(0o755)
    done = repo.git("gate", "--version", env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.out == f"git gate {__version__}\n"


@pytest.mark.parametrize(("words", "shown"), [(["rule", "--adr"], "git gate rule -h"), (["-C"], "git gate -h")])
def test_an_option_without_its_argument_is_a_usage_error_of_its_command(words, shown, repo):
    result = repo.gate(*words)
    assert (result.code, f"{shown} shows the usage" in result.err) == (64, True)
