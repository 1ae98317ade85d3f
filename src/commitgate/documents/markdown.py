"""Markdown as the readers of this package need it: every line with the place it stands in.

Only real text counts in a review or a decision log, and what real text is, CommonMark decides: a line in a
fence, an indented code block, a quote or a comment is none, however it looks. Plain documents are read line by line
(``markdown_plain``); for all others the block structure comes from markdown-it-py and is flattened once
(``markdown_blocks``), so that no reader handles tokens. Lines end at ``\\n`` only.
"""

from __future__ import annotations

import re

from commitgate.documents import markdown_plain
from commitgate.documents.markdown_model import EMPTY, Document
from commitgate.finding import MALFORMED, Finding

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 100_000
MAX_CONTAINERS = 60_000  # list items and quotes opened; each costs the parser about 30 µs
MAX_OPENED = 6  # containers opened on one line

_MARKERS = re.compile(r"[ \t]*(?:>[ \t]*|(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|\Z))+")
_MARKER = re.compile(r"[-*+>]|[0-9]{1,9}[.)]")
_HR = re.compile(r"[ \t]*(?:[-*_][ \t]*)+\Z")


def read(data: bytes, family: str) -> tuple[Document, tuple[Finding, ...]]:
    """The document in ``data``, and what keeps it from being read, as ``<family>/encoding|size|conflict|unclosed``.

    A document that cannot be decoded, that is too large to be read exactly or that holds an unresolved merge comes back
    EMPTY with one finding.
    """
    if len(data) > MAX_BYTES:
        return EMPTY, (_too_large(family, f"{len(data)} bytes; at most {MAX_BYTES} are read"),)
    text, problem = _decode(data)
    if problem:
        message = f"{problem}; expected UTF-8 text"
        return EMPTY, (Finding(f"{family}/encoding", MALFORMED, message, "save the file as UTF-8"),)
    lines = split(text)
    if len(lines) > MAX_LINES:
        return EMPTY, (_too_large(family, f"{len(lines)} lines; at most {MAX_LINES} are read"),)
    conflict = _conflict(lines)
    if conflict:
        message, hint = "an unresolved merge conflict begins here", "resolve it: keep what holds, delete the markers"
        return EMPTY, (Finding(f"{family}/conflict", MALFORMED, message, hint, line=conflict),)
    deep = _too_deep(lines)
    document = EMPTY if deep else _parsed(lines)
    if document is None or deep:
        return EMPTY, (_too_large(family, deep or "lists or quotes nested too deeply to be read exactly"),)
    findings = tuple(
        Finding(
            f"{family}/unclosed",
            MALFORMED,
            f"a {what} is opened here and never closed, so everything after it is hidden",
            "close it with ``` (the same marks that opened it)" if what == "fence" else "close it with -->",
            line=line,
        )
        for what, line in document.unclosed
    )
    return document, findings


def _parsed(lines: list[str]) -> Document | None:
    """The document; None when it is nested too deeply."""
    plain = markdown_plain.parse(lines)
    if plain is not None:
        return plain
    # Importing the parser costs 25 ms or more, so it waits for a document that needs it.
    from commitgate.documents.markdown_blocks import parse

    return parse(lines)


def _conflict(lines: list[str]) -> int:
    """The line where a merge conflict begins that nobody resolved, 0 for none: the text says what both sides say."""
    opened = next((number for number, line in enumerate(lines, 1) if line.startswith("<<<<<<< ")), 0)
    return opened if opened and any(line.startswith(">>>>>>> ") for line in lines[opened:]) else 0


def split(text: str) -> list[str]:
    """The lines of ``text``: ended by LF only, a CR before it dropped, no last empty line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line[:-1] if line.endswith("\r") else line for line in lines]


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", "the file is UTF-16"
    if b"\0" in data:
        return "", f"a NUL byte in line {data.count(10, 0, data.index(0)) + 1}"
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), ""
    except UnicodeDecodeError as error:
        return "", f"bytes that are not UTF-8 in line {data.count(10, 0, error.start) + 1}"


def _too_large(family: str, what: str) -> Finding:
    return Finding(f"{family}/size", MALFORMED, f"the document has {what}", "shorten or flatten it")


def _too_deep(lines: list[str]) -> str:
    """Why the parser would need too long, or "". Counts what the lines open, before anything is parsed."""
    opened = 0
    for number, line in enumerate(lines, 1):
        found = _MARKERS.match(line)
        if found and not _HR.match(line):
            here = len(_MARKER.findall(line, 0, found.end()))
            if here > MAX_OPENED:
                return f"{here} lists or quotes opened at once in line {number}; at most {MAX_OPENED} are read"
            opened += here
    return f"{opened} list items and quotes; at most {MAX_CONTAINERS} are read" if opened > MAX_CONTAINERS else ""
