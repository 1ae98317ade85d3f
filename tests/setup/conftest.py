"""A stand-in for the engine, and ``git gate`` in this process: these tests are about the way to the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commitgate.cli import run as run_gate
from commitgate.setup import shims
from support import Repo


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A start script that records how it was called: these tests are about the way to it, not about its verdict."""
    script = tmp_path / "start it's.py"
    script.write_text(
        "import sys\n"
        "open('seen.txt', 'a').write('gate:' + ' '.join(sys.argv[1:]) + '\\n')\n"
        "sys.exit(2 if 'refuse' in open('README.md').read() else 0)\n"
    )
    monkeypatch.setattr(shims, "start_script", lambda: str(script))
    return script


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """``git gate <verb> …`` in this process and in the folder of a repository: exit code and what was said."""

    def call(where: Repo | Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.chdir(where.path if isinstance(where, Repo) else where)
        capfd.readouterr()
        code = run_gate(list(arguments or ("install",)))
        said = capfd.readouterr()
        return code, said.out + said.err

    return call
