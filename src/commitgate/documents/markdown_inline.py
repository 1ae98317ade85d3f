"""What hides inside a paragraph: comments, and code or tags that run over several lines.

The block structure alone would take a line inside ``<!-- … -->`` or between two backticks for text. The scan
follows CommonMark's order (escape, code span, raw HTML; the leftmost wins) and is linear in the text. A module of its
own because of its patterns, which take longer to compile than many a document without such marks to read.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from commitgate.documents.markdown_spans import COMMENT_MARK, masked

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
    lines = masked(text, hidden)
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
