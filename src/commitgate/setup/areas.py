"""Proposing areas: from CODEOWNERS, which already says who looks after what, or from the folders of the tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")

# Names that the policy uses for something else, and the most areas that a person still reads.
_RESERVED = {"other", "product", "triggers", "deps", "qa", "security", "principal", "pm", "user"}
_MOST = 12
_SHIPPED = {
    "backend": ("src/backend",),
    "frontend": ("src/frontend",),
    "platform": ("src/infra", ".github"),
    "qa": ("src/tests", "tests"),
}
_PARENTS = ("apps", "packages", "services", "libs", "crates", "modules", "cmd", "src")
_TESTS = ("tests", "test", "e2e", "spec", "src/tests", "src/test")
_PLATFORM = (
    ".github",
    ".gitlab",
    ".circleci",
    "infra",
    "infrastructure",
    "deploy",
    "terraform",
    "k8s",
    "helm",
    "docker",
)
_NOT_SOURCE = {"docs", "doc", "examples", "vendor", "third_party", "node_modules", "pipeline", "assets", "openspec"}
_CODE = re.compile(
    r"\.(py|js|jsx|mjs|ts|tsx|go|rs|java|kt|scala|rb|php|c|h|cc|cpp|hpp|cs|swift|m|ex|exs|clj|sh|sql|vue|svelte|dart|lua|r|jl|hs|ml)$"
)


class Area(NamedTuple):
    """A proposed area. ``reviewed`` is False for tests: no gates and no approvals of their own."""

    name: str
    patterns: tuple[str, ...]
    reviewed: bool = True


class Proposal(NamedTuple):
    """The areas, where they come from (one line for a comment), and what was left out, one line each."""

    areas: tuple[Area, ...]
    source: str
    notes: tuple[str, ...] = ()


def from_codeowners(text: str, path: str) -> Proposal:
    """Areas by owner: every pattern goes to the area named after the first owner of its line."""
    found: dict[str, list[str]] = {}
    notes = []
    section_owners: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = _words(line)
        if not words:
            continue
        if re.match(r"\^?\[", line.lstrip()):  # a section of GitLab: its owners serve the lines that name none
            section_owners = [word for word in words if "@" in word]
            continue
        pattern, owners = words[0], [word for word in words[1:] if "@" in word] or section_owners
        if pattern.startswith(("!", "[")) or not owners:
            notes.append(f"line {number} is left out: {pattern} names no owner or is an exclusion")
        elif pattern in ("*", "**", "/", "/*", "/**"):
            notes.append(
                f"line {number} is left out: {pattern} is every path, which needs one approval anyway (area other)"
            )
        elif pattern.lstrip("/").startswith("pipeline"):
            notes.append(f"line {number} is left out: {pattern} belongs to the process, not to an area")
        else:
            found.setdefault(_name(owners[0]), []).append(pattern)
    areas = [Area(name, tuple(dict.fromkeys(patterns)), name != "qa") for name, patterns in found.items()]
    return Proposal(tuple(areas), f"proposed from {path}, one area for each owner", tuple(notes))


def _words(line: str) -> list[str]:
    """The words of a CODEOWNERS line: a comment ends it, a backslash keeps a space inside a pattern."""
    words = re.findall(r"(?:\\.|[^\s\\])+", line)
    for position, word in enumerate(words):
        if word.startswith("#"):
            return words[:position]
    return words


def _name(owner: str) -> str:
    """An area's name for ``@org/backend-team``, ``@alice`` or ``alice@example.com``."""
    base = owner.split("/")[-1] if owner.startswith("@") else owner.split("@")[0]
    slug = re.sub(r"[^a-z0-9]+", "-", base.casefold().lstrip("@")).strip("-")
    slug = re.sub(r"^(team-|the-|dev-)|(-team|-devs|-developers|-owners|-reviewers|-maintainers)$", "", slug)
    if slug in ("qa", "test", "tests", "testing", "quality"):
        return "qa"
    return _usable(slug)


def _usable(slug: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", slug.casefold()).strip("-") or "area"
    if not slug[0].isalpha():
        slug = f"area-{slug}"
    slug = slug[:50].rstrip("-")
    return f"{slug}-area" if slug in _RESERVED else slug


def from_tree(paths: Iterable[str]) -> Proposal:
    """Areas by folder. ``paths``: every tracked path. No area when nothing looks like source in folders."""
    listed = list(paths)
    folders = {folder for path in listed for folder in _parents(path)}
    if {"src/backend", "src/frontend"} & folders:
        areas = [
            Area(name, tuple(f"/{folder}/**" for folder in where), name != "qa")
            for name, where in _SHIPPED.items()
            if any(folder in folders for folder in where)
        ]
        return Proposal(tuple(areas), "found in the tree")
    code = Counter(folder for path in listed if _CODE.search(path) for folder in _parents(path))
    source = _children(code) or [folder for folder in code if "/" not in folder and _is_source(folder)]
    if len(source) > _MOST:  # too many to review one by one: the folders above them
        source = list(dict.fromkeys(folder.split("/")[0] for folder in source))
    ends = Counter(folder.split("/")[-1] for folder in source)
    areas = []
    for folder in sorted(source):
        last = folder.split("/")[-1]
        areas.append(Area(_usable(last if ends[last] == 1 else folder), (f"/{folder}/**",)))
    areas = _joined(areas)
    taken = {area.name for area in areas}
    platform = [folder for folder in _PLATFORM if folder in folders and folder not in source]
    if platform and "platform" not in taken:
        areas.append(Area("platform", tuple(f"/{folder}/**" for folder in platform)))
    tests = [folder for folder in _TESTS if folder in folders]
    if tests:
        areas.append(Area("qa", tuple(f"/{folder}/**" for folder in tests), reviewed=False))
    return Proposal(tuple(areas), "proposed from the folders of the tree")


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:2] if path.count("/") > 1 else path.split("/")[:1] if "/" in path else []
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _children(code: Counter[str]) -> list[str]:
    return [
        folder
        for folder in code
        if folder.count("/") == 1 and folder.split("/")[0] in _PARENTS and folder not in _TESTS
    ]


def _is_source(folder: str) -> bool:
    return not folder.startswith((".", "_")) and folder not in (*_NOT_SOURCE, *_TESTS, *_PLATFORM)


def _joined(areas: list[Area]) -> list[Area]:
    """Areas whose names came out alike, as one."""
    joined: dict[str, Area] = {}
    for area in areas:
        known = joined.get(area.name)
        joined[area.name] = area if known is None else known._replace(patterns=known.patterns + area.patterns)
    return list(joined.values())
