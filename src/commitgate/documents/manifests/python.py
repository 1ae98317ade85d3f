"""Dependencies in manifests of Python: pip, pyproject.toml, Pipenv, Poetry, PDM, uv, conda."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commitgate.documents.manifests.tables import blank, entries, read_json, read_yaml, requirement

_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*+\s*+(?:\[[^\]]*+\])?\s*+(.*)")


def _pyproject(text: str) -> Iterable[str]:
    data = tomllib.loads(text)
    project, tool = data.get("project", {}), data.get("tool", {})
    yield from entries(project.get("dependencies"))
    for table in (project.get("optional-dependencies", {}), data.get("dependency-groups", {})):
        for group in table.values():
            yield from entries([one for one in group if isinstance(one, str)])
    yield from entries(data.get("build-system", {}).get("requires"))
    poetry, uv, pdm = tool.get("poetry", {}), tool.get("uv", {}), tool.get("pdm", {})
    groups = [one.get("dependencies") for one in poetry.get("group", {}).values()]
    for one in (poetry.get("dependencies"), poetry.get("dev-dependencies"), *groups, uv.get("dev-dependencies")):
        yield from entries(one)
    yield from (f"source {one}" for one in entries(uv.get("sources")))
    for group in pdm.get("dev-dependencies", {}).values():
        yield from entries(group)
    for environment in tool.get("hatch", {}).get("envs", {}).values():
        yield from entries(environment.get("dependencies"))


def _pipfile(text: str) -> Iterable[str]:
    data = tomllib.loads(text)
    yield from entries(data.get("packages"))
    yield from entries(data.get("dev-packages"))
    yield from (str(one.get("url")) for one in data.get("source", []))


def _pipfile_lock(text: str) -> Iterable[str]:
    data = read_json(text)
    for name, table in data.items():
        if name != "_meta":
            yield from entries(table)


def _uv_lock(text: str) -> Iterable[str]:
    """The same for uv: its own packages are the virtual, editable and local ones."""
    packages = tomllib.loads(text).get("package", [])
    sources: list[Mapping[str, Any]] = [one.get("source", {}) for one in packages]
    own = [one for one, source in zip(packages, sources, strict=True) if source.keys() & {"virtual", "editable"}]
    if not own:
        yield from (str(one["name"]) for one in packages)
    for package in own:
        groups = (package.get("optional-dependencies", {}), package.get("dev-dependencies", {}))
        for some in (package.get("dependencies", []), *(group for table in groups for group in table.values())):
            yield from (str(one["name"]) for one in some)
    for source in sources:
        yield from (blank(f"{key} {source[key]}") for key in ("git", "url", "path") if key in source)


def _python_lock(text: str) -> Iterable[str]:
    """poetry.lock, pdm.lock and pylock.toml do not tell the project's own dependencies from theirs."""
    data = tomllib.loads(text)
    return [str(one["name"]) for one in data.get("package") or data.get("packages") or []]


def _conda(text: str) -> Iterable[str]:
    data = read_yaml(text)
    for one in data.get("dependencies") or []:
        for entry in next(iter(one.values())) if isinstance(one, Mapping) else [one]:
            yield requirement(str(entry))
    yield from (f"channel {one}" for one in data.get("channels") or [])


def requirements(text: str) -> Iterable[str]:
    """pip's format. Names are folded as the index folds them; everything else is a line of its own."""
    for written in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(?<!\S)#.*", "", written)
        line = re.sub(r"--hash=\S++", "", line).strip()
        if not line:
            continue
        match = _REQUIREMENT.fullmatch(line)
        if match is None or "://" in line or match.group(1)[:1] in ("/", "\\", "."):
            yield blank(line)
        else:
            yield requirement(line)


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "pyproject.toml": _pyproject,
    "pipfile": _pipfile,
    "pipfile.lock": _pipfile_lock,
    "poetry.lock": _python_lock,
    "pdm.lock": _python_lock,
    "pylock.toml": _python_lock,
    "uv.lock": _uv_lock,
    "environment.yml": _conda,
    "environment.yaml": _conda,
}
