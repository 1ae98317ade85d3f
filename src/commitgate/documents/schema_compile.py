"""A JSON Schema turned into nested Python predicates.

Only the keywords that the shipped schemas use are known. An unknown one refuses to compile, so nobody can add
a rule to a schema that the fast path would silently ignore. A property test holds the predicates equal to
jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Predicate = Callable[[object], bool]
Resolve = Callable[[str], "Any"]

_ANNOTATIONS = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"})
_BESIDE = frozenset({"then", "else"})  # handled with "if"


class UnsupportedSchema(ValueError):
    """The schema uses something that has no predicate here."""


def compiled(schema: Any, resolve: Resolve) -> Predicate:
    """The predicate of a schema; ``resolve`` gives the schema of a ``$ref``. Raises UnsupportedSchema."""
    if not isinstance(schema, Mapping):
        raise UnsupportedSchema(f"a schema must be an object here, found {schema!r}")
    checks = []
    for keyword, value in schema.items():
        if keyword in _ANNOTATIONS or keyword in _BESIDE:
            continue
        if keyword not in _COMPILERS:
            raise UnsupportedSchema(f"the keyword {keyword!r} has no predicate")
        checks.append(_COMPILERS[keyword](value, schema, resolve))
    return _all(checks)


def _all(checks: list[Predicate]) -> Predicate:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)

    def every(value: Any) -> bool:
        for check in checks:  # noqa: SIM110 - all() with a generator takes twice the time
            if not check(value):
                return False
        return True

    return every


def is_integer(value: Any) -> bool:
    """Integer in the sense of JSON Schema: 7 and 7.0, but neither true nor "7"."""
    return type(value) is int or (type(value) is float and value.is_integer())


_TYPES: dict[str, Predicate] = {
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
    "number": lambda value: type(value) is int or type(value) is float,
    "integer": is_integer,
}


def _type(names: Any, schema: Any, resolve: Resolve) -> Predicate:
    if isinstance(names, str):
        return _TYPES[names]
    checks = [_TYPES[name] for name in names]
    return lambda value: any(check(value) for check in checks)


def _enum(values: Any, schema: Any, resolve: Resolve) -> Predicate:
    if not all(value is None or type(value) in (str, bool) for value in values):
        raise UnsupportedSchema("enum is supported for strings, booleans and null only")
    allowed = frozenset(value for value in values if type(value) is str)
    others = [value for value in values if type(value) is not str]
    if not others:
        return lambda value: type(value) is str and value in allowed
    return lambda value: value in allowed if type(value) is str else any(value is one for one in others)


def _const(wanted: Any, schema: Any, resolve: Resolve) -> Predicate:
    if wanted is None or type(wanted) is bool:
        return lambda value: value is wanted
    if type(wanted) is str:
        return lambda value: type(value) is str and value == wanted
    if type(wanted) is int:
        return lambda value: (type(value) is int or type(value) is float) and value == wanted
    raise UnsupportedSchema(f"const is supported for strings, integers, booleans and null, found {wanted!r}")


def _required(names: Any, schema: Any, resolve: Resolve) -> Predicate:
    wanted = frozenset(names)
    return lambda value: type(value) is not dict or wanted <= value.keys()


def _properties(properties: Any, schema: Any, resolve: Resolve) -> Predicate:
    checks = [(name, compiled(subschema, resolve)) for name, subschema in properties.items()]

    def every(value: Any) -> bool:
        if type(value) is dict:
            for name, check in checks:
                if name in value and not check(value[name]):
                    return False
        return True

    return every


def _additional(additional: Any, schema: Any, resolve: Resolve) -> Predicate:
    known = frozenset(schema.get("properties", ()))
    if additional is False:
        return lambda value: type(value) is not dict or value.keys() <= known
    check = compiled(additional, resolve)

    def every(value: Any) -> bool:
        if type(value) is dict:
            for name, item in value.items():
                if name not in known and not check(item):
                    return False
        return True

    return every


def _property_names(names: Any, schema: Any, resolve: Resolve) -> Predicate:
    check = compiled(names, resolve)
    return lambda value: type(value) is not dict or all(check(name) for name in value)


def _items(items: Any, schema: Any, resolve: Resolve) -> Predicate:
    check = compiled(items, resolve)

    def every(value: Any) -> bool:
        if type(value) is list:
            for item in value:
                if not check(item):
                    return False
        return True

    return every


def _pattern(pattern: Any, schema: Any, resolve: Resolve) -> Predicate:
    search = re.compile(pattern).search
    return lambda value: type(value) is not str or search(value) is not None


def _minimum(limit: Any, schema: Any, resolve: Resolve) -> Predicate:
    return lambda value: (type(value) is not int and type(value) is not float) or value >= limit


def _maximum(limit: Any, schema: Any, resolve: Resolve) -> Predicate:
    return lambda value: (type(value) is not int and type(value) is not float) or value <= limit


def _longest(kind: type[Sized]) -> Callable[[Any, Any, Resolve], Predicate]:
    """maxLength, maxItems or maxProperties: at most so many in a value of the kind."""
    return lambda limit, schema, resolve: lambda value: type(value) is not kind or len(value) <= limit


def _shortest(kind: type[Sized]) -> Callable[[Any, Any, Resolve], Predicate]:
    """minLength, minItems or minProperties: at least so many in a value of the kind."""
    return lambda limit, schema, resolve: lambda value: type(value) is not kind or len(value) >= limit


def _all_of(schemas: Any, schema: Any, resolve: Resolve) -> Predicate:
    return _all([compiled(subschema, resolve) for subschema in schemas])


def _if(condition: Any, schema: Any, resolve: Resolve) -> Predicate:
    holds = compiled(condition, resolve)
    then = compiled(schema.get("then", {}), resolve)
    otherwise = compiled(schema.get("else", {}), resolve)
    return lambda value: then(value) if holds(value) else otherwise(value)


def _ref(reference: Any, schema: Any, resolve: Resolve) -> Predicate:
    if not reference.startswith("#"):
        return compiled(resolve(reference), resolve)
    made: list[Predicate] = []  # within a schema a definition may refer to itself, so it is compiled when it is met

    def check(value: Any) -> bool:
        if not made:
            made.append(compiled(resolve(reference), resolve))
        return made[0](value)

    return check


_COMPILERS: dict[str, Callable[[Any, Any, Resolve], Predicate]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "items": _items,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "maxLength": _longest(str),
    "maxItems": _longest(list),
    "maxProperties": _longest(dict),
    "minLength": _shortest(str),
    "minItems": _shortest(list),
    "minProperties": _shortest(dict),
    "allOf": _all_of,
    "if": _if,
    "$ref": _ref,
}
