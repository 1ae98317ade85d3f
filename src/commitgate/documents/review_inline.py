"""Whether a verdict stands alone in its paragraph, or within a link, emphasis or code that runs over several lines.

CommonMark's inline rules decide that, so markdown-it-py is asked; but only where the answer is open, since importing
it costs more than reading a review.
"""

from __future__ import annotations

import re

from commitgate.documents.markdown_spans import COMMENT_MARK

_BEGINS = re.compile(r"[\[*_~`<]")
_ENDS = re.compile(r"[\]*_~`>)]")
_LIMIT = 4000  # characters of a paragraph; markup in a longer one is not rendered to look for verdicts


def buries(lines: list[str], verdict: re.Pattern[str]) -> bool:
    """Whether markup keeps a verdict of a paragraph from standing alone; ``verdict`` is what such a line looks like.

    Only what begins above a verdict and ends below it can: the line of a verdict holds no markup itself.
    """
    verdicts = [index for index, line in enumerate(lines) if verdict.fullmatch(line)]
    text = "\n".join(lines)
    begun = next((index for index, line in enumerate(lines) if _BEGINS.search(line)), len(lines))
    if begun < len(lines) and len(text) > _LIMIT:
        return True
    ended = next((index for index in range(len(lines) - 1, -1, -1) if _ENDS.search(lines[index])), -1)
    if not any(begun < index < ended for index in verdicts):
        return False
    return sum(1 for line in shown(text) if verdict.fullmatch(line)) < len(verdicts)


def shown(text: str) -> list[str]:
    """The lines of a paragraph as rendered, with a mark in place of all that is not plain text."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("strikethrough").parseInline(text)[0].children or []
    found = [""]
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            found.append("")
        else:
            found[-1] += token.content if token.type == "text" and not token.level else COMMENT_MARK
    return [line.strip(" \t") for line in found]
