"""Dependencies in manifests of JavaScript: npm, yarn's and pnpm's lockfiles, Bun, Deno."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commitgate.documents.manifests.tables import blank, elsewhere, entries, mapping, nested, read_json, read_yaml

_TABLES = (
    "dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "overrides", "resolutions",
    "catalog", "catalogs", "pnpm", "packageExtensions",
)  # fmt: skip
# Strings, else comments, else commas before an end; what is not closed goes to the end, so nothing is read twice.
_COMMENTS = re.compile(r'("(?:[^"\\]|\\.)*+"?)|//[^\n]*+|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMAS = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)


def _read_jsonc(text: str) -> Mapping[str, Any]:
    """JSON with comments and trailing commas, as Deno writes it; strings are left alone."""
    bare = _COMMENTS.sub(lambda match: match.group(1) or "", text)
    return read_json(_COMMAS.sub(lambda match: match.group(1) or "", bare))


def _package_json(text: str) -> Iterable[str]:
    data = read_json(text)
    for field in _TABLES:
        yield from nested(field, data.get(field))
    for field in ("bundledDependencies", "bundleDependencies"):
        bundled = data.get(field)
        yield from (f"{one}" for one in bundled if isinstance(one, str)) if isinstance(bundled, list) else ()


def _package_lock(text: str) -> Iterable[str]:
    data = read_json(text)
    packages = data.get("packages")
    if isinstance(packages, Mapping) and isinstance(packages.get(""), Mapping):
        for path, value in packages.items():
            if "node_modules" not in path and isinstance(value, Mapping):  # the project and its workspaces
                for field in _TABLES:
                    yield from entries(value.get(field))
        yield from (origin for value in packages.values() if (origin := _origin(value)))
        return
    for table in (packages, data.get("dependencies")):
        if isinstance(table, Mapping):
            yield from (str(name).rpartition("node_modules/")[2] for name in table if name)


def _origin(value: Any) -> str:
    """Where a locked package is fetched from, when that is not the registry."""
    resolved = value.get("resolved") if isinstance(value, Mapping) else None
    if not isinstance(resolved, str) or not elsewhere(resolved):
        return ""
    return re.sub(r"(?<=://)([^/]*)/.*", r"\1", resolved) if resolved.startswith("http") else blank(resolved)


def _pnpm_lock(text: str) -> Iterable[str]:
    data = read_yaml(text)
    importers = data.get("importers")
    for importer in importers.values() if isinstance(importers, Mapping) else [data]:
        for field in _TABLES[:4]:
            table = importer.get(field) if isinstance(importer, Mapping) else None
            yield from (str(name) for name in table) if isinstance(table, Mapping) else ()


def _pnpm_workspace(text: str) -> Iterable[str]:
    data = read_yaml(text)
    for field in _TABLES:
        yield from nested(field, data.get(field))


def _deno(text: str) -> Iterable[str]:
    data = _read_jsonc(text)
    yield from nested("imports", data.get("imports"))
    yield from nested("scopes", data.get("scopes"))
    yield from (str(name).rpartition("@")[0] or str(name) for name in mapping(data.get("npm") or {}))
    yield from (blank(str(name)) for name in mapping(data.get("remote") or {}))


def _yarn_lock(text: str) -> Iterable[str]:
    """Every package of either format of yarn: a line without indentation that ends in a colon."""
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#") and line.rstrip().endswith(":"):
            for one in line.rstrip().rstrip(":").replace('"', "").split(","):
                name, _, wanted = one.strip().rpartition("@")
                if name and name != "__metadata":
                    origin = wanted if "://" in wanted or wanted.startswith(("git", "file:", "github:")) else ""
                    yield f"{name} {blank(origin)}".strip()


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "package.json": _package_json,
    "package-lock.json": _package_lock,
    "npm-shrinkwrap.json": _package_lock,
    "bower.json": _package_json,
    "yarn.lock": _yarn_lock,
    "pnpm-lock.yaml": _pnpm_lock,
    "pnpm-workspace.yaml": _pnpm_workspace,
    "deno.json": _deno,
    "deno.jsonc": _deno,
    "deno.lock": _deno,
    "import_map.json": _deno,
}
