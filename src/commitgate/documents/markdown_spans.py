"""What hides inside a paragraph or an HTML block: comments, and code or tags that run over several lines.

The block structure alone would take a line inside ``<!-- … -->`` or between two backticks for text. The scan
follows CommonMark's order (escape, code span, raw HTML; the leftmost wins) and is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left

COMMENT_MARK = "\ufffc"  # stands where a comment stood, so that a line with one is never "alone"

_TOKEN = re.compile(r"\\[\s\S]|`+|<")
_TAG = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?)*\s*/?"
    r"|/[A-Za-z][A-Za-z0-9-]*\s*|![A-Za-z][^>]*|[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>"
)
_OPENERS = (("<!--", "-->", 2), ("<![CDATA[", "]]>", 9), ("<?", "?>", 2))  # and how far the closer is away at least


def inline_spans(text: str) -> list[tuple[str, str]]:
    """Per line of a paragraph: its text with comments masked, and its state.

    The state is "" for text, "comment" when nothing else is on the line, "span" when the line starts inside a code
    span or a tag, "unclosed" when a comment opens on it that the paragraph does not close.
    """
    hidden, spans, unclosed = _scan(text)
    lines = _masked(text, hidden)
    states = [
        "comment" if line != original and not line.replace(COMMENT_MARK, "").strip() else ""
        for line, original in zip(lines, text.split("\n"), strict=True)
    ]
    breaks = [found.start() for found in re.finditer("\n", text)]
    for start, end in spans:
        for index in range(bisect_left(breaks, start), bisect_left(breaks, end)):
            states[index + 1] = "span"
    if unclosed >= 0:
        states[text.count("\n", 0, unclosed)] = "unclosed"
    return list(zip(lines, states, strict=True))


def html_comments(lines: list[str]) -> tuple[list[str], int]:
    """The lines of an HTML block with comments masked, and the index of the line that opens an unclosed one, or -1."""
    text = "\n".join(lines)
    hidden: list[tuple[int, int]] = []
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 2)
        if end < 0:
            hidden.append((start, len(text)))
            return _masked(text, hidden), text.count("\n", 0, start)
        hidden.append((start, end + 3))
        start = text.find("<!--", end + 3)
    return _masked(text, hidden), -1


def _scan(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]], int]:
    """Comments, other spans, and where the first unclosed comment opens (-1: none)."""
    runs: dict[int, list[int]] = {}
    for found in re.finditer("`+", text):
        runs.setdefault(len(found.group()), []).append(found.start())
    comments: list[tuple[int, int]] = []
    spans: list[tuple[int, int]] = []
    unclosed = -1
    dead: set[str] = set()  # openers that have no closer any more: not to be looked for again
    position = 0
    while found_token := _TOKEN.search(text, position):
        start, position = found_token.span()
        if text[start] == "`":
            same = runs.get(position - start, [])
            after = bisect_left(same, position)
            if after < len(same):
                end = same[after] + position - start
                spans.append((start, end))
                position = end
        elif text[start] == "<":
            for opener, closer, skip in _OPENERS:
                if opener in dead or not text.startswith(opener, start):
                    continue
                end = text.find(closer, start + skip)
                if end >= 0:
                    (comments if opener == "<!--" else spans).append((start, end + len(closer)))
                    position = end + len(closer)
                else:
                    dead.add(opener)
                    if opener == "<!--" and unclosed < 0:
                        unclosed = start
                break
            else:
                tag = _TAG.match(text, start)
                if tag:
                    spans.append(tag.span())
                    position = tag.end()
    return comments, spans, unclosed


def _masked(text: str, hidden: list[tuple[int, int]]) -> list[str]:
    """The lines of ``text``, each stretch of a hidden range on a line replaced by one COMMENT_MARK."""
    parts: list[str] = []
    position = 0
    for start, end in hidden:
        breaks = text.count("\n", start, end)
        parts += [text[position:start], "\n".join([COMMENT_MARK] * (breaks + 1))]
        position = end
    return ("".join(parts) + text[position:]).split("\n")
