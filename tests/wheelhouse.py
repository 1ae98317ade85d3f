"""Wheels made from what is installed here, so that a test can install the project in a fresh environment offline.

An installed distribution lists its files; packed together they are the wheel they came from, without its scripts.
"""

from __future__ import annotations

import re
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support import run

_BUILD = "import sys, hatchling.build as build; print(getattr(build, 'build_' + sys.argv[1])(sys.argv[2]))"


def closure(*requirements: str) -> list[metadata.Distribution]:
    """What is installed for the requirements and everything they need, without extras."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.distribution(name)
        waiting.extend(found[name].requires or ())
    return list(found.values())


def build(folder: Path, *requirements: str) -> Path:
    """Fill ``folder`` with a wheel for each distribution of the closure; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for distribution in closure(*requirements):
        _pack(distribution, folder)
    return folder


def build_project(kind: str, source: Path, target: Path) -> Path:
    """Build the ``wheel`` or the ``sdist`` of this project as pip and build do, without their isolated environment."""
    target.mkdir(exist_ok=True)
    done = run(sys.executable, "-c", _BUILD, kind, target, cwd=source, check=True)
    return target / done.out.splitlines()[-1]


def _pack(distribution: metadata.Distribution, folder: Path) -> None:
    wheel = distribution.read_text("WHEEL") or ""
    tags = re.findall(r"^Tag: (\S+)$", wheel, re.MULTILINE)
    name = re.sub(r"[-_.]+", "_", distribution.metadata["Name"]).lower()
    # One tag of each kind is enough: pip reads the name, and what was installed here fits this interpreter.
    target = folder / f"{name}-{distribution.version}-{tags[0]}.whl"
    record = []
    with zipfile.ZipFile(target, "w") as archive:
        for file in distribution.files or ():
            if ".." in file.parts or file.suffix == ".pyc" or file.name in ("RECORD", "INSTALLER", "direct_url.json"):
                continue
            archive.write(str(file.locate()), str(file))
            record.append(f"{file},,")
            if file.name == "METADATA":
                listing = f"{file.parent}/RECORD"
        archive.writestr(listing, "\n".join([*record, f"{listing},,", ""]))
