"""Comments in a block of HTML, which no reader must take for text of the author."""

from __future__ import annotations

COMMENT_MARK = "\ufffc"  # stands where a comment stood, so that a line with one is never "alone"


def html_comments(lines: list[str]) -> tuple[list[str], int]:
    """The lines of an HTML block with comments masked, and the index of the line that opens an unclosed one, or -1."""
    text = "\n".join(lines)
    hidden: list[tuple[int, int]] = []
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 2)
        if end < 0:
            hidden.append((start, len(text)))
            return masked(text, hidden), text.count("\n", 0, start)
        hidden.append((start, end + 3))
        start = text.find("<!--", end + 3)
    return masked(text, hidden), -1


def masked(text: str, hidden: list[tuple[int, int]]) -> list[str]:
    """The lines of ``text``, each stretch of a hidden range on a line replaced by one COMMENT_MARK."""
    parts: list[str] = []
    position = 0
    for start, end in hidden:
        breaks = text.count("\n", start, end)
        parts += [text[position:start], "\n".join([COMMENT_MARK] * (breaks + 1))]
        position = end
    return ("".join(parts) + text[position:]).split("\n")
