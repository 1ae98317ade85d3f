"""The ground the other tests stand on: isolation that leaks nothing, and repositories that are copies."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from support import Repo, run


def test_no_configuration_of_the_machine_reaches_a_test(repo: Repo) -> None:
    shown = repo.git("config", "--list", "--show-scope", "--name-only").out
    assert "system" not in shown
    assert "init.defaultbranch" in shown
    assert repo.git("config", "--global", "core.hooksPath", "/nowhere").code == 0
    assert os.environ["HOME"] in os.environ["GIT_CONFIG_GLOBAL"]


def test_a_change_of_the_global_configuration_does_not_outlive_its_test(repo: Repo) -> None:
    assert repo.git("config", "core.hooksPath", check=False).code == 1


def test_two_repositories_of_one_test_are_apart(make_repo: Callable[[str], Repo]) -> None:
    one, two = make_repo("one"), make_repo("two")
    assert one.oid() == two.oid()
    one.write("a", "1")
    one.commit("feat: a", author="dev-backend <backend@example.com>")
    assert one.oid() != two.oid()
    assert one.git("log", "-1", "--format=%an <%ce>").out == "dev-backend <backend@example.com>\n"


@pytest.mark.parametrize(
    "words", [("status",), ("check", "--ready"), ("--color", "always", "status"), ("no-such",), ()]
)
def test_a_command_called_here_says_what_it_says_in_a_process_of_its_own(repo: Repo, words: tuple[str, ...]) -> None:
    before = os.getcwd(), dict(os.environ), sys.stdout, sys.argv
    called = repo.gate(*words, env={"TERM": "xterm"})
    assert (os.getcwd(), dict(os.environ), sys.stdout, sys.argv) == before
    assert called == run(sys.executable, "-m", "commitgate", *words, cwd=repo.path, env={"TERM": "xterm"})
    assert "\033" not in repo.gate("status").said
