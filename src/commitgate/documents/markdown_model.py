"""A Markdown document as the readers see it: lines, headings, list items and tables, with line numbers."""

from __future__ import annotations

from commitgate.record import Record

# Where a line stands.
BLANK = "blank"
TEXT = "text"  # a paragraph at the top level
ITEM = "list item"
HEADING = "heading"
TABLE = "table"
QUOTE = "quote"
LAZY = "quote without >"  # continues a quote's paragraph although it does not start with ">"
CODE = "code"
COMMENT = "comment"
HTML = "HTML"
SPAN = "inline code or tag over several lines"
HIDDEN = "link definition"
RULE = "thematic break"

SILENT = frozenset({BLANK, QUOTE, CODE, COMMENT, RULE})  # never text of the author: nothing in them counts
REAL = frozenset({TEXT, ITEM})


class Line(Record):
    """One line. ``text`` lacks container markers and outer blanks; a comment inside it is COMMENT_MARK.

    ``block`` numbers the paragraph the line belongs to; -1 outside paragraphs.
    """

    number: int
    text: str
    place: str
    block: int


class Heading(Record):
    """A heading outside quotes. ``top``: not inside a list."""

    level: int
    text: str
    line: int
    top: bool


class Item(Record):
    """A list item outside quotes. ``depth`` 0 is an item of a top-level list; ``number`` -1 for a bullet."""

    line: int
    end: int  # the last line
    depth: int
    number: int
    text: str  # its own paragraphs, joined; nested items are items of their own


class Row(Record):
    """A row of a table as written: cells stripped, escaped pipes unescaped."""

    line: int
    cells: tuple[str, ...]


class Table(Record):
    """A table at the top level."""

    head: Row
    rows: tuple[Row, ...]


class Document(Record):
    """A parsed document. ``unclosed`` lists ("fence" or "comment", line)."""

    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    items: tuple[Item, ...]
    tables: tuple[Table, ...]
    unclosed: tuple[tuple[str, int], ...]


EMPTY = Document((), (), (), (), ())
