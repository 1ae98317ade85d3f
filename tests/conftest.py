"""What every test shares: isolation from the machine, and repositories made by copying one template."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from story import Library, Story
from support import SOURCE, Repo, make_template

# The same examples on every machine: a property that fails once fails always. Time is not what is tested.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("repeatable")

IDENTITY = {
    "GIT_AUTHOR_NAME": "Test Author",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Test Author",
    "GIT_COMMITTER_EMAIL": "author@example.com",
}
# The last two of core: a copied repository is as clean as the one it was copied from, though its files are others.
SETTINGS = """\
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
[maintenance]
\tauto = false
[gc]
\tauto = 0
[core]
\tfsync = none
\tcheckStat = minimal
\ttrustctime = false
[protocol "file"]
\tallow = always
"""
MEMORY = "/dev/shm"
ROOM = 2 << 30  # bytes; all tests together take a fraction of it
# Variables that change what a tested process prints or finds; the machine's values must not reach a test.
FOREIGN_PREFIXES = ("GIT_", "PRE_COMMIT", "PREK_", "GITHUB_", "GATE_", "COMMITGATE_")
FOREIGN = {
    "CI",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "SKIP",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "ENV",
    "BASH_ENV",
    "PYTHONDONTWRITEBYTECODE",
}


def pytest_configure(config: pytest.Config) -> None:
    """Let the tests' folders be in memory, where there is room and nobody has asked for another place."""
    asked = config.option.basetemp or "TMPDIR" in os.environ
    if not asked and os.access(MEMORY, os.W_OK):
        about = os.statvfs(MEMORY)
        if about.f_bavail * about.f_frsize >= ROOM and not about.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


def _clean(patch: pytest.MonkeyPatch) -> None:
    """What is the same for all tests."""
    for name in list(os.environ):
        if name.startswith(FOREIGN_PREFIXES) or name in FOREIGN:
            patch.delenv(name)
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("GIT_TERMINAL_PROMPT", "0")
    patch.setenv("LC_ALL", "C.UTF-8")
    patch.setenv("TZ", "UTC")
    # Where an installed manual page would be, so that doctor has no reason to speak of it.
    patch.setenv("MANPATH", f"{sys.prefix}/share/man:")
    # A process started by a test finds this checkout, whether or not it is installed.
    patch.setenv("PYTHONPATH", str(SOURCE))
    for name, value in IDENTITY.items():
        patch.setenv(name, value)


def _move_in(patch: pytest.MonkeyPatch, home: Path) -> None:
    """A home with an empty git configuration, and a folder for temporary files that goes when the home goes."""
    settings, temporary = home / "gitconfig", home / "tmp"
    settings.write_text(SETTINGS)
    temporary.mkdir()
    patch.setenv("HOME", str(home))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    patch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    patch.setenv("TMPDIR", str(temporary))
    patch.setattr(tempfile, "tempdir", str(temporary))


@pytest.fixture(scope="session", autouse=True)
def _session_isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures of session scope make repositories too: they need the same clean ground."""
    mask = os.umask(0o022)
    with pytest.MonkeyPatch.context() as patch:
        _clean(patch)
        _move_in(patch, tmp_path_factory.mktemp("home"))
        yield
    os.umask(mask)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folders of the tests to come, not yet made."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def isolation(homes: Iterator[Path], _session_isolation: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for every test, an empty git configuration, no inherited GIT_*. Gives the home."""
    home = next(homes)
    home.mkdir()
    _move_in(monkeypatch, home)
    return home


@pytest.fixture(scope="session")
def template_repository(tmp_path_factory: pytest.TempPathFactory, _session_isolation: None) -> Repo:
    """Built once for each process; never change it, copy it."""
    return make_template(tmp_path_factory.mktemp("template") / "repo")


@pytest.fixture
def make_repo(tmp_path: Path, template_repository: Repo) -> Callable[..., Repo]:
    """A factory: each call gives a fresh copy of the template, under the name given."""

    def make(name: str = "repo") -> Repo:
        target = tmp_path / name
        shutil.copytree(template_repository.path, target, symlinks=True)
        return Repo(target)

    return make


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """One repository on ``main`` with one commit."""
    return make_repo()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, template_repository: Repo) -> Library:
    """The run's milestones, told once for each process."""
    return Library(tmp_path_factory.mktemp("library"), template_repository)


@pytest.fixture
def story(library: Library, tmp_path: Path) -> Callable[[str], Story]:
    """``story("built")`` gives a copy of the run at that milestone."""

    def at(milestone: str, name: str = "story") -> Story:
        return library.copy(milestone, tmp_path / name)

    return at
