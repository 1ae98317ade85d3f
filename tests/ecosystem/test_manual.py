"""The manual page: in step with the help, well-formed, found after an installation, and asked for when it is not."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

import man_page
from commitgate.commands import COMMANDS, help_text
from commitgate.setup import manual
from support import CHECKOUT, Repo, run

PAGE = CHECKOUT / "docs" / man_page.NAME


def rendered(*command: str) -> str:
    """The page as a reader sees it, without the marks for bold and underlined."""
    done = run(*command, cwd=CHECKOUT, env={"MANWIDTH": "300", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"})
    assert (done.code, done.err) == (0, "")
    return re.sub(r"\033\[[0-9;]*m|.\x08", "", done.out)


def test_it_is_in_step_with_what_it_is_made_from() -> None:
    assert PAGE.read_text() == man_page.page(), "run: python tests/docs_pages.py"


def test_every_command_option_and_exit_code_is_in_it() -> None:
    page = PAGE.read_text().replace("\\-", "-")
    for verb in COMMANDS:
        assert f"\\fBgit gate {verb}\\fR" in page
    for code, meaning in re.findall(r"^  (\d+) +(.+)$", help_text(), re.MULTILINE):
        assert f"\\fB{code}\\fR\n{meaning}" in page
    for option in ("-C DIR", "--color WHEN", "--version"):
        assert f"\\fB{option}\\fR" in page


def test_man_renders_it_without_a_complaint() -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed here")
    said = rendered("man", "--warnings", "-l", str(PAGE))
    assert "git-gate - a staged delivery pipeline, enforced by git itself" in said
    assert "git gate pass [OPTIONS] STAGE" in said
    assert 'zsh:  git gate completion zsh > "${fpath[1]}/_git-gate"' in said


def test_groff_renders_it_without_a_complaint() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed here")
    assert "EXIT STATUS" in rendered("groff", "-man", "-Tutf8", "-ww", str(PAGE))


@pytest.mark.parametrize("text", [".TH evil", "'br", "\\fBx", "a\\\\", "`x' ^~-", "…"])
def test_no_text_is_a_command_of_roff(text: str, tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed here")
    page = tmp_path / "page.1"
    page.write_text(f".TH X 1\n.SH NAME\nx\n.PP\n{man_page._text(text)}\n")
    assert text in rendered("groff", "-man", "-Tutf8", "-ww", "-k", str(page))


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A place where the page is installed, beside a folder of programs with ``git-gate`` in it."""
    folder = tmp_path / "prefix"
    (folder / "share/man/man1").mkdir(parents=True)
    shutil.copy(PAGE, folder / "share/man/man1")
    (folder / "bin").mkdir()
    script = folder / "bin/git-gate"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m commitgate "$@"\n')
    script.chmod(0o755)
    return folder


@pytest.mark.parametrize("words", [("help", "gate"), ("gate", "--help")])
def test_git_shows_it(words: tuple[str, str], prefix: Path, repo: Repo) -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed here")
    settings = {
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "MANPATH": f"{prefix}/share/man:",
        "MANPAGER": "cat",
        "PAGER": "cat",
    }
    done = repo.git(*words, env=settings)
    assert "GIT-GATE(1)" in re.sub(r".\x08", "", done.out)


class TestDoctor:
    @pytest.fixture(autouse=True)
    def needs_man(self) -> None:
        if shutil.which("man") is None:
            pytest.skip("man is not installed here")

    def test_it_names_the_line_to_add(self, prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(manual, "_FOLDER", str(prefix / "share/man"))
        monkeypatch.setenv("MANPATH", "/nowhere")
        (remark,) = manual.examine()
        assert remark.level < 0, "nothing is wrong with the gate itself"
        (line,) = re.findall(r"export MANPATH=.+", remark.hint)
        # The line does what it promises.
        shown = run("sh", "-c", f"{line}; man -w git-gate", cwd=prefix, check=True).out
        assert shown.startswith(str(prefix))

    def test_it_is_silent_when_man_finds_it(self, prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(manual, "_FOLDER", str(prefix / "share/man"))
        monkeypatch.setenv("MANPATH", f"{prefix}/share/man:")
        assert manual.examine() == []

    def test_it_is_silent_where_no_page_was_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(manual, "_FOLDER", str(tmp_path))
        assert manual.examine() == []

    def test_the_note_leaves_the_exit_code_alone(
        self, repo: Repo, prefix: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        from commitgate import cli

        repo.gate("install", check=True)
        monkeypatch.chdir(repo.path)
        monkeypatch.setenv("MANPATH", "/nowhere")
        assert cli.run(["doctor"]) == 0
        monkeypatch.setattr(manual, "_FOLDER", str(prefix / "share/man"))
        assert cli.run(["doctor"]) == 0
        said = capfd.readouterr().out
        assert "note     manual:" in said
        assert "export MANPATH=" in said
