"""The words of a path, as people see them: what security triggers compare with.

``src/OAuthClient2.ts`` has the words src, o, auth, client, 2 and ts. Substrings are no words, so ``author`` holds no
``auth``. A phrase is a run of words in one name; "/" inside a phrase stands for the slash of the path.
"""

from __future__ import annotations

import re
import unicodedata

_LOWER = "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PIECE = re.compile(
    "[A-Z]{2,}s(?![a-z])"  # JWTs
    "|[A-Z]+(?=[A-Z][a-z])"  # HTTP in HTTPServer
    f"|[A-Z]?[{_LOWER}]+"  # Server, server
    "|[A-Z]+"  # URL
    "|[0-9]+"
    f"|[^\\W_0-9A-Z{_LOWER}]+"  # other scripts: "login画面" is login and 画面
    "|/"
)
# Names are often glued: "authservice", "loginform". A known last part is a word of its own, on both sides of the
# comparison; the rest counts only when it is itself a word that somebody listed.
_TAILS = tuple(
    noun + plural
    for noun in (
        "service", "controller", "handler", "manager", "middleware", "provider", "helper", "util", "client",
        "server", "store", "storage", "module", "router", "route", "guard", "config", "form", "page", "screen",
        "view", "model", "api", "dialog", "modal", "validator", "generator", "interceptor", "filter",
        "auth", "password", "token", "secret", "login", "permission", "credential", "vault",
    )
    for plural in ("", "s")
)  # fmt: skip
_SHORTEST_HEAD = 3


def normal(text: str) -> str:
    """Case and composition folded, so that two spellings of the same name are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def words(text: str) -> tuple[str, ...]:
    """The words of a path or phrase in order, folded; each slash of the path is an item of its own."""
    found: list[str] = []
    for piece in _PIECE.findall(unicodedata.normalize("NFC", text)):
        word = normal(piece)
        if word.endswith(_TAILS):
            tail = next(tail for tail in _TAILS if word.endswith(tail))
            if len(word) - len(tail) >= _SHORTEST_HEAD:
                found.append(word[: -len(tail)])
                word = tail
        found.append(word)
    return tuple(found)


def occurrences(phrase: tuple[str, ...], within: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where ``phrase`` stands in ``within``: pairs of first position and the position after the last."""
    size = len(phrase)
    return [(at, at + size) for at in range(len(within) - size + 1) if within[at : at + size] == phrase]
