"""A Markdown document while it is being built: what both readers of block structure say about its lines.

``markdown_plain`` reads the plain part of Markdown itself, ``markdown_blocks`` asks markdown-it-py for everything else;
what a paragraph, a heading or a comment means for the lines it stands on is said here once. No library is needed.
"""

from __future__ import annotations

import re

from commitgate.documents.markdown_model import (
    BLANK,
    COMMENT,
    HEADING,
    HIDDEN,
    HTML,
    ITEM,
    SPAN,
    TABLE,
    TEXT,
    Document,
    Heading,
    Item,
    Line,
    Row,
    Table,
)
from commitgate.documents.markdown_spans import COMMENT_MARK, html_comments

# Blanks to Python's str.strip, but not to CommonMark; and a lone CR.
EXOTIC = "\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def split_row(raw: str) -> tuple[str, ...]:
    """The cells of one table row as written, however many there are (a parser would cut or pad them)."""
    cells = re.split(r"(?<!\\)\|", raw.strip(" \t")) if "\\" in raw else raw.strip(" \t").split("|")
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.replace("\\|", "|").strip() for cell in cells)


class Builder:
    """Where each line stands, as far as the blocks are known; blocks are told in the order of the document.

    Lines are counted from 0 here, and ``end`` is the line after the last one. ``shadow`` has the lines as the parser
    sees them, one character for one: another one than ``raw`` has only where ``raw`` has an EXOTIC one.
    """

    def __init__(self, raw: list[str], shadow: list[str]) -> None:
        self.raw = raw
        self.shadow = shadow
        self.text = [line.strip(" \t") for line in raw]
        self.place = [HIDDEN if text else BLANK for text in self.text]
        self._block = [-1] * len(raw)
        self._blocks = 0
        self._headings: list[Heading] = []
        self._items: list[Item] = []
        self._tables: list[Table] = []
        self._unclosed: list[tuple[str, int]] = []
        self._open: list[tuple[int, list[str]]] = []  # the items around: index in _items, text of its paragraphs so far

    def document(self) -> Document:
        """The document as built."""
        lines = map(Line._make, zip(range(1, len(self.raw) + 1), self.text, self.place, self._block, strict=True))
        return Document(
            tuple(lines), tuple(self._headings), tuple(self._items), tuple(self._tables), tuple(self._unclosed)
        )

    def mark(self, first: int, end: int, place: str) -> None:
        """The lines that are not blank stand in ``place``."""
        for index in range(first, end):
            if self.text[index]:
                self.place[index] = place

    def unclosed(self, what: str, index: int) -> None:
        """A "fence" or a "comment" that opens on this line is never closed."""
        self._unclosed.append((what, index + 1))

    def open_item(self, first: int, number: int) -> None:
        """A list item begins; ``number`` is -1 for a bullet. What follows belongs to it until it is closed."""
        self._items.append(Item(first + 1, first + 1, len(self._open), number, ""))
        self._open.append((len(self._items) - 1, []))

    def close_item(self, end: int) -> None:
        """The innermost item ends before line ``end``; blank lines behind it are its own."""
        index, texts = self._open.pop()
        item = self._items[index]
        self._items[index] = item._replace(end=max(end, item.line), text=" ".join(texts))

    def heading(self, level: int, first: int, end: int, content: str) -> None:
        """A heading with the text ``content``, one line of it for each line of the document."""
        self.mark(first, end, HEADING)
        shown = " ".join(self._own(index, line) for index, line in enumerate(content.split("\n"), first))
        self._headings.append(Heading(level, shown, first + 1, not self._open))

    def table(self, first: int, end: int) -> None:
        """A table; its second line is the one of dashes. Only one outside lists is told to readers as a table."""
        self.mark(first, end, TABLE)
        if not self._open:
            rows = [Row(index + 1, split_row(self.raw[index])) for index in range(first, end) if self.text[index]]
            self._tables.append(Table(rows[0], tuple(rows[2:])))

    def paragraph(self, first: int, content: str) -> None:
        """A paragraph, of an item or of the document; ``content`` is its text line by line, markers removed."""
        place = ITEM if self._open else TEXT
        own = [(index, self._own(index, line)) for index, line in enumerate(content.split("\n"), first)]
        shown = dict.fromkeys((index for index, _ in own), place)
        texts = dict(own)
        if "`" in content or "<" in content:
            from commitgate.documents.markdown_inline import inline_spans

            joined = "\n".join(text for _, text in own)
            for (index, _), (text, state) in zip(own, inline_spans(joined), strict=True):
                texts[index] = text
                if state == "unclosed":
                    self.unclosed("comment", index)
                elif state:
                    shown[index] = COMMENT if state == "comment" else SPAN
        for index in shown:
            self.place[index], self.text[index], self._block[index] = shown[index], texts[index], self._blocks
        self._blocks += 1
        if self._open:
            said = self._open[-1][1]
            words = " ".join(texts[index] for index in shown if shown[index] != COMMENT and texts[index])
            words = words.replace(COMMENT_MARK, "").strip()
            if words:
                said.append(words)

    def html(self, first: int, end: int) -> None:
        """A block of HTML: a line that holds comments only is a comment."""
        self.mark(first, end, HTML)
        texts, unclosed = html_comments(self.text[first:end])
        for index, text in enumerate(texts, first):
            if self.place[index] == HTML and not text.replace(COMMENT_MARK, "").strip():
                self.place[index] = COMMENT
            self.text[index] = text
        if unclosed >= 0:
            self.unclosed("comment", first + unclosed)

    def _own(self, index: int, shown: str) -> str:
        """What the file itself has where the parser showed ``shown``: exotic blanks as they were."""
        shown = shown.strip(" \t")
        position = self.shadow[index].rfind(shown) if shown else -1
        return self.raw[index][position : position + len(shown)] if position >= 0 else shown
