"""Repositories with the hooks that ``git gate install`` writes, and servers to push to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from story import Story
from support import Repo


@pytest.fixture
def clone(story: Callable[..., Story]) -> Callable[..., Story]:
    """``clone("built")``: the run at a milestone, with every hook installed by the tool itself."""

    def at(milestone: str, *options: str, name: str = "story") -> Story:
        told = story(milestone, name)
        for hook in ("pre-commit", "pre-merge-commit"):
            told.remove(f".git/hooks/{hook}")
        told.gate("install", *options, check=True)
        return told

    return at


@pytest.fixture
def server(tmp_path: Path) -> Callable[..., Repo]:
    """``server(told)``: a bare repository named origin for a clone, which holds its main; ``hook`` installs ours."""

    def make(told: Repo, *, hook: bool = True, branch: str = "main", name: str = "server.git") -> Repo:
        bare = Repo(tmp_path / name)
        told.git("init", "-q", "--bare", "--template=", "-b", branch, str(bare.path))
        told.git("remote", "add", "origin", str(bare.path))
        told.git("push", "-q", "--no-verify", "origin", "main")
        told.git("fetch", "-q", "origin")
        if hook:
            bare.gate("install", "--pre-receive", check=True)
        return bare

    return make
