"""Which lines two blobs of a file differ in, and which blobs cannot be told by their lines.

Lines are compared as a whole and counted: what only moved inside the file is neither added nor removed. Nothing is
asked of git, so no attribute hides a line. A line ends as Python ends one (LF, CRLF, CR), and how it ends makes no
difference.
"""

from __future__ import annotations

import re

from commitgate.record import Record

SIZE_LIMIT = 1 << 20  # bytes of a blob; what is larger is read by nobody
# Images, fonts and sounds: shown or played, never run. The name and the first bytes must both say so.
_PASSIVE: tuple[tuple[tuple[str, ...], tuple[bytes, ...]], ...] = (
    ((".png",), (b"\x89PNG\r\n\x1a\n",)),
    ((".jpg", ".jpeg"), (b"\xff\xd8\xff",)),
    ((".gif",), (b"GIF87a", b"GIF89a")),
    ((".webp", ".wav"), (b"RIFF",)),
    ((".ico",), (b"\0\0\1\0",)),
    ((".avif", ".heic", ".mp4", ".m4a"), (b"\0\0\0",)),
    ((".woff",), (b"wOFF",)),
    ((".woff2",), (b"wOF2",)),
    ((".ttf",), (b"\0\1\0\0", b"true")),
    ((".otf",), (b"OTTO",)),
    ((".mp3",), (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    ((".ogg", ".oga"), (b"OggS",)),
    ((".webm",), (b"\x1a\x45\xdf\xa3",)),
)
_MEDIA = tuple(ending for endings, _ in _PASSIVE for ending in endings)
# A file of Python or Ruby may name another encoding in its first two lines; in these, ASCII stands for itself.
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_PLAIN_CODINGS = (
    "ascii", "big5", "cp", "euc", "gb", "iso-8859", "iso8859", "koi8", "latin", "mac", "shift", "sjis", "us-ascii",
    "utf-8", "utf8", "windows-",
)  # fmt: skip
_POINTER = b"version https://git-lfs.github.com/spec/"


class Line(Record):
    """One changed line: its number in its own blob (from 1), and its text without the end."""

    number: int
    text: str


def opaque(path: str, data: bytes | None) -> str:
    """Why nobody can tell by its lines what a blob holds ("binary", "larger than …"); "" when they tell.

    None stands for a blob that was not read, because of its size or because it is another repository's commit.

    Media that are only shown or played are not opaque: they hold no lines, and nothing runs them.
    """
    if data is None or len(data) > SIZE_LIMIT:
        return "no text of less than 1 MiB"
    if data.startswith(_POINTER):
        return "" if path.lower().endswith(_MEDIA) else "kept in Git LFS"
    if b"\0" in data:
        return "" if passive(path, data) else "binary"
    for line in b"\n".join(data.split(b"\n", 2)[:2]).splitlines()[:2]:
        named = _CODING.match(line)
        coding = named[1].decode("ascii", "replace").lower().replace("_", "-") if named else ""
        if coding and not coding.startswith(_PLAIN_CODINGS):
            return f"written in the encoding {coding[:40]}"
    return ""


def passive(path: str, data: bytes) -> bool:
    """Whether a blob is an image, a font or a sound, by its name and by its first bytes."""
    lower = path.lower()
    return any(lower.endswith(endings) and data.startswith(starts) for endings, starts in _PASSIVE)


def changed(old: bytes, new: bytes) -> tuple[list[Line], list[Line]]:
    """(added, removed) lines from one blob to another, each in its order; b"" stands for a blob that is not there.

    Of lines that occur several times those are meant that lie between the unchanged head and tail of the file.
    """
    before, after = old.splitlines(), new.splitlines()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    middle_before, middle_after = before[start : len(before) - end], after[start : len(after) - end]
    return _beyond(middle_after, middle_before, start), _beyond(middle_before, middle_after, start)


def _beyond(mine: list[bytes], others: list[bytes], start: int) -> list[Line]:
    """The lines of ``mine`` that ``others`` does not hold (as often); empty ones say nothing."""
    left: dict[bytes, int] = {}
    for line in others:
        left[line] = left.get(line, 0) + 1
    found = []
    for number, line in enumerate(mine, start + 1):
        if left.get(line, 0):
            left[line] -= 1
        elif line:
            found.append(Line(number, line.decode("utf-8", "surrogateescape")))
    return found


def lines(data: bytes) -> list[Line]:
    """Every line of a blob."""
    return _beyond(data.splitlines(), [], 0)
