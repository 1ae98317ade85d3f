"""The plain part of Markdown, read line by line without a library; everything else is left to ``markdown_blocks``.

Most documents of a run are headings, paragraphs, lists, tables, fences and comments that begin at the margin.
Importing markdown-it-py costs more than judging a whole push, on the server and in CI for every new document.
A line of a fence, a comment or a quote must never be taken for text, so nothing is guessed here: the answer is
exactly what the library would give, or None. A document is not plain as a whole when one line of it is not:

- a tab or an exotic blank anywhere; a line that is indented otherwise than its list item asks for;
- quotes, tags, ``~~~`` fences, indented code, what is left open, fences within fences, link definitions, bars on the
  line that opens a fence or a comment;
- any line of dashes, equals signs, bars, colons, stars or underscores alone, which could underline a heading or make
  a table of the line above it, except ``---`` below a blank line and the second line of a table with bars at both ends;
- an item that is empty or begins with another block; a paragraph that is followed by the number of an item other than
  1, or that goes on outside its item; a table that is followed by anything but a blank line.
"""

from __future__ import annotations

import re

from commitgate.documents.markdown_build import EXOTIC, Builder
from commitgate.documents.markdown_model import BLANK, CODE, HEADING, RULE, Document

_MAX_DEPTH = 4  # lists in lists; deeper ones are rare, and the library knows its own limit
_MAX_CELLS = 0x10000  # the library ends a table where it had to add more empty cells than this

# What a line (without its indentation) may open or underline besides a paragraph.
_OPENS = re.compile(r"[#<>|]|```|~~~|[-+*](?: |\Z)|[0-9]{1,9}[.)](?: |\Z)|[-=|:*_ ]+\Z")
_ITEM = re.compile(r"([-+*]|[0-9]{1,9}[.)]) ([^ ].*)")
_HEADING = re.compile(r"(#{1,6}) (.+)")
_FENCE = re.compile(r"(`{3,})[^`|]*")  # with a bar it may be the head of a table
_DASHES = re.compile(r"\|(?: *:?-+:? *\|)+")


class _NotPlainError(Exception):
    """A line that only the library reads."""


def parse(lines: list[str]) -> Document | None:
    """The document with these lines; None when it is not plain."""
    text = "\n".join(lines)
    if "\t" in text or any(map(text.__contains__, EXOTIC)):
        return None
    reader = _Reader(lines)
    try:
        return reader.document()
    except _NotPlainError:
        return None


class _Reader:
    """One pass over the lines, block by block."""

    def __init__(self, lines: list[str]) -> None:
        self.builder = Builder(lines, lines)
        self.texts = list(self.builder.text)
        self.indents = [len(line) - len(line.lstrip(" ")) for line in lines]
        self.offsets = [0]  # where text begins: at the margin, and in each of the open items
        self.said = -1  # the line after the last paragraph

    def document(self) -> Document:
        """The document; raises _NotPlainError."""
        index, end = 0, len(self.texts)
        while index < end:
            index = self._block(index) if self.texts[index] else index + 1
        self._leave(0, end)
        return self.builder.document()

    def _block(self, index: int) -> int:
        """Read the block that begins on this line; the line after it."""
        text, indent = self.texts[index], self.indents[index]
        above = self.builder.place[index - 1] if index else BLANK
        item = _ITEM.fullmatch(text)
        if item:
            return self._item(index, item[1], item[2])
        if not _OPENS.match(text):
            if self.said == index or indent not in self.offsets:
                raise _NotPlainError  # it would go on with a paragraph from elsewhere, or be code
            self._leave(self.offsets.index(indent), index)
            return self._paragraph(index, text)
        if indent:
            raise _NotPlainError
        self._leave(0, index)
        if text[0] == "#":
            return self._heading(index)
        if text[0] == "`":
            return self._fence(index)
        if text.startswith("<!--"):
            return self._comment(index)
        if text[0] == "|" and above in (BLANK, HEADING):
            return self._table(index)
        if not text.strip("-") and len(text) >= 3 and above == BLANK:
            self.builder.mark(index, index + 1, RULE)
            return index + 1
        raise _NotPlainError

    def _leave(self, depth: int, index: int) -> None:
        """Close items until ``depth`` of them are open; the blank lines before ``index`` are theirs."""
        while len(self.offsets) > depth + 1:
            self.offsets.pop()
            self.builder.close_item(index)

    def _item(self, index: int, marker: str, text: str) -> int:
        indent = self.indents[index]
        if indent not in self.offsets or _OPENS.match(text):
            raise _NotPlainError
        depth = self.offsets.index(indent)
        number = int(marker[:-1]) if len(marker) > 1 else -1
        begins = depth == len(self.offsets) - 1  # a list, where no item is open that this one could follow
        if depth == _MAX_DEPTH or (begins and self.said == index and number not in (-1, 1)):
            raise _NotPlainError
        self._leave(depth, index)
        self.builder.open_item(index, number)
        self.offsets.append(indent + len(marker) + 1)
        return self._paragraph(index, text)

    def _paragraph(self, first: int, text: str) -> int:
        content = [text]
        index = first + 1
        while index < len(self.texts) and self.indents[index] == self.offsets[-1]:
            text = self.texts[index]
            if not text or _OPENS.match(text):
                break
            content.append(text)
            index += 1
        joined = "\n".join(content)
        if joined[0] == "[" and "]:" in joined:
            raise _NotPlainError  # a link definition is no text
        self.builder.paragraph(first, joined)
        self.said = index
        return index

    def _heading(self, index: int) -> int:
        found = _HEADING.fullmatch(self.texts[index])
        if not found or found[2].endswith("#"):
            raise _NotPlainError  # closing marks are no text, and what closes is not always clear
        self.builder.heading(len(found[1]), index, index + 1, found[2])
        return index + 1

    def _fence(self, first: int) -> int:
        found = _FENCE.fullmatch(self.texts[first])
        if not found:
            raise _NotPlainError
        for index in range(first + 1, len(self.texts)):
            text = self.texts[index]
            if text.startswith("```"):
                if text.strip("`") or len(text) < len(found[1]) or self.indents[index]:
                    break
                self.builder.mark(first, index + 1, CODE)
                return index + 1
        raise _NotPlainError

    def _comment(self, first: int) -> int:
        if "|" in self.texts[first]:
            raise _NotPlainError  # it may be the head of a table
        for index in range(first, len(self.texts)):
            if "-->" in self.texts[index]:
                self.builder.html(first, index + 1)
                return index + 1
        raise _NotPlainError

    def _table(self, first: int) -> int:
        head, dashes = [*self.texts[first : first + 2], ""][:2]
        bars = head.count("|")
        # A head of dashes alone could be the second line of a table that begins above it.
        plain = head.endswith("|") and "\\" not in head and head.strip("-|: ")
        same = dashes.count("|") == bars and not self.indents[first + 1]
        if not plain or not same or not _DASHES.fullmatch(dashes):
            raise _NotPlainError
        end = first + 2
        while end < len(self.texts) and self.texts[end].startswith("|") and not self.indents[end]:
            end += 1
        if (end < len(self.texts) and self.texts[end]) or (end - first) * bars > _MAX_CELLS:
            raise _NotPlainError
        self.builder.table(first, end)
        return end
