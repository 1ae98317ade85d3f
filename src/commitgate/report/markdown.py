"""Words of documents inside Markdown that people read raw as well: shown as they are, never taken for markup."""

from __future__ import annotations

import re

from commitgate.report.text import LONGEST, neutral

# What marks up wherever it stands; an underscore between letters does not, a colon or dot only makes links.
_MARKUP = re.compile(r"[\\`*\[\]<>|&~$#!]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-+=]|[0-9]+(?=[.)]))")
_TICKS = re.compile("`+")


def plain(text: str, longest: int = LONGEST) -> str:
    """Text on one line, with a backslash before everything that Markdown would take for its own."""
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], neutral(text, longest).strip())
    begins = _BULLET.match(escaped)
    if begins is None:
        return escaped
    cut = begins.end() if begins[0].isdigit() else 0
    return f"{escaped[:cut]}\\{escaped[cut:]}"


def code(text: str, longest: int = LONGEST) -> str:
    """Text as code, also inside a table; "" stays ""."""
    shown = neutral(text, longest).replace("|", "\\|")
    if not shown.strip():
        return ""
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    edge = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
