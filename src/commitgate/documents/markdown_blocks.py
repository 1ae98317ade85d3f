"""Any Markdown, read with markdown-it-py: its block tokens tell the builder (``markdown_build``) what stands where.

Imported only for documents that ``markdown_plain`` does not take, since the library costs more than all the rest.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from commitgate.documents.markdown_build import EXOTIC, Builder
from commitgate.documents.markdown_model import CODE, LAZY, QUOTE, RULE, Document

_MAX_NESTING = 20
_SHADOW = {ord(char): "\ufffd" for char in EXOTIC}  # one character replaces one character


def parse(lines: list[str]) -> Document | None:
    """The document with these lines; None when it is nested too deeply to be read exactly."""
    builder = Builder(lines, [line.translate(_SHADOW) for line in lines])
    tokens: list[Token] = []
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    # The block parser alone: the core chain would first turn a lone CR into a line end.
    parser.block.parse("\n".join(builder.shadow) + "\n", parser, {}, tokens)
    if any(token.level >= _MAX_NESTING - 1 for token in tokens):
        return None
    reader = _Reader(builder)
    for position, token in enumerate(tokens):
        reader.take(token, tokens[position + 1] if position + 1 < len(tokens) else token)
    return builder.document()


class _Reader:
    """One pass over the block tokens."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.ends: list[int] = []  # of the items around
        self.quoted = 0

    def take(self, token: Token, following: Token) -> None:
        """Tell the builder what ``token`` says; the text of a paragraph or heading is in the token after it."""
        kind = token.type
        first, end = token.map or (0, 0)
        if kind == "blockquote_open":
            self.quoted += 1
            if self.quoted == 1:
                self._quote(first, end)
        elif kind == "blockquote_close":
            self.quoted -= 1
        elif self.quoted:
            return
        elif kind == "list_item_open":
            self.ends.append(end)
            self.builder.open_item(first, int(token.info) if token.info else -1)
        elif kind == "list_item_close":
            self.builder.close_item(self.ends.pop())
        elif kind == "paragraph_open":
            self.builder.paragraph(first, following.content)
        elif kind == "heading_open":
            self.builder.heading(int(token.tag[1:]), first, end, following.content)
        elif kind == "fence":
            self.builder.mark(first, end, CODE)
            if end - first - 1 == token.content.count("\n"):
                self.builder.unclosed("fence", first)
        elif kind == "code_block":
            self.builder.mark(first, end, CODE)
        elif kind == "html_block":
            self.builder.html(first, end)
        elif kind == "table_open":
            self.builder.table(first, end)
        elif kind == "hr":
            self.builder.mark(first, end, RULE)

    def _quote(self, first: int, end: int) -> None:
        self.builder.mark(first, end, QUOTE)
        for index in range(first + 1, end):
            if self.builder.place[index] == QUOTE and not self.builder.text[index].startswith(">"):
                self.builder.place[index] = LAZY
