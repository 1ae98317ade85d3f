"""The parser that draws the diagrams on GitHub and elsewhere, for tests: ``npm ci`` in ``mermaid/`` installs it.

    npm ci --prefix tests/ecosystem/mermaid --ignore-scripts

``.ci/run`` does so; where it has not been done, the tests that need it are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support import run

_FOLDER = Path(__file__).parent / "mermaid"
_NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
_FENCE = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)

needed = pytest.mark.skipif(
    _NODE is None or not (_FOLDER / "node_modules" / "mermaid").is_dir(),
    reason=f"npm ci --prefix {_FOLDER} --ignore-scripts",
)


def parsed(diagrams: Sequence[str]) -> list[dict[str, Any]]:
    """What the parser makes of each: ``type``, ``states`` and ``edges``, or ``error``."""
    assert _NODE is not None
    done = run(_NODE, _FOLDER / "parse.mjs", cwd=_FOLDER, check=True, feed=json.dumps(diagrams).encode())
    answers: list[dict[str, Any]] = json.loads(done.out)
    assert len(answers) == len(diagrams)
    return answers


def fenced(markdown: str) -> list[str]:
    """The diagrams of a page."""
    return _FENCE.findall(markdown)
