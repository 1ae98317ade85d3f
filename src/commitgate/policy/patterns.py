"""Many path patterns (gitignore syntax) at once, and which of them decides about a path."""

from __future__ import annotations

import re

from commitgate.policy.globs import FOLDER, ITSELF, NOT, pieces, plain, rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_NAME = re.compile(r"(?:\*\.)?[^*?\[\]\\/!#\s]+\Z")


class Matcher:
    """Patterns in order, "!" included, and which of them decides about a path.

    As git reads its ignore files: the last pattern that means the path itself decides, else the last one that means a
    folder above it.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._tries = [_Try(pattern) for pattern in reversed(list(patterns))]

    def match(self, path: str) -> str | None:
        """The pattern by which the path is meant, None when it is not."""
        above: _Try | None = None
        for one in self._tries:
            found = one.rank(path)
            if found == ITSELF:
                return one.pattern if one.adds else None
            if found and above is None:
                above = one
        return above.pattern if above is not None and above.adds else None


class _Try:
    """One pattern: taken apart when it is plain, else compiled when a path may match it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.adds = not pattern.startswith("!")
        self._glob = plain(pattern.removeprefix("!"))
        self._pieces = pieces(pattern) if self._glob is None else ()
        self._compiled: Any = None

    def rank(self, path: str) -> int:
        if self._glob is not None:
            return rank(self._glob, path)
        if any(piece not in path for piece in self._pieces):
            return NOT
        if self._compiled is None:
            from commitgate.policy.expressions import compile_pattern

            self._compiled = compile_pattern(self.pattern)
        found = self._compiled.match_file(path)
        if found is None:
            return NOT
        return FOLDER if found.match.groupdict().get("ps_d") else ITSELF


class Names:
    """Patterns that only add (no "!"), and which of them matches a path.

    Most patterns of triggers are plain names (``package.json``) or endings (``*.pem``); those mean "any file or
    folder of that name" and are looked up instead of searched for.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._names: set[str] = set()
        others: list[str] = []
        for pattern in patterns:
            if _NAME.match(pattern):
                self._names.add(pattern)
            else:
                others.append(pattern)
        self._others = Matcher(others)

    def match(self, path: str, names: frozenset[str]) -> str | None:
        """The pattern that matches; ``names`` is what :func:`plain_patterns` gives for the path."""
        found = self._names & names
        return min(found) if found else self._others.match(path)


def plain_patterns(path: str) -> frozenset[str]:
    """Every pattern without a slash that is a name or an ending and matches the path."""
    names = path.split("/")
    endings = [f"*{name[at:]}" for name in names for at, character in enumerate(name) if character == "."]
    return frozenset((*names, *endings))
