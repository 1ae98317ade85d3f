"""Where things stand in a JSON text: the line of a key, or of the value at a path.

The parser of the standard library keeps no positions. Here the text, which is known to be well formed, is
stepped through member by member: what is not asked for is skipped by the C scanner, so a lookup costs a
fraction of a parse and nothing is kept for documents that are fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecoder

PathPart = str | int

_blank = re.compile(r"[ \t\n\r]*").match
# Numbers stay text: a million digits must not be converted only to be skipped.
_skip = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str).raw_decode

# A member whose key has no escape. With what follows it, when the value is a simple one: every gate is read this way,
# and nearly all of a gate is simple.
_member = re.compile(
    r'"([^"\\]*)"[ \t\n\r]*:[ \t\n\r]*'
    r'(?:(?:"[^"\\]*"|[-+.0-9eE]+|true|false|null|\[\])[ \t\n\r]*([,}])[ \t\n\r]*)?'
).match


def line_at(text: str, offset: int) -> int:
    """The 1-based line of an offset."""
    return text.count("\n", 0, offset) + 1


def after_blanks(text: str, offset: int) -> int:
    """The offset of the first character that is no JSON white space, from ``offset`` on."""
    found = _blank(text, offset)
    return found.end() if found else offset


def members(text: str, offset: int) -> Iterator[tuple[PathPart, int, int]]:
    """The members of the object or array that starts at ``offset`` of a well-formed text.

    Yields (key or index, offset of the key or item, offset of the value). A scalar has no members.
    """
    opening = text[offset : offset + 1]
    if opening not in ("{", "["):
        return
    position = after_blanks(text, offset + 1)
    index = 0
    while text[position] not in "]}":
        name: PathPart = index
        value = position
        if opening == "{":
            name, end = _skip(text, position)
            value = after_blanks(text, after_blanks(text, end) + 1)
        yield name, position, value
        _, end = _skip(text, value)
        position = after_blanks(text, end)
        if text[position] == ",":
            position = after_blanks(text, position + 1)
        index += 1


def key_lines(text: str) -> dict[str, int]:
    """The line of each key of the object at the top of a well-formed text."""
    lines: dict[str, int] = {}
    line, counted = 1, 0
    position = after_blanks(text, after_blanks(text, 0) + 1)
    while text[position] != "}":
        found = _member(text, position)
        if found is None:
            return _escaped_key_lines(text)
        line += text.count("\n", counted, position)
        counted = position
        lines[found[1]] = line
        position = found.end()
        if found[2] is None:
            position = after_blanks(text, _skip(text, position)[1])
            if text[position] == ",":
                position = after_blanks(text, position + 1)
        elif found[2] == "}":
            break
    return lines


def _escaped_key_lines(text: str) -> dict[str, int]:
    """The same for a text with an escape in a key."""
    return {str(name): line_at(text, offset) for name, offset, _ in members(text, after_blanks(text, 0))}


class Places:
    """Lines by path in one well-formed text. Every container is stepped through once, however often asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._members: dict[int, dict[PathPart, tuple[int, int]]] = {}

    def line(self, path: tuple[PathPart, ...]) -> int:
        """The line of the key or item at ``path``; of its nearest existing ancestor when it is missing."""
        value = found = after_blanks(self._text, 0)
        for part in path:
            inside = self._inside(value)
            if part not in inside:
                break
            found, value = inside[part]
        return line_at(self._text, found)

    def _inside(self, offset: int) -> dict[PathPart, tuple[int, int]]:
        if offset not in self._members:
            self._members[offset] = {name: (key, value) for name, key, value in members(self._text, offset)}
        return self._members[offset]
