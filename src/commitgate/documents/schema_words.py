"""What jsonschema refuses, as one clear sentence each. Imported only when a document was refused.

``found … , expected …`` with the field in front; several errors about one field are one refusal.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import validator_for
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable, Unretrievable
from referencing.jsonschema import DRAFT202012

from commitgate.documents.json_lines import PathPart
from commitgate.documents.refusal import Refusal
from commitgate.errors import UserError
from commitgate.finding import MALFORMED

MAX_REFUSALS = 20
_MAX_ERRORS = 200  # a list of 100,000 wrong items must not take minutes
_MAX_SHOWN = 60
# Keywords whose refusal is fully said by "found …, expected …"; the others keep jsonschema's own words.
_WORDED = frozenset({"type", "enum", "const", "pattern", "minimum", "maxItems"})
_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def shipped_validator(schema: Mapping[str, Any], load: Callable[[str], Mapping[str, Any]]) -> Any:
    """jsonschema's validator of a shipped schema; ``load`` gives the schema of a file name."""

    def retrieve(uri: str) -> Any:
        return Resource.from_contents(load(uri), default_specification=DRAFT202012)

    registry: Any = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    return Draft202012Validator(schema, registry=registry)


def foreign_validator(schema: Any, path: str) -> Any:
    """jsonschema's validator of a user's schema. References reach files beside it, never the network."""
    base = "file://" + os.path.abspath(path)
    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        where = shown_path(tuple(error.absolute_path))
        raise UserError(
            f"{path}: not a JSON Schema: {where}: {error.message}", "correct the schema", MALFORMED
        ) from error

    def retrieve(uri: str) -> Any:
        parts = urlsplit(uri)
        if parts.scheme != "file":
            raise NoSuchResource(uri)
        with open(unquote(parts.path), "rb") as file:
            return Resource.from_contents(json.load(file), default_specification=DRAFT202012)

    resource = Resource.from_contents(schema, default_specification=DRAFT202012)
    registry: Any = Registry(retrieve=retrieve).with_resource(base, resource)  # type: ignore[call-arg]
    return kind({"$ref": base}, registry=registry)


def closed_validator(schema: Mapping[str, Any]) -> Any:
    """jsonschema's validator of a schema that refers to nothing but itself."""
    registry: Any = Registry()
    return Draft202012Validator(schema, registry=registry)


def refusals(validator: Any, document: Any) -> tuple[Refusal, ...]:
    """At most 20 refusals, one per field, the most basic first; () for a valid document."""
    by_path: dict[tuple[PathPart, ...], Refusal] = {}
    try:
        for error in islice(validator.iter_errors(document), _MAX_ERRORS):
            for refusal in _refusals(error):
                known = by_path.get(refusal.path)
                # A wrong type is said before what a PASS needs of the right one.
                if known is None or (known.conditional and not refusal.conditional):
                    by_path[refusal.path] = refusal
    except (Unresolvable, Unretrievable, NoSuchResource) as error:
        raise UserError(f"the schema refers to what is not there: {error}", "correct its $ref", MALFORMED) from error
    except (re.error, RecursionError) as error:
        raise UserError(f"the schema cannot be applied: {error}", "correct the schema", MALFORMED) from error
    return tuple(by_path.values())[:MAX_REFUSALS]


def _refusals(error: ValidationError) -> list[Refusal]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    conditional = "then" in error.absolute_schema_path
    schema: Any = error.schema
    if keyword == "required":
        made = []
        names: Any = error.validator_value
        document: Any = error.instance
        for name in names:
            if name not in document:
                wanted = expected(schema.get("properties", {}).get(name, {})) or "a value"
                here = (*path, name)
                made.append(Refusal(here, shown_path(here), "missing", wanted, keyword, conditional))
        return made
    wanted = expected(schema) if keyword in _WORDED else ""
    found = f"found {shown(error.instance)}" if wanted else _cut(error.message, 200)
    return [Refusal(path, shown_path(path), found, wanted, keyword, conditional)]


def shown_path(path: tuple[PathPart, ...]) -> str:
    """A path as people write it: ``sca_findings.high``, ``blockers[0]``; "the document" for the top."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the document"


def shown(value: Any) -> str:
    """A value as JSON, cut to what fits a message; long lists and objects by their size."""
    if isinstance(value, list) and len(value) > 3:
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}" if value else "{}"
    text = json.dumps(value, ensure_ascii=False)
    # What does not print (line separators, look-alike blanks) is shown escaped.
    return _cut(text if text.isprintable() else json.dumps(value), _MAX_SHOWN)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def expected(schema: Any) -> str:
    """What a subschema accepts, in words; "" when there are no words for it."""
    if not isinstance(schema, Mapping):
        return ""
    if "const" in schema:
        return shown(schema["const"])
    if "enum" in schema:
        return "one of " + ", ".join(str(value) if value is not None else "null" for value in schema["enum"])
    if schema.get("maxItems") == 0:
        return "an empty list"
    if "pattern" in schema:
        return "a non-blank string" if schema["pattern"] == "\\S" else str(schema.get("description", ""))
    types = schema.get("type", ())
    names = [types] if isinstance(types, str) else list(types)
    words = " or ".join(_TYPES[name] for name in names)
    if names == ["array"] and isinstance(schema.get("items"), Mapping):
        inside = schema["items"].get("type")
        words += {"string": " of strings", "object": " of objects"}.get(inside, "") if isinstance(inside, str) else ""
    if "minimum" in schema:
        words += f" >= {schema['minimum']}"
    return words
