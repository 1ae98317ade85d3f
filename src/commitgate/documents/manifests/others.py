"""Dependencies in manifests of Rust, Go, Ruby, PHP, Dart and Gradle."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commitgate.documents.manifests.tables import blank, entries, mapping, read_json, read_yaml

_RUST = ("dependencies", "dev-dependencies", "build-dependencies")


def _cargo(text: str) -> Iterable[str]:
    data = tomllib.loads(text)
    tables = [data, *data.get("target", {}).values(), data.get("workspace", {})]
    for table in tables:
        for field in _RUST:
            yield from entries(table.get(field))
    for origin, table in data.get("patch", {}).items():
        yield from (f"patch {origin} {one}" for one in entries(table))


def _cargo_lock(text: str) -> Iterable[str]:
    """What the packages of the project itself depend on, and packages of another origin than a registry."""
    packages = tomllib.loads(text).get("package", [])
    own = [one for one in packages if "source" not in one]
    if not own:
        yield from (str(one["name"]) for one in packages)
    for package in own:
        yield from (str(one).split(" ")[0] for one in package.get("dependencies", []))
    yield from (blank(one["source"]) for one in packages if not _of_registry(one.get("source", "registry+")))


def _of_registry(source: str) -> bool:
    return source.startswith(("registry+", "sparse+"))


def _composer(text: str) -> Iterable[str]:
    data = read_json(text)
    yield from entries(data.get("require"))
    yield from entries(data.get("require-dev"))
    yield from (json.dumps(one, sort_keys=True) for one in _listed(data.get("repositories")))


def _listed(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def _composer_lock(text: str) -> Iterable[str]:
    data = read_json(text)
    for field in ("packages", "packages-dev"):
        yield from (str(one.get("name")) for one in data.get(field) or [])


def _pubspec(text: str) -> Iterable[str]:
    data = read_yaml(text)
    for field in ("dependencies", "dev_dependencies", "dependency_overrides"):
        yield from entries(data.get(field))


def _pubspec_lock(text: str) -> Iterable[str]:
    for name, value in mapping(read_yaml(text).get("packages") or {}).items():
        if not isinstance(value, Mapping) or value.get("dependency") != "transitive":
            yield str(name)


def _version_catalog(text: str) -> Iterable[str]:
    data = tomllib.loads(text)
    for field in ("libraries", "plugins"):
        for value in data.get(field, {}).values():
            if isinstance(value, str):
                yield ":".join(value.split(":")[:2])
            else:
                group = f"{value.get('group')}:{value.get('name')}" if "group" in value else ""
                yield str(value.get("module") or value.get("id") or group)


def _go_mod(text: str) -> Iterable[str]:
    """``require``, ``replace`` and ``tool``; one that is marked as indirect counts, because a comment hides nothing."""
    block = ""
    for line in text.splitlines():
        parts = line.split("//", 1)[0].split()
        if not parts:
            continue
        if parts[-1] == "(":
            block = parts[0]
        elif parts[0] == ")":
            block = ""
        else:
            verb, rest = (block, parts) if block else (parts[0], parts[1:])
            if verb in ("require", "tool") and rest:
                yield rest[0]
            elif verb == "replace" and rest:
                yield "replace " + " ".join(part for part in rest if not re.match(r"v\d", part))


def _go_sum(text: str) -> Iterable[str]:
    return (line.split()[0] for line in text.splitlines() if line.strip())


def _gemfile_lock(text: str) -> Iterable[str]:
    """The section DEPENDENCIES is the project's own; sources other than the registry count with their place."""
    section = ""
    for line in text.splitlines():
        if line and not line[0].isspace():
            section = line.strip()
        elif section == "DEPENDENCIES" and line.strip():
            yield line.split()[0].rstrip("!")
        elif line.strip().startswith("remote:"):
            yield f"{section} {line.strip()}"


def _gradle_lock(text: str) -> Iterable[str]:
    for line in text.splitlines():
        if line.count(":") >= 2 and not line.startswith("#"):
            yield ":".join(line.split(":")[:2])


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "cargo.toml": _cargo,
    "cargo.lock": _cargo_lock,
    "go.mod": _go_mod,
    "go.sum": _go_sum,
    "go.work.sum": _go_sum,
    "gemfile.lock": _gemfile_lock,
    "gems.locked": _gemfile_lock,
    "composer.json": _composer,
    "composer.lock": _composer_lock,
    "pubspec.yaml": _pubspec,
    "pubspec.lock": _pubspec_lock,
    "gradle.lockfile": _gradle_lock,
    "libs.versions.toml": _version_catalog,
}
