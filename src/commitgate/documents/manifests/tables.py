"""What the readers of manifests share: names of dependencies with their origins, and tables that hold them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_ORIGIN = re.compile(
    r"://|^(?:git|github|gitlab|bitbucket|file|link|portal|patch|npm|workspace|jsr|http)[:+]|^\.{0,2}/"
)
_DEPTH = 32
# A version as such, not the digits of a name; and a digest that goes with it.
_VERSION = re.compile(r"(?<![\w.])v?\d++(?:\.[0-9A-Za-z*]+)*+(?:[-+][0-9A-Za-z.-]+)*+(?!\w)")
_OPERATOR = re.compile(r"(?<![~^<>=!])[~^<>=!]++\s*+(?=#)")
_DIGEST = re.compile(r"\b(?:sha\d+[-:=][\w+/-]++={0,2}|[0-9a-f]{32,64}+\b)")


def blank(text: str) -> str:
    """The text without what an upgrade changes: versions, their operators, and digests."""
    return _OPERATOR.sub("", _VERSION.sub("#", _DIGEST.sub("#", text))).strip()


def requirement(text: str) -> str:
    """The folded name of one requirement of PyPI, with its origin when it names one."""
    name, _, rest = text.partition("@")
    bare = re.split(r"[\s\[;(<>=!~]", name.strip(), maxsplit=1)[0]
    folded = re.sub(r"[-_.]+", "-", bare).lower()
    return f"{folded} {blank(rest)}".strip()


def elsewhere(text: str) -> bool:
    """Whether what stands in the place of a version names another origin than the registry."""
    return bool(_ORIGIN.search(text))


def keyed(name: str, value: Any) -> str:
    """A dependency by its key, with its origin when the value names another one than the registry."""
    if isinstance(value, Mapping):
        said = {key: one for key, one in value.items() if key in ("git", "path", "url", "registry", "package", "file")}
        texts = [f"{key} {one}" for key, one in sorted(said.items())]
    else:
        texts = [value] if isinstance(value, str) and elsewhere(value) else []
    return " ".join([name, *(blank(text) for text in texts)])


def entries(table: Any) -> Iterable[str]:
    """The keys of a mapping of dependencies, or the requirements of a list."""
    if isinstance(table, Mapping):
        for name, value in table.items():
            yield keyed(str(name), value)
    elif isinstance(table, list):
        for one in table:
            if isinstance(one, str):
                yield requirement(one)
            elif isinstance(one, Mapping):
                yield from entries(one)


def nested(name: str, value: Any) -> Iterable[str]:
    """Tables in tables (overrides, catalogs), and lists of plain names."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from nested(str(key), one)
    elif isinstance(value, list):
        yield from (str(one) for one in value if isinstance(one, str))
    elif value is not None:
        yield keyed(name, value)


def mapping(data: Any) -> Mapping[str, Any]:
    """The data, which has to be a mapping."""
    if not isinstance(data, Mapping):
        raise ValueError("not a mapping")
    return data


def read_json(text: str) -> Mapping[str, Any]:
    """A JSON object. One with a key that stands twice is refused: readers differ about it."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a key stands twice")
        return made

    return mapping(json.loads(text, object_pairs_hook=once))


def read_yaml(text: str) -> Mapping[str, Any]:
    """A YAML mapping. Aliases and deep nesting are refused before anything is built: both can grow without bounds."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it uses YAML aliases")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEPTH:
            raise ValueError("nested too deeply")
    return mapping(yaml.load(text, Loader=loader))
