"""Fields that only a person can fill in: what is asked, and what ``--set key=value`` answers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from commitgate.errors import UserError

BOOLEAN = "boolean"
INTEGER = "integer"
LIST = "list"
TEXT = "text"

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_EXAMPLES = {BOOLEAN: "false", INTEGER: "0", LIST: '["…"]', TEXT: "…"}
_PLACEHOLDERS: dict[str, Any] = {BOOLEAN: False, INTEGER: 0, LIST: [], TEXT: "…"}
# The examples that say nothing: pasted as they stand, they are no answer.
_UNSAID = (_EXAMPLES[TEXT], [_EXAMPLES[TEXT]])
# What the command line says in words of its own, or nobody may say at all.
_ELSEWHERE = {
    "stage": "name the stage itself",
    "area": "use --area",
    "status": "use --status",
    "agent": "use --agent",
    "track": "the track stands in run.json",
    "timestamp": "the time is now",
    "subject": "it is computed",
}


class Unset:
    """The type of UNSET: no value at all, which JSON's null is not."""


UNSET = Unset()


class Ask(NamedTuple):
    """One field that cannot be computed.

    ``passing`` is the one value that a PASS may have there; ``default`` is what the tree suggests. UNSET: none.
    """

    key: str
    kind: str
    question: str
    passing: Any = UNSET
    default: Any = UNSET


class Missing(UserError):
    """Fields that were not given; ``asks`` says which, so that a person at a terminal can be asked.

    ``command`` is what was typed after ``git gate``, ready to be pasted into a shell; "" when it would not fit a line.
    """

    def __init__(self, gates: str, command: str, asks: tuple[Ask, ...]) -> None:
        self.asks = asks
        names = ", ".join(ask.key for ask in asks)
        answers = " ".join(f"--set {_quoted(f'{ask.key}={example(ask)}')}" for ask in asks)
        hint = f"git gate {command} {answers}" if command else f"the same command with {answers}"
        super().__init__(f"{gates} needs what nobody can compute: {names}", hint)


def example(ask: Ask) -> str:
    """A value as it would be written after ``--set key=``."""
    return _EXAMPLES[ask.kind] if isinstance(ask.passing, Unset) else _shown(ask.passing)


def placeholder(ask: Ask) -> Any:
    """A value of the right kind for a question that nobody has answered yet."""
    return _PLACEHOLDERS[ask.kind] if isinstance(ask.passing, Unset) else ask.passing


def typed(settings: Mapping[str, Any]) -> list[str]:
    """The words for a shell that say ``settings`` again: ``--set`` before each ``key=value``."""
    return [word for key, said in settings.items() for word in ("--set", _quoted(f"{key}={_shown(said)}"))]


def _shown(said: Any) -> str:
    """A value as it is typed; a text that would be read as JSON keeps its quotes."""
    plain = isinstance(said, str) and value(said) == said
    return said if plain else json.dumps(said, ensure_ascii=False)


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[a-z0-9_=]+", word, re.IGNORECASE) else shlex.quote(word)


def parse(words: Iterable[str]) -> dict[str, Any]:
    """``key=value`` words as fields: a value is JSON, else the text itself. UserError for anything else."""
    found: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise UserError(f"{word[:80]!a} is no setting", "write --set key=value, such as --set lint_passed=true")
        if key in _ELSEWHERE:
            raise UserError(f"{key} cannot be set this way", _ELSEWHERE[key])
        if key in found:
            raise UserError(f"{key} is set twice", "give each key once")
        found[key] = value(text)
        if found[key] in _UNSAID:
            raise UserError(f"{key} is still the example {_EXAMPLES[TEXT]}", f"say what is true: --set '{key}=<value>'")
    return found


def value(text: str) -> Any:
    """A value as typed: JSON when it is JSON, else the text itself."""
    if any("\ud800" <= one <= "\udfff" for one in text):
        raise UserError(f"{text[:80]!a} is not UTF-8", "a gate holds UTF-8 only")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(name: str) -> Any:
    raise ValueError(name)
