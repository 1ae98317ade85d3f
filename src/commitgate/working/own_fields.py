"""What a repository's own schema asks of a gate, as questions to the person who passes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from commitgate.policy.model import Schema
from commitgate.working.settings import BOOLEAN, INTEGER, LIST, TEXT, UNSET, Ask

_KINDS = {"boolean": BOOLEAN, "integer": INTEGER, "number": INTEGER, "array": LIST}


def own_asks(schema: Schema, known: Collection[str]) -> Iterator[Ask]:
    """One question for each field that the schema requires and that is not ``known`` already.

    Only plain schemas are understood (``required``, ``properties``, and an ``if`` over the status); what is asked in
    any other way is said when the gate is refused.
    """
    rules = json.loads(schema.text)
    fields, passing = _mapping(rules.get("properties")), _of_a_pass(rules)
    for name in rules.get("required", ()):
        if name in known:
            continue
        field = _mapping(fields.get(name))
        kind = field.get("type")
        question = str(field.get("description") or name)
        if "enum" in field:
            question += f" ({', '.join(map(str, field['enum']))})"
        wanted = _mapping(passing.get(name)).get("const", field.get("const", UNSET))
        yield Ask(name, _KINDS.get(kind, TEXT) if isinstance(kind, str) else TEXT, question, wanted)


def _of_a_pass(rules: dict[str, Any]) -> dict[str, Any]:
    """The fields of the ``then`` that stands for a PASS."""
    status = _mapping(_mapping(_mapping(rules.get("if")).get("properties")).get("status"))
    return _mapping(_mapping(rules.get("then")).get("properties")) if status.get("const") == "PASS" else {}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
