"""JSON as this product accepts it: one object, nothing that two readers could understand differently.

The fast path is one pass of the standard library's C scanner with hooks. Whatever they refuse is looked at
again by ``json_faults``, which names each defect and its line; a document that is fine never pays for that.
"""

from __future__ import annotations

from json import JSONDecoder

from commitgate.documents.json_limits import MAX_BYTES, MAX_DEPTH, MAX_DIGITS
from commitgate.documents.lookalike import has_invisible, known_name
from commitgate.finding import MALFORMED, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_UTF16_32 = (b"\xff\xfe", b"\xfe\xff")


class _Refused(ValueError):
    """Raised by a hook of the fast path; ``json_faults`` finds out the rest."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused
    return made


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS and len(digits.lstrip("-")) > MAX_DIGITS:
        raise _Refused
    return int(digits)


def _number(digits: str) -> float | int:
    value = float(digits)
    if value - value != 0.0:  # infinite
        raise _Refused
    if value.is_integer():
        # 7.0 and 7 are the same integer in JSON Schema, so they are the same value everywhere here.
        if abs(value) >= 10**MAX_DIGITS:
            raise _Refused
        return int(value)
    return value


def _constant(name: str) -> NoReturn:
    raise _Refused


_decode = JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_number, parse_constant=_constant
).decode


def load(data: bytes, known_keys: frozenset[str] = frozenset()) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
    """The object that ``data`` holds, or None and what is wrong with it (``json/…``, all MALFORMED, with lines).

    ``known_keys`` are the names that keys at the top must not imitate (``json/lookalike-key``). Never raises
    on bad input. Numbers such as ``7.0`` come back as int.
    """
    text, finding = _text(data)
    if finding:
        return None, (finding,)
    try:
        value = _decode(text)
    except (ValueError, RecursionError):
        value = None
    if type(value) is not dict:
        from commitgate.documents.json_faults import faults

        return None, faults(text, known_keys)
    if _suspicious(text, value, known_keys):
        from commitgate.documents.json_faults import ambiguities

        return None, ambiguities(text, known_keys)
    return value, ()


def _text(data: bytes) -> tuple[str, Finding | None]:
    if len(data) > MAX_BYTES:
        return "", Finding(
            "json/size",
            MALFORMED,
            f"found {len(data)} bytes, expected at most {MAX_BYTES}",
            "move long texts into a document beside the gate and name it here",
        )
    if data.startswith(b"\xef\xbb\xbf"):
        return "", Finding(
            "json/bom",
            MALFORMED,
            "found a byte order mark at the start, expected UTF-8 without one",
            "save the file as UTF-8 without BOM",
            line=1,
        )
    if data.startswith(_UTF16_32) or b"\0" in data[:4]:
        return "", Finding(
            "json/encoding",
            MALFORMED,
            "found UTF-16 or UTF-32, expected UTF-8",
            "save the file as UTF-8 without BOM",
            line=1,
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "", Finding(
            "json/encoding",
            MALFORMED,
            f"found the byte 0x{data[error.start]:02x}, which is not UTF-8, at byte {error.start}, expected UTF-8",
            "save the file as UTF-8 without BOM",
            line=data.count(b"\n", 0, error.start) + 1,
        )
    if not text or text.isspace():
        return "", Finding(
            "json/empty",
            MALFORMED,
            "found an empty file, expected a JSON object",
            "write the object, or remove the file: absence is the open state",
        )
    return text, None


def _suspicious(text: str, value: dict[str, Any], known_keys: frozenset[str]) -> bool:
    """Whether a document that parsed still holds something to refuse."""
    escapes = "\\u" in text
    if escapes and ("\\ud" in text or "\\uD" in text) and _has_lone_surrogate(value):
        return True
    if text.count("[") + text.count("{") > MAX_DEPTH and _too_deep(value):
        return True
    if (escapes or not text.isascii()) and has_invisible(_keys(value)):
        return True
    return any(key not in known_keys and known_name(key, known_keys) for key in value)


def _levels(value: Any) -> Any:
    """The containers of a parsed document, level by level: no recursion, whatever the nesting."""
    level = [value]
    while level:
        yield level
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]


def _too_deep(value: Any) -> bool:
    return any(depth >= MAX_DEPTH for depth, _ in enumerate(_levels(value)))


def _keys(value: Any) -> list[str]:
    return [key for level in _levels(value) for parent in level if type(parent) is dict for key in parent]


def _has_lone_surrogate(value: Any) -> bool:
    texts = _keys(value)
    for level in _levels(value):
        for parent in level:
            children = parent.values() if type(parent) is dict else parent
            texts.extend(child for child in children if type(child) is str)
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return True
    return False
