"""Patterns of a ``.gates.yaml`` that match nothing in a tree: most often a folder that was renamed, or a typo."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from commitgate.finding import WARNING, Finding
from commitgate.policy import yaml_strict
from commitgate.policy.compile import DEPS
from commitgate.policy.expressions import PatternError, compile_pattern
from commitgate.policy.sources import FILE, Path, Sources
from commitgate.policy.words import normal
from commitgate.policy.yaml_strict import line_of, shown

# What a path and a pattern are made alike by before they are compared: names of areas are compared as they are
# written, those of triggers and manifests without regard to letter case.
_Form = Callable[[str], str]


def matches_nothing(override: bytes, paths: Iterable[str]) -> tuple[Finding, ...]:
    """Warnings ``policy/matches-nothing`` for the patterns that the bytes of an accepted ``.gates.yaml`` write.

    ``paths`` are those of the tree, from the root. Shipped patterns are nobody's mistake and are not looked at, also
    where the file repeats them, as ``git gate init`` does.
    """
    own, lines, problems = yaml_strict.load(override)
    if problems or not isinstance(own, dict):
        return ()
    tree = list(paths)
    shipped = Sources({}, {}).shipped["areas"]
    forms: dict[_Form, list[str]] = {form: [form(path) for path in tree] for form in (_composed, normal)}
    return tuple(
        Finding(
            "policy/matches-nothing",
            WARNING,
            f"pattern '{shown(pattern)}' of {'.'.join(map(str, where[:-1]))} matches no file of this tree",
            "correct it, or remove it when nothing of that name is to come",
            FILE,
            line_of(lines, where),
        )
        for where, pattern, form in _written(own)
        if pattern not in shipped.get(where[1], {}).get("paths", ()) and not _matches(form(pattern), forms[form])
    )


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _written(own: dict[str, Any]) -> Iterator[tuple[Path, str, _Form]]:
    """Every pattern with its place and how it is compared."""
    for name, area in (own.get("areas") or {}).items():
        where: Path = ("areas", name, "paths") if isinstance(area, dict) else ("areas", name)
        given = (area.get("paths") or []) if isinstance(area, dict) else area or []
        for number, pattern in enumerate(given):
            yield (*where, number), pattern, normal if name == DEPS else _composed
    for number, pattern in enumerate(own.get("free") or []):
        yield ("free", number), pattern, _composed
    for name, trigger in ((own.get("security") or {}).get("triggers") or {}).items():
        for number, pattern in enumerate((trigger.get("paths") or []) if isinstance(trigger, dict) else []):
            yield ("security", "triggers", name, "paths", number), pattern, normal


def _matches(pattern: str, tree: list[str]) -> bool:
    """Whether a pattern, or what a negated one takes back, is there at all."""
    try:
        compiled = compile_pattern(pattern.removeprefix("!"))
    except PatternError:
        return True  # refused elsewhere
    return any(compiled.match_file(path) is not None for path in tree)
