"""What a line was probably meant to be: for telling the author, never for deciding.

A verdict in bold type, with a full stop or with a Cyrillic letter is not read as a verdict, but silence about it
would be worse than an error. The readers compare the loose form made here with the loose form of their keywords.
"""

from __future__ import annotations

import re

from commitgate.documents.lookalike import skeleton
from commitgate.documents.markdown_spans import COMMENT_MARK

_DECORATION = " \t*_~`\"'“”‘’«»#>+-–—.,;!?()[]{}<>\\|=/" + COMMENT_MARK
_INNER = str.maketrans({"\\": "", "*": "", "`": "", "_": "", "~": "", "∶": ":", "꞉": ":", "ː": ":"})
_NUMBERING = re.compile(r"(?:\d{1,9}[.)]|\[[ xX]\])\s+")
_CODE = re.compile(r"`[^`]*`")


def loose(text: str) -> str:
    """``text`` as it looks: entities resolved, case and look-alike letters folded (``lookalike.skeleton``), words
    separated by one blank, emphasis anywhere and other decoration at both ends dropped."""
    shown = _shown(text).strip(_DECORATION)
    numbering = _NUMBERING.match(shown)
    shown = shown[numbering.end() :].strip(_DECORATION) if numbering else shown
    return " ".join(filter(None, map(skeleton, shown.split())))


def compact(text: str) -> str:
    """The skeleton of ``text`` without emphasis and blanks: a cheap first look, for substrings of skeletons."""
    return skeleton(_shown(text))


def without_code(text: str) -> str:
    """``text`` without its code spans, which show examples; unchanged when it is nothing but code."""
    rest = _CODE.sub(" ", text) if "`" in text else text
    return rest if rest.strip(_DECORATION) else text


def unescaped(text: str) -> str:
    """``text`` with entities resolved."""
    if "&" not in text:
        return text
    # The table of entities costs a millisecond to import, and few texts hold one.
    from html import unescape

    return unescape(text)


class Keyword:
    """A pattern for :func:`loose` text: words in angle brackets stand for their loose form.

    It is compiled when it is first asked: most documents hold no line that gets so far.
    """

    def __init__(self, pattern: str) -> None:
        self._source = pattern
        self._compiled: re.Pattern[str] | None = None

    def match(self, text: str) -> re.Match[str] | None:
        """Whether ``text`` begins so."""
        return self._pattern().match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Whether the whole of ``text`` is so."""
        return self._pattern().fullmatch(text)

    def _pattern(self) -> re.Pattern[str]:
        if self._compiled is None:
            words = re.sub(r"<([^<>]+)>", lambda found: re.escape(loose(found.group(1))), self._source)
            self._compiled = re.compile(words)
        return self._compiled


def _shown(text: str) -> str:
    return unescaped(text).translate(_INNER)
