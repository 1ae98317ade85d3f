"""From markdown-it-py's block tokens to lines, headings, items and tables (``markdown_model``)."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from commitgate.documents.markdown_model import (
    BLANK,
    CODE,
    COMMENT,
    HEADING,
    HIDDEN,
    HTML,
    ITEM,
    LAZY,
    QUOTE,
    RULE,
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
from commitgate.documents.markdown_spans import COMMENT_MARK, html_comments, inline_spans

_MAX_NESTING = 20
# Blanks to Python's str.strip, but not to CommonMark; and a lone CR. One character replaces one character.
_EXOTIC = {
    ord(char): "\ufffd"
    for char in "\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
}


def parse(lines: list[str]) -> Document | None:
    """The document with these lines; None when it is nested too deeply to be read exactly."""
    return _Reader(lines).document()


def split_row(raw: str) -> tuple[str, ...]:
    """The cells of one table row as written, however many there are (a parser would cut or pad them)."""
    cells = re.split(r"(?<!\\)\|", raw.strip(" \t"))
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.replace("\\|", "|").strip() for cell in cells)


class _Reader:
    """One pass over the block tokens, filling in where each line stands."""

    def __init__(self, lines: list[str]) -> None:
        self.raw = lines
        self.shadow = [line.translate(_EXOTIC) for line in lines]
        self.text = [line.strip(" \t") for line in lines]
        self.place = [HIDDEN if text else BLANK for text in self.text]
        self.block = [-1] * len(lines)
        self.blocks = 0
        self.headings: list[Heading] = []
        self.items: list[Item] = []
        self.tables: list[Table] = []
        self.unclosed: list[tuple[str, int]] = []
        self.open: list[tuple[str, int]] = []  # containers around: (token type, index of its item or number)
        self.quoted = 0

    def document(self) -> Document | None:
        """The document, None when it is nested too deeply."""
        tokens: list[Token] = []
        parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
        # The block parser alone: the core chain would first turn a lone CR into a line end.
        parser.block.parse("\n".join(self.shadow) + "\n", parser, {}, tokens)
        if any(token.level >= _MAX_NESTING - 1 for token in tokens):
            return None
        for position, token in enumerate(tokens):
            self._take(token, tokens[position + 1] if position + 1 < len(tokens) else token)
        lines = map(Line._make, zip(range(1, len(self.raw) + 1), self.text, self.place, self.block, strict=True))
        return Document(tuple(lines), tuple(self.headings), tuple(self.items), tuple(self.tables), tuple(self.unclosed))

    def _take(self, token: Token, following: Token) -> None:
        kind = token.type
        first, end = token.map or (0, 0)
        if kind == "blockquote_open":
            self.quoted += 1
            if self.quoted == 1:
                self._mark(first, end, QUOTE)
                for index in range(first + 1, end):
                    if self.place[index] == QUOTE and not self.text[index].startswith(">"):
                        self.place[index] = LAZY
        elif kind == "blockquote_close":
            self.quoted -= 1
        elif self.quoted:
            return
        elif kind in ("bullet_list_open", "ordered_list_open", "list_item_open"):
            if kind == "list_item_open":
                lists = sum(1 for name, _ in self.open if name.endswith("list_open"))
                number = int(token.info) if token.info else -1
                self.open.append((kind, len(self.items)))
                self.items.append(Item(first + 1, max(end, first + 1), lists - 1, number, ""))
            else:
                self.open.append((kind, -1))
        elif kind in ("bullet_list_close", "ordered_list_close", "list_item_close"):
            self.open.pop()
        elif kind == "paragraph_open":
            self._paragraph(first, end, following.content)
        elif kind == "heading_open":
            self._mark(first, end, HEADING)
            shown = " ".join(self._own(index, line) for index, line in self._content(first, following.content))
            self.headings.append(Heading(int(token.tag[1:]), shown, first + 1, not self.open))
        elif kind == "fence":
            self._mark(first, end, CODE)
            if end - first - 1 == token.content.count("\n"):
                self.unclosed.append(("fence", first + 1))
        elif kind == "code_block":
            self._mark(first, end, CODE)
        elif kind == "html_block":
            self._html(first, end)
        elif kind == "table_open":
            self._mark(first, end, TABLE)
            if not self.open:
                rows = [Row(index + 1, split_row(self.raw[index])) for index in range(first, end) if self.text[index]]
                self.tables.append(Table(rows[0], tuple(rows[2:])))
        elif kind == "hr":
            self._mark(first, end, RULE)

    def _mark(self, first: int, end: int, place: str) -> None:
        for index in range(first, end):
            if self.text[index]:
                self.place[index] = place

    def _content(self, first: int, content: str) -> list[tuple[int, str]]:
        return list(enumerate(content.split("\n"), first))

    def _own(self, index: int, shown: str) -> str:
        """What the file itself has where the parser showed ``shown``: exotic blanks as they were."""
        shown = shown.strip(" \t")
        position = self.shadow[index].rfind(shown) if shown else -1
        return self.raw[index][position : position + len(shown)] if position >= 0 else shown

    def _paragraph(self, first: int, end: int, content: str) -> None:
        place = ITEM if self.open else TEXT
        own = [(index, self._own(index, line)) for index, line in self._content(first, content)]
        shown = dict.fromkeys((index for index, _ in own), place)
        texts = dict(own)
        if "`" in content or "<" in content:
            joined = "\n".join(text for _, text in own)
            for (index, _), (text, state) in zip(own, inline_spans(joined), strict=True):
                texts[index] = text
                if state == "unclosed":
                    self.unclosed.append(("comment", index + 1))
                elif state:
                    shown[index] = COMMENT if state == "comment" else SPAN
        for index in shown:
            self.place[index], self.text[index], self.block[index] = shown[index], texts[index], self.blocks
        self.blocks += 1
        if self.open and self.open[-1][0] == "list_item_open":
            item = self.items[self.open[-1][1]]
            words = [item.text, *(texts[index] for index in shown if shown[index] != COMMENT)]
            joined = " ".join(word for word in words if word).replace(COMMENT_MARK, "").strip()
            self.items[self.open[-1][1]] = item._replace(text=joined)

    def _html(self, first: int, end: int) -> None:
        self._mark(first, end, HTML)
        texts, unclosed = html_comments(self.text[first:end])
        for index, text in enumerate(texts, first):
            if self.place[index] == HTML and not text.replace(COMMENT_MARK, "").strip():
                self.place[index] = COMMENT
            self.text[index] = text
        if unclosed >= 0:
            self.unclosed.append(("comment", first + unclosed + 1))
