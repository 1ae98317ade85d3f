"""What is wrong with a JSON text that ``json_strict`` refused, and in which line. Only imported on that path.

Text that no parser accepts gets one finding, at the place where parsing ends. Text that is JSON but ambiguous
is scanned once with a token expression; every repetition in it is possessive or atomic, so the scan is linear
whatever the input.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder

from commitgate.documents.json_limits import MAX_DEPTH, MAX_DIGITS
from commitgate.documents.json_lines import after_blanks, line_at
from commitgate.documents.lookalike import known_name, visible
from commitgate.finding import MALFORMED, Finding

MAX_FINDINGS = 20

_permissive = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

_CONFLICT = re.compile(r"^(?:<{7} |\|{7} |={7}\r?$|>{7} )", re.MULTILINE)
_STRING = r'"(?>[^"\\]++|\\.)*+"'
# What can hold no fault is passed over together with the token behind it: blanks, separators, words, plain
# numbers, and strings that are values. The last alternative eats what remains behind the last token.
_NUMBER = rf"-?(?:\d{{1,{MAX_DIGITS}}}(?:\.\d{{1,40}})?+|\d{{1,7}}(?:\.\d{{1,40}})?+[eE][+-]?\d)(?![\d.eE])"
_PLAIN = rf"(?>[ \t\n\r,:]++|true|false|null|{_NUMBER}|{_STRING}(?![ \t\n\r]*+:))"
_TOKEN = re.compile(
    rf"{_PLAIN}*+(?:(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<key>{_STRING})[ \t\n\r]*+:"
    rf"|(?P<odd>NaN|-?Infinity|-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+))|{_PLAIN}++",
    re.DOTALL,
)
_ESCAPE = re.compile(r"(?:\\[^u])++|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<lone>\\u[dD][89a-fA-F]..)|\\u....")


def faults(text: str, known_keys: frozenset[str]) -> tuple[Finding, ...]:
    """The findings (at least one, at most 20) of a text that the strict reader refused."""
    try:
        value = _permissive.decode(text)
    except JSONDecodeError as error:
        return (_syntax(text, error),)
    except RecursionError:
        return (_depth(text),)
    if type(value) is not dict:
        return (
            Finding(
                "json/not-object",
                MALFORMED,
                f"found {_kind(value)} at the top, expected an object",
                'write the document as { "key": value, … }',
                line=line_at(text, after_blanks(text, 0)),
            ),
        )
    return ambiguities(text, known_keys)


def ambiguities(text: str, known_keys: frozenset[str]) -> tuple[Finding, ...]:
    """The findings of a text that is a JSON object, and that was refused."""
    found = _scan(text, known_keys)
    if len(found) > MAX_FINDINGS:
        last = found[MAX_FINDINGS - 1]
        message = f"{last.message} (the first {MAX_FINDINGS} faults are shown, there are more)"
        found = [*found[: MAX_FINDINGS - 1], last._replace(message=message)]
    return tuple(found)


def _kind(value: object) -> str:
    """A JSON value in words; numbers and NaN are text here, see ``_permissive``."""
    return {list: "a list", bool: "true or false", type(None): "null"}.get(type(value), "a single value")


def _syntax(text: str, error: JSONDecodeError) -> Finding:
    conflict = _CONFLICT.search(text)
    if conflict:
        return Finding(
            "json/conflict-marker",
            MALFORMED,
            "found a git conflict marker, expected a resolved file",
            "resolve the conflict and run git add",
            line=line_at(text, conflict.start()),
        )
    place = after_blanks(text, error.pos)
    if text.startswith(("//", "/*", "#"), place):
        return Finding(
            "json/comment",
            MALFORMED,
            "found a comment, expected none: JSON has no comments",
            "remove it, or put the text into a key",
            line=line_at(text, place),
        )
    # Python before 3.13 points behind the comma, later versions at it.
    comma = place if text[place : place + 1] == "," else len(text[:place].rstrip(" \t\n\r")) - 1
    behind = after_blanks(text, comma + 1)
    if comma >= 0 and text[comma] == "," and text[behind : behind + 1] in ("}", "]"):
        return Finding(
            "json/trailing-comma",
            MALFORMED,
            f"found a comma before {text[behind]}, expected none after the last item",
            "remove the comma",
            line=line_at(text, comma),
        )
    return Finding(
        "json/syntax",
        MALFORMED,
        f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})",
        "correct the line; JSON knows double quotes, no comments and no trailing commas",
        line=error.lineno,
    )


def _depth(text: str) -> Finding:
    """The first place that is nested too deeply. The text may be broken behind it."""
    depth = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            if depth > MAX_DEPTH:
                return _too_deep(line_at(text, token.start(kind)))
        elif kind == "close":
            depth -= 1
    return _too_deep(0)


def _too_deep(line: int) -> Finding:
    return Finding(
        "json/depth",
        MALFORMED,
        f"found objects or lists nested more than {MAX_DEPTH} deep, expected at most {MAX_DEPTH}",
        "flatten the document",
        line=line,
    )


def _scan(text: str, known_keys: frozenset[str]) -> list[Finding]:
    """The faults of a well-formed text in their order, a few more than are shown at most."""
    found = _surrogates(text)
    seen: list[set[str]] = []  # the keys of each object that is open
    deepest = MAX_DEPTH
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "close":
            seen.pop()
        elif kind == "open":
            seen.append(set())
            if len(seen) > deepest:
                deepest = len(text)  # said once
                found.append(_too_deep(line_at(text, token.start(kind))))
        elif kind == "key":
            key = token[kind]
            key = _permissive.decode(key) if "\\" in key else key[1:-1]
            here = seen[-1]
            # Inside, a plain key can only be a duplicate; this line is what keeps a big document in time.
            if key in here or len(seen) == 1 or not key.isascii() or not key.isprintable():
                names = known_keys if len(seen) == 1 else frozenset()
                found.extend(_key_faults(key, here, names, text, token.start(kind)))
            here.add(key)
        elif kind == "odd":
            found.extend(_number_faults(token[kind], text, token.start(kind)))
        if len(found) > MAX_FINDINGS:
            break
    return sorted(found, key=lambda finding: finding.line)


def _key_faults(key: str, seen: set[str], known_keys: frozenset[str], text: str, offset: int) -> list[Finding]:
    if key in seen:
        return [
            Finding(
                "json/duplicate-key",
                MALFORMED,
                f"{_shown(key)} stands twice in one object, expected once",
                "remove one of the two",
                line=line_at(text, offset),
            )
        ]
    imitated = known_name(key, known_keys)
    if imitated:
        message = f"found the key {_shown(key)}, which looks like {imitated}, expected {imitated} in its exact spelling"
        hint = f'write "{imitated}", in ASCII letters'
        return [Finding("json/lookalike-key", MALFORMED, message, hint, line=line_at(text, offset))]
    if visible(key) != key:
        message = f"found invisible characters in the key {_shown(key)}, expected none"
        return [Finding("json/lookalike-key", MALFORMED, message, "type the key anew", line=line_at(text, offset))]
    return []


def _number_faults(digits: str, text: str, offset: int) -> list[Finding]:
    """``digits`` is a number outside the plain short ones, or NaN, or an infinity."""
    value = float(digits)
    integer = digits.lstrip("-").isdigit()
    if not integer and -(10**MAX_DIGITS) < value < 10**MAX_DIGITS:
        return []
    shown = digits if len(digits) <= 24 else f"{digits[:20]}… ({len(digits)} characters)"
    if value - value != 0.0 and not integer:
        message, hint = f"found {shown}, expected a finite number", "write a finite number, null, or leave the key out"
        return [Finding("json/number", MALFORMED, message, hint, line=line_at(text, offset))]
    message = f"found the integer {shown}, expected at most {MAX_DIGITS} digits"
    return [Finding("json/integer-size", MALFORMED, message, "write it as a string", line=line_at(text, offset))]


def _surrogates(text: str) -> list[Finding]:
    found = []
    if "\\ud" in text or "\\uD" in text:
        for escape in _ESCAPE.finditer(text):
            if escape["lone"]:
                message = f"found {escape['lone']}, half of a surrogate pair, expected a whole character"
                line = line_at(text, escape.start())
                found.append(Finding("json/surrogate", MALFORMED, message, "write the character itself", line=line))
                if len(found) > MAX_FINDINGS:
                    break
    return found


def _shown(key: str) -> str:
    """A key for a message: escaped where it is not plain, so that a look-alike is seen as one."""
    return ascii(key if len(key) <= 60 else f"{key[:57]}...")
