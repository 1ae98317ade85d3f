"""The dependencies that a manifest or lockfile names, so that an added one is told from an upgrade.

A dependency is its name, and where it comes from when that is not the registry: another origin is another dependency.
A lockfile that tells the project's own dependencies from theirs counts its own; one that does not counts every package.
What has no reader is compared line by line with versions and digests blanked: a line that is new is a dependency.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from commitgate.documents.manifests import javascript, markup, others, python
from commitgate.documents.manifests.tables import blank

SIZE_LIMIT = 4 << 20
_READERS = {**javascript.READERS, **python.READERS, **others.READERS, **markup.READERS}
_PIP = (".txt", ".in")


class UnreadableManifest(ValueError):
    """What it names cannot be told; the text says why."""


def added_dependencies(path: str, old: bytes, new: bytes) -> list[tuple[str, int]]:
    """(dependency, line of the new blob or 0) of everything that ``new`` names and ``old`` does not, in its order.

    b"" stands for a blob that is not there. Raises UnreadableManifest when ``new`` cannot be read; of an ``old`` that
    cannot be read nothing is known, so everything in ``new`` counts.
    """
    now = _named(path, new)
    try:
        before = set(_named(path, old))
    except UnreadableManifest:
        before = set()
    text = new.decode("utf-8", "replace").splitlines()
    return [(name, _line(text, name)) for name in dict.fromkeys(now) if name not in before]


def _line(text: list[str], name: str) -> int:
    bare = name.split(" ", 1)[0].rpartition(":")[2].lower()
    return next((number for number, line in enumerate(text, 1) if bare in line.lower()), 0)


def _named(path: str, data: bytes) -> list[str]:
    if not data.strip():
        return []
    if len(data) > SIZE_LIMIT:
        raise UnreadableManifest(f"larger than {SIZE_LIMIT >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableManifest("not UTF-8") from error
    if "\0" in text:
        raise UnreadableManifest("binary")
    try:
        return list(_reader(path)(text))
    except RecursionError as error:
        raise UnreadableManifest("nested too deeply") from error
    except Exception as error:  # whatever a parser says of hostile text: what it names is not known
        raise UnreadableManifest(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:100]


def _reader(path: str) -> Callable[[str], Iterable[str]]:
    name = path.rsplit("/", 1)[-1].lower()
    ending = name[name.rfind(".") :] if "." in name else ""
    known = _READERS.get(name) or _READERS.get(ending)
    if known is not None:
        return known
    if re.fullmatch(r"pylock\..*\.toml", name):
        return _READERS["pylock.toml"]
    if ending in _PIP and ("requirements" in path.lower() or name.startswith("constraints")):
        return python.requirements
    return _by_line


def _by_line(text: str) -> Iterable[str]:
    return (line for written in text.splitlines() if (line := blank(written)) and re.search(r"\w", line))
