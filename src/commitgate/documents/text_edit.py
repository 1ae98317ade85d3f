"""Editing a text by its lines, so that every other byte stays: line endings, a BOM, a missing last newline.

Lines are counted from 1, as the readers count them.
"""

from __future__ import annotations

_BOM = b"\xef\xbb\xbf"


def line_ending(data: bytes) -> bytes:
    """How most lines of ``data`` end."""
    return b"\r\n" if data.count(b"\r\n") * 2 > data.count(b"\n") else b"\n"


def insert(data: bytes, after: int, lines: list[str]) -> bytes:
    """``data`` with ``lines`` inserted below line ``after`` (0: at the start), in the file's own line ending."""
    eol = line_ending(data)
    bom = _BOM if data.startswith(_BOM) else b""
    parts = data.removeprefix(_BOM).split(b"\n")
    head = b"\n".join(parts[:after])
    if after and after < len(parts):
        head += b"\n"
    elif after:
        head += eol
    return bom + head + b"".join(line.encode() + eol for line in lines) + b"\n".join(parts[after:])


def cut(data: bytes, first: int, end: int) -> bytes:
    """``data`` without its lines from ``first`` up to ``end`` (not included); a BOM stays."""
    bom = _BOM if data.startswith(_BOM) else b""
    parts = data.removeprefix(_BOM).split(b"\n")
    return bom + b"".join(part + b"\n" for part in parts[: first - 1]) + b"\n".join(parts[end - 1 :])


def replace(data: bytes, number: int, line: str) -> bytes:
    """``data`` with another text in one line; how that line ends stays."""
    bom = _BOM if data.startswith(_BOM) else b""
    parts = data.removeprefix(_BOM).split(b"\n")
    parts[number - 1] = line.encode() + (b"\r" if parts[number - 1].endswith(b"\r") else b"")
    return bom + b"\n".join(parts)


def lines_of(data: bytes) -> list[str]:
    """The lines as text, without their endings; what stands after the last line end is one when it is not empty."""
    lines = data.removeprefix(_BOM).decode().split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
