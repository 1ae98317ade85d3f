"""Bytes of YAML to plain data with line numbers, hostile input safe.

The YAML of a policy comes from whoever opens a pull request, so the reader is narrow: one document, UTF-8, no
anchors or aliases (they multiply a small file into a huge one), no tags (they name types to construct), no
duplicate keys, string keys only. It works on the stream of parser events, so no depth of nesting costs a stack.

Plain scalars follow the core schema of YAML 1.2: ``off``, ``on``, ``yes`` and ``no`` are words, dates are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import yaml

from commitgate.finding import MALFORMED, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SIZE_LIMIT = 256 * 1024
DEPTH_LIMIT = 32
_FINDINGS_LIMIT = 50
_DIGITS_LIMIT = 16

LineMap = dict[tuple[str | int, ...], int]
"""Path of keys and list positions -> 1-based line of that key or list item; ``()`` is the document."""

# libyaml when PyYAML was built with it; the events are the same without, only slower.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


def shown(text: str, limit: int = 80) -> str:
    """Text of a file inside a message: one line, cut, control characters written out."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in cut)


class _Stop(Exception):
    """Reading on makes no sense; the finding that says why is recorded."""


class _Frame:
    """A mapping or sequence that is being read."""

    __slots__ = ("container", "key", "keyed", "path")

    def __init__(self, container: dict[str, object] | list[object], path: tuple[str | int, ...]) -> None:
        self.container = container
        self.path = path
        self.key: str | None = None  # None after a key that was refused: its value is read and dropped
        self.keyed = False


class _Reader:
    def __init__(self, family: str) -> None:
        self.family = family
        self.findings: list[Finding] = []
        self.lines: LineMap = {(): 1}
        self.stack: list[_Frame] = []
        self.root: object = None
        self.documents = 0

    def refuse(self, rule: str, line: int, message: str, hint: str) -> None:
        self.findings.append(Finding(f"{self.family}/{rule}", MALFORMED, message, hint, "", line))
        if len(self.findings) >= _FINDINGS_LIMIT:
            raise _Stop

    def read(self, events: Iterator[Any]) -> None:
        for event in events:
            line = event.start_mark.line + 1
            if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:
                self.place(self.scalar(event, line), line)  # nearly all of them
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.refuse("syntax", line, "a second YAML document, expected one", "remove the '---' line")
                    raise _Stop
            elif isinstance(event, yaml.AliasEvent):
                self.refuse("alias", line, f"alias '*{shown(str(event.anchor))}', expected a value", "write it out")
                self.place(None, line)
            elif isinstance(event, yaml.NodeEvent):
                self.node(event, line)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self.stack.pop()

    def node(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.refuse("alias", line, f"anchor '&{shown(event.anchor)}', expected none", "write repeated values out")
        if event.tag is not None:
            self.refuse("tag", line, f"tag '{shown(event.tag)}', expected none", "write the value without a tag")
        if isinstance(event, yaml.ScalarEvent):
            self.place(self.scalar(event, line), line)
            return
        if len(self.stack) >= DEPTH_LIMIT:
            self.refuse("size", line, f"nested more than {DEPTH_LIMIT} levels deep", "flatten the document")
            raise _Stop
        if self.stack and isinstance(self.stack[-1].container, dict) and not self.stack[-1].keyed:
            self.refuse("syntax", line, "a list or mapping as a key, expected text", "use a plain word as the key")
            raise _Stop
        container: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Frame(container, self.place(container, line)))

    def scalar(self, event: Any, line: int) -> object:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block scalar: always text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text[0].isalpha():
            return text  # no number starts like that
        if _INTEGER.match(text) and len(text.lstrip("+-")) <= _DIGITS_LIMIT:
            return int(text)
        if _FLOAT.match(text) and not _INTEGER.match(text) and math.isfinite(value := float(text)):
            return value
        if _INTEGER.match(text) or _FLOAT.match(text) or _NOT_FINITE.match(text):
            self.refuse("syntax", line, f"number '{shown(text, 40)}' is out of range", "put it in quotes if it is text")
            return None
        return text

    def place(self, value: object, line: int) -> tuple[str | int, ...]:
        """Put a value where it belongs (or take it as a key) and return its path."""
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        frame = self.stack[-1]
        container = frame.container
        path: tuple[str | int, ...]
        if isinstance(container, list):
            path = (*frame.path, len(container))
            container.append(value)
            self.lines[path] = line
            return path
        if not frame.keyed:
            frame.key = self.key(container, frame.path, value, line)
            frame.keyed = True
            return frame.path
        frame.keyed = False
        if frame.key is None:
            return (*frame.path, "")
        container[frame.key] = value
        return (*frame.path, frame.key)

    def key(self, container: dict[str, object], path: tuple[str | int, ...], key: object, line: int) -> str | None:
        if not isinstance(key, str):
            found = "null" if key is None else str(key).lower()
            self.refuse("syntax", line, f"key '{found}' is not text", "put the key in quotes, or use a word")
            return None
        if key in container:
            first = self.lines[(*path, key)]
            message = f"key '{shown(key)}' stands twice (first in line {first})"
            self.refuse("duplicate-key", line, message, "keep one of them")
            return None
        self.lines[(*path, key)] = line
        return key


def load(data: bytes, family: str = "policy") -> tuple[object | None, LineMap, tuple[Finding, ...]]:
    """Read one YAML document of at most 256 KiB.

    Returns the data (None with findings, and for an empty document), the lines of its keys and items, and the
    findings: ``<family>/syntax``, ``duplicate-key``, ``alias``, ``tag``, ``size``, ``encoding``, all MALFORMED.
    """
    reader = _Reader(family)
    try:
        if len(data) > SIZE_LIMIT:
            reader.refuse("size", 0, f"{len(data)} bytes, the limit is {SIZE_LIMIT}", "shorten the file")
            raise _Stop
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            reader.refuse("encoding", line, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
            raise _Stop from None
        reader.read(yaml.parse(data, Loader=_Loader))
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = shown(str(error.problem or error.context or "not YAML"), 200)
        reader.findings.append(
            Finding(f"{family}/syntax", MALFORMED, problem, "correct the YAML", "", mark.line + 1 if mark else 0)
        )
    except yaml.YAMLError as error:
        problem = shown(str(error).splitlines()[0], 200)
        reader.findings.append(Finding(f"{family}/syntax", MALFORMED, problem, "remove the character", "", 0))
    if reader.findings:
        return None, reader.lines, tuple(reader.findings)
    return reader.root, reader.lines, ()


def line_of(lines: LineMap, path: tuple[str | int, ...]) -> int:
    """The line of ``path``, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)
