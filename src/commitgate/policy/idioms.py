"""Idioms: lines of code as a policy writes them, and how they are found in other lines in bounded time.

An idiom is written like the code that it stands for: ``os.system(``, ``verify = False``, ``GRANT ... TO``. A space may
be any space or none between signs, ``...`` is anything on the same line, ``*`` and ``?`` are letters of a name, ``"``
is any quote, and ``@`` is a name that must be new to the file. There are no groups, choices or repetitions, so neither
an idiom nor a line can make the search slow. An entry of plain words ("api-key") is compared like the words of a path.
"""

from __future__ import annotations

import re
import unicodedata

from commitgate.policy.words import words

LENGTH_LIMIT = 120
_PHRASE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z")
_TOKEN = re.compile(r"\.\.\.|[\w$*?]+|@|[:=<>!&|+~-]+|\s+|.")
_NAME = re.compile(r"[\w$]+(?:-[\w$]+)*")
_PART = re.compile(r"[\w$]+")
_PIECE = re.compile(r"\w+")
_SPACE = re.compile(r"[^\S ]|  ")
_ESCAPED = re.compile(r"\\u+(?:([0-9a-fA-F]{4})|\{0*([0-9a-fA-F]{1,4})\})")
_GAP = "..."
_QUOTES = "\"'`"
# What "*" may stand for: longer names are nobody's idiom, and an endless one must not be tried from every letter.
_ANY = r"[\w$]{0,40}"


class IdiomError(ValueError):
    """The idiom cannot be used; the text says why."""


def readable(line: str) -> str:
    """The line as it is searched: as Python and people read it, without marks that nobody sees."""
    if "\\u" in line:
        line = _ESCAPED.sub(_unescaped, line)
    if line.isascii():
        return line
    return "".join(one for one in unicodedata.normalize("NFKC", line) if unicodedata.category(one) != "Cf")


def _unescaped(found: re.Match[str]) -> str:
    """JavaScript and Java let a name be written with escapes: ``\\u0065val``."""
    letter = chr(int(found[1] or found[2], 16))
    return letter if letter.isascii() and (letter.isalnum() or letter in "_$") else found[0]


def names(line: str) -> list[str]:
    """The names on a line, those with hyphens as a whole."""
    return _NAME.findall(line)


class Idiom:
    """One entry of a policy's ``lines``, ready to be looked for."""

    def __init__(self, written: str) -> None:
        if len(written) > LENGTH_LIMIT:
            raise IdiomError(f"it is longer than {LENGTH_LIMIT} characters")
        self.written = written
        self.phrase = words(written) if _PHRASE.match(written) else ()
        self.key, self.fragment = "", ""
        self.names_new = "@" in written
        self._tokens: list[str] = []
        self._parts: list[re.Pattern[str]] = []
        if not self.phrase:
            self._read(written)

    def _read(self, written: str) -> None:
        """Tell the tokens apart; ``key`` becomes a whole name, or ``fragment`` a part of one, that the idiom needs."""
        text = readable(written).strip(" ")
        tokens = _TOKEN.findall(text)
        if _SPACE.search(text):
            raise IdiomError("it holds space that is no single blank")
        if tokens.count("@") > 1 or (self.names_new and _GAP in tokens):
            raise IdiomError("it holds '@' more than once, or beside '...'")
        if _GAP in tokens and any(not "".join(part).strip() for part in _cut(tokens)):
            raise IdiomError("'...' needs something before and after it")
        if "*" in text and any(token.strip("*").count("*") > 1 for token in tokens):
            raise IdiomError("it holds '*' more than once inside a name")
        self.key = max([token for token in tokens if _PART.fullmatch(token)], key=len, default="").lower()
        if not self.key:
            self.fragment = max(_PIECE.findall(text), key=len, default="").lower()
        if len(self.key or self.fragment) < 2:
            raise IdiomError("it holds no name of two letters or more to look for")
        self._tokens = tokens

    def _expressions(self) -> list[re.Pattern[str]]:
        """The idiom cut at its gaps; made for a line that has the name, because most lines have none."""
        if not self._parts:
            flags = re.IGNORECASE if self.written == self.written.lower() else re.RegexFlag(0)
            self._parts = [re.compile(_expression(part), flags) for part in _cut(self._tokens)]
        return self._parts

    def search(self, line: str) -> list[str]:
        """The names that stand for "@", or [""] for an idiom without; [] when the line does not hold the idiom."""
        if self.names_new:
            return [match.group("name") for match in self._expressions()[0].finditer(line)]
        at = 0
        for part in self._expressions():
            match = part.search(line, at)  # the first place is good enough, whatever follows it
            if match is None:
                return []
            at = match.end()
        return [""]


def _cut(tokens: list[str]) -> list[list[str]]:
    """The tokens between the gaps."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == _GAP:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _expression(tokens: list[str]) -> str:
    """The regular expression of one part. Every repetition in it is possessive or short."""
    while tokens and tokens[0].isspace():
        tokens = tokens[1:]
    while tokens and tokens[-1].isspace():
        tokens = tokens[:-1]
    made: list[str] = []
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else ""
        if token.isspace():
            joins = _is_name(before) and _is_name(tokens[position + 1])
            made.append(r"\s++" if joins else r"\s*+")
            continue
        if made and not before.isspace():
            made.append(r"\s*+" if not (_is_name(before) and _is_name(token)) else "")
        made.append(_sign(token, position == 0, position == len(tokens) - 1))
    return "".join(made)


def _is_name(token: str) -> bool:
    return bool(token) and (token[0] in "_$*?" or token[0].isalnum())


def _sign(token: str, first: bool, last: bool) -> str:
    if token == "@":
        return r"[\"'`]?(?P<name>[\w$][\w$.-]{0,80}+)"
    if token in _QUOTES:
        return "[\"'`]"
    if not _is_name(token):
        return re.escape(token)
    text = re.escape(token).replace(r"\*", _ANY).replace(r"\?", r"[\w$]")
    if first and not token.startswith(("*", "$")):
        # A function, not a method of that name: "eval(" is not "model.eval(". A spread "...eval(" is.
        text = r"(?<![\w$])(?<!(?<!\.\.)\.)(?<!->)" + text
    elif first:
        text = text.removeprefix(_ANY)
    if last and token != "$":
        text = text.removesuffix(_ANY) if token.endswith("*") else text + r"(?![\w$])"
    return text


def refusal(written: str) -> str:
    """Why an entry cannot be used, or ""."""
    try:
        Idiom(written)
    except IdiomError as error:
        return str(error)
    return ""
