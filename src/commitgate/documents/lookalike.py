"""Text that a reader takes for another text: other scripts' letters, invisible characters, other cases.

A gate with ``Status`` or a Cyrillic ``ѕtatus`` beside the real key shows a reviewer one thing and a program
another. Only what can pass for the ASCII names of this product is covered; a general table of confusables
would be a dependency for a check of a few dozen keys.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

# Characters that show nothing: zero-width, soft hyphen, fillers, direction marks, line separators, C1, tags.
# (The other control characters can stand in JSON escaped only, where they are seen.)
_INVISIBLE = (
    "[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)

# ASCII letter -> letters of Cyrillic, Greek, Armenian and extended Latin that look like it and that NFKD keeps.
_LETTERS = {
    "a": "\u0430\u0410\u03b1\u0391\u0251\u1d00",
    "b": "\u0432\u0412\u044c\u042c\u03b2\u0392\u0184\u0185\u0299",
    "c": "\u0441\u0421\u03f2\u03f9\u1d04",
    "d": "\u0501\u0500\u0111\u1d05\u0257",
    "e": "\u0435\u0415\u03b5\u0395\u0454\u0404\u1d07\u04bd",
    "f": "\u03dd\u03dc\u017f\ua730\u0192",
    "g": "\u0261\u0581\u0262\u050d",
    "h": "\u043d\u041d\u04bb\u04ba\u0397\u0570\u029c",
    "i": "\u0456\u0406\u03b9\u0399\u0131\u0269\u04cf\u04c0\u026a",
    "j": "\u0458\u0408\u03f3\u1d0a",
    "k": "\u043a\u041a\u03ba\u039a\u1d0b",
    "l": "\u0142\u0141\u019a\u029f\u01c0",
    "m": "\u043c\u041c\u039c\u1d0d",
    "n": "\u043f\u03b7\u039d\u0578\u0274",
    "o": "\u043e\u041e\u03bf\u039f\u03c3\u0585\u00f8\u00d8\u1d0f",
    "p": "\u0440\u0420\u03c1\u03a1\u1d18",
    "q": "\u051b\u051a\u0566",
    "r": "\u0433\u0413\u0280",
    "s": "\u0455\u0405\ua731\u03c2",
    "t": "\u0442\u0422\u03c4\u03a4\u1d1b",
    "u": "\u03c5\u057d\u1d1c\u03bc\u0438",
    "v": "\u03bd\u0475\u0474\u1d20",
    "w": "\u051d\u051c\u03c9\u0461\u1d21",
    "x": "\u0445\u0425\u03c7\u03a7",
    "y": "\u0443\u0423\u04af\u04ae\u03b3\u03a5\u028f",
    "z": "\u03b6\u0396\u1d22",
}
_LOOKS_LIKE = str.maketrans({other: letter for letter, others in _LETTERS.items() for other in others})
# In most fonts "bIockers" and "b1ockers" are read as "blockers".
_SAME_SHAPE = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """``text`` in a normal form of Unicode; ASCII is in all of them, and needs no tables to be loaded."""
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize(form, text)


@lru_cache(maxsize=1)
def _invisible() -> re.Pattern[str]:
    # Half a millisecond, so only for a text that could hold one.
    return re.compile(_INVISIBLE)


def visible(text: str) -> str:
    """``text`` without the characters that show nothing."""
    return text if text.isascii() and "\x7f" not in text else _invisible().sub("", text)


def skeleton(text: str) -> str:
    """What ``text`` looks like: two texts with the same skeleton are easily taken for each other."""
    if not text.isascii():
        text = normalized("NFKD", visible(text)).translate(_LOOKS_LIKE)
        if not text.isascii():
            import unicodedata

            text = "".join(character for character in text if unicodedata.category(character) != "Mn")
    text = text.casefold()
    if not text.isprintable() or " " in text:
        text = "".join(character for character in text if character.isprintable() and character != " ")
    return text.translate(_SAME_SHAPE)


@lru_cache(maxsize=64)
def _skeletons(known: frozenset[str]) -> dict[str, str]:
    return {skeleton(name): name for name in known}


def known_name(text: str, known: frozenset[str]) -> str:
    """The known name that ``text`` imitates; "" when it imitates none, or is itself a known name."""
    if text in known:
        return ""
    return _skeletons(known).get(skeleton(text), "")


def has_invisible(texts: Iterable[str]) -> bool:
    """Whether one of the texts holds a character that shows nothing."""
    return any(visible(text) != text for text in texts)
