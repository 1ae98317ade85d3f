"""Is this a JSON Schema that gates can be held to? Asked once, when the policy that names it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from commitgate.documents.json_lines import PathPart, Places
from commitgate.documents.json_strict import load
from commitgate.documents.schema_words import closed_validator, refusals, shown_path
from commitgate.errors import UserError
from commitgate.finding import MALFORMED, Finding

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_RULE = "policy/stage-schema"
_SHORT = 300


def faults(data: bytes) -> tuple[Finding, ...]:
    """What is wrong with the bytes of a schema, with lines and without a path; () when gates can be held to it.

    It is strict JSON of draft 2020-12 and refers to nothing but itself, so it reads the same wherever it is judged.
    """
    schema, broken = load(data)
    if schema is None:
        return broken
    places = Places(data.decode())
    dialect = schema.get("$schema", _DIALECT)
    if not isinstance(dialect, str) or dialect.rstrip("#") != _DIALECT:
        return (_at(places, ("$schema",), f"found {dialect!a}, expected {_DIALECT}", "write it for draft 2020-12"),)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = tuple(error.absolute_path)
        message = f"{shown_path(path)}: {error.message}"
        return (_at(places, path, message, "correct it; see https://json-schema.org"),)
    return tuple(_references(schema, places)) or tuple(_endless(schema, places))


def _references(schema: dict[str, Any], places: Places) -> Iterator[Finding]:
    """References that lead out of the schema, or nowhere."""
    resource: Any = Resource.from_contents(schema, default_specification=DRAFT202012)
    registry: Any = Registry()
    resolver = registry.resolver_with_root(resource)
    for path, reference in _written(schema, ()):
        if not reference.startswith("#"):
            hint = "copy what it needs into $defs; the fields that every gate has are checked anyway"
            yield _at(places, path, f"the reference {reference[:100]!a} leads out of the schema", hint)
            continue
        try:
            resolver.lookup(reference)
        except Unresolvable:
            yield _at(places, path, f"the reference {reference[:100]!a} leads nowhere", "correct it")


def _written(value: Any, path: tuple[PathPart, ...]) -> Iterator[tuple[tuple[PathPart, ...], str]]:
    """Every reference with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("$ref", "$dynamicRef") and isinstance(inner, str):
                yield (*path, key), inner
            else:
                yield from _written(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _written(inner, (*path, number))


def _endless(schema: dict[str, Any], places: Places) -> Iterator[Finding]:
    """A schema that asks itself before it looks at any field."""
    try:
        refusals(closed_validator(schema), {})
    except UserError as error:
        yield _at(places, (), str(error), error.hint)


def _at(places: Places, path: tuple[PathPart, ...], message: str, hint: str) -> Finding:
    short = message if len(message) <= _SHORT else f"{message[: _SHORT - 1]}…"
    return Finding(_RULE, MALFORMED, short, hint, line=places.line(path))
