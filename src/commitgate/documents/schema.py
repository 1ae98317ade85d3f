"""JSON Schemas as checkers: a predicate for the documents that are fine, jsonschema's words for the others.

The shipped schemas (``gates/<name>.schema.json``) are compiled, so a valid document never costs the import of
jsonschema. A schema that a repository or a user brings is checked by jsonschema alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache

from commitgate import share
from commitgate.documents.refusal import Refusal
from commitgate.documents.schema_compile import Predicate, UnsupportedSchema, compiled
from commitgate.errors import UserError
from commitgate.finding import MALFORMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_SUFFIX = ".schema.json"


class Shipped:
    """A schema of ``gates/``: compiled once, worded by jsonschema."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.place = f"gates/{name}{_SUFFIX}"
        self.schema = _shipped(name + _SUFFIX)
        self.keys = _keys(self.schema)
        self.accepts: Predicate = compiled(self.schema, _shipped)

    def refusals(self, document: Any) -> tuple[Refusal, ...]:
        """See Checker."""
        if self.accepts(document):
            return ()
        from commitgate.documents.schema_words import refusals, shipped_validator

        return refusals(shipped_validator(self.schema, _shipped), document)


class Foreign:
    """A schema that is not ours: any keyword of its draft, checked by jsonschema, without network access."""

    def __init__(self, schema: Any, place: str) -> None:
        from commitgate.documents.schema_words import foreign_validator

        self.keys = _keys(schema)
        self.place = place
        self._validator = foreign_validator(schema, place)

    def accepts(self, document: Any) -> bool:
        """See Checker."""
        return not self.refusals(document)

    def refusals(self, document: Any) -> tuple[Refusal, ...]:
        """See Checker. Raises UserError for a reference that leads nowhere."""
        from commitgate.documents.schema_words import refusals

        return refusals(self._validator, document)


class Own:
    """A schema that the policy of a repository carries in it: nothing outside of its text is ever read.

    It was accepted with the policy (see :mod:`commitgate.documents.own_schema`).
    """

    def __init__(self, schema: Mapping[str, Any], place: str) -> None:
        self.place = place
        self.keys = frozenset(schema.get("properties", ()))
        self._schema = schema
        try:
            self.accepts: Predicate = compiled(schema, lambda reference: _definition(schema, reference))
        except UnsupportedSchema:
            self.accepts = self._slowly

    def _slowly(self, document: Any) -> bool:
        return not self.refusals(document)

    def refusals(self, document: Any) -> tuple[Refusal, ...]:
        """See Checker. Raises UserError for a schema that never comes to an end."""
        from commitgate.documents.schema_words import closed_validator, refusals

        return refusals(closed_validator(self._schema), document)


@lru_cache(maxsize=32)
def own(text: str, place: str) -> Own:
    """The checker of a schema that was accepted with the policy; ``text`` is its JSON."""
    return Own(json.loads(text), place)


def _definition(schema: Mapping[str, Any], reference: str) -> Any:
    """What a plain reference to a definition of the same schema means; others are left to jsonschema."""
    name = reference.removeprefix("#/$defs/")
    if name == reference or name not in schema.get("$defs", {}) or not name.isidentifier():
        raise UnsupportedSchema(f"the reference {reference!r} is not followed here")
    return schema["$defs"][name]


@lru_cache(maxsize=32)
def validator(name: str) -> Shipped:
    """The checker of ``gates/<name>.schema.json``. Raises UnsupportedSchema for one that cannot be compiled."""
    return Shipped(name)


def from_file(path: str) -> Foreign:
    """The checker of any JSON Schema file. Raises UserError when it cannot be read or is no schema."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "name a readable JSON Schema file", MALFORMED) from error
    return from_bytes(data, path)


def from_bytes(data: bytes, path: str) -> Foreign:
    """The checker of a JSON Schema, read from ``path`` (references are resolved beside it). Raises UserError."""
    try:
        return Foreign(json.loads(data), path)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON: {error}", "correct the schema file", MALFORMED) from error


@lru_cache(maxsize=64)
def _shipped(file_name: str) -> Mapping[str, Any]:
    with open(share.path("gates", os.path.basename(file_name)), "rb") as file:
        schema: Mapping[str, Any] = json.load(file)
    return schema


def _keys(schema: Any) -> frozenset[str]:
    """The names of keys at the top: those of the schema itself and of what it refers to."""
    if not isinstance(schema, Mapping):
        return frozenset()
    names = frozenset(schema.get("properties", ()))
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.endswith(_SUFFIX) and os.path.exists(share.path("gates", reference)):
        names |= _keys(_shipped(reference))
    return names
