"""Lines of a review file that look like a heading, a verdict or a marker and are none.

Generous on purpose: a false alarm costs one edit, a verdict that silently does not count (or counts for another
area) costs a review.
"""

from __future__ import annotations

import re

from commitgate.documents.markdown_model import HEADING, TABLE, Heading, Line
from commitgate.documents.near_miss import Keyword, compact, loose, without_code

_VERDICT = r"(?:<approved>|<approve>|<changes>[ -]?<requested>|<change>[ -]?<requested>|<rejected>|<lgtm>)"
_ANY = re.compile(
    "|".join(
        compact(word)
        for word in (
            "review",
            "approve",
            "requested",
            "rejected",
            "lgtm",
            "blocker",
            "escalate",
            "suggestion",
            "question",
            "pattern",
            "decision",
            "option",
        )
    )
)
_HEADING_START = Keyword(r"(?:<code> |<peer> |<the> |<re>-?)?<review> ?(?:<of>|<for>|<on>|:)(?: |$)")
_HEADING_WITHIN = Keyword(r"(?:.*\W)?<review>s? ?<of> ?[\w.-]+:?")
_HEADING_ALONE = Keyword(r"<review> ?<of> ?[\w.-]+:?")
_STATED = Keyword(r"<review> ?:")
_REVIEWED = Keyword(r"<reviewed> ?:")
_LABELLED = Keyword(rf"(?:\S{{2,16}} ?: ?|<review>(?:<ed>)?\W* ?)(?:<not> )?{_VERDICT}")
_WITHIN = Keyword(r".*\b<review> ?: ?(?:<not> )?(?:<approved>|<changes> ?<requested>)\b")
_ALONE = Keyword(rf"(?:<not> )?{_VERDICT}")
_GRAVE = Keyword(r"(?:<blocker>|<escalate>) ?:")
_MARKED = Keyword(r"(?:<suggestion>|<question>|<pattern>|<decision>|<option>) ?:")
_CAPITALS = re.compile(r"(?:SUGGESTION|QUESTION|PATTERN|DECISION|OPTION)\W*:")


def heading(found: Heading) -> bool:
    """Whether a heading that opens no section looks as if it should."""
    text = loose(found.text)
    return bool(_HEADING_START.match(text) or _HEADING_WITHIN.fullmatch(text))


def line(found: Line) -> str:
    """What a line that counts for nothing was meant to be: "heading", "verdict", "Reviewed", "marker" or ""."""
    text = found.text.replace("|", " ") if found.place == TABLE else found.text
    if not _ANY.search(compact(text)):
        return ""
    shown = loose(text)
    if found.place != HEADING and _HEADING_ALONE.fullmatch(shown):
        return "heading"
    if found.place != HEADING and text.startswith("#") and _HEADING_START.match(shown):
        return "heading"
    if _STATED.match(shown) or _LABELLED.fullmatch(shown) or _WITHIN.match(loose(without_code(text))):
        return "verdict"
    if text == text.upper() and _ALONE.fullmatch(shown):
        return "verdict"
    if _REVIEWED.match(shown):
        return "Reviewed"
    if _GRAVE.match(shown) or (_MARKED.match(shown) and _CAPITALS.search(text)):
        return "marker"
    return ""
