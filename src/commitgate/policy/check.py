"""``.gates.yaml`` against ``gates/policy.schema.json``: what each key may hold, said with its line."""

from __future__ import annotations

import json

from commitgate import share
from commitgate.documents.schema_compile import UnsupportedSchema, compiled
from commitgate.finding import MALFORMED, Finding
from commitgate.policy.sources import FILE, FINDINGS_LIMIT, nearest
from commitgate.policy.yaml_strict import LineMap, line_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from jsonschema.exceptions import ValidationError


def against_schema(
    data: object, lines: LineMap, schema: str = "policy.schema.json", path: str = FILE
) -> tuple[Finding, ...]:
    """Findings ``policy/unknown-key`` and ``policy/schema``, in the order of the file; () when it fits.

    ``schema`` is a file of ``gates/``; ``path`` is what the data was read from.
    """
    with open(share.path("gates", schema), encoding="utf-8") as file:
        rules = json.load(file)
    if _accepts(rules, data):
        return ()
    from jsonschema import Draft202012Validator

    findings: list[Finding] = []
    for error in Draft202012Validator(rules).iter_errors(data):
        findings.extend(_explained(error, lines))
        if len(findings) >= FINDINGS_LIMIT:
            break
    placed = (finding._replace(path=path) for finding in findings)
    return tuple(sorted(placed, key=lambda finding: finding.line))


def _accepts(rules: Any, data: object) -> bool:
    """Whether the data fits, told without the import of jsonschema: the server reads the policy at every push."""

    def within(reference: str) -> Any:
        if not reference.startswith("#/$defs/"):
            raise UnsupportedSchema(f"{reference!r} leads out of the schema")
        return rules["$defs"][reference.removeprefix("#/$defs/")]

    try:
        return compiled(rules, within)(data)
    except UnsupportedSchema:
        return False


def _explained(error: ValidationError, lines: LineMap) -> list[Finding]:
    path = tuple(error.absolute_path)
    where = ".".join(shown(str(part)) for part in path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        inside = f" in {where}" if where else ""
        return [
            Finding(
                "policy/unknown-key",
                MALFORMED,
                f"unknown key '{shown(key)}'{inside}",
                nearest(key, known),
                FILE,
                line_of(lines, (*path, key)),
            )
            for key in [key for key in error.instance if key not in known][:FINDINGS_LIMIT]
        ]
    if "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        path = (*path, error.instance)
    hint = str(error.schema.get("description", "")) if isinstance(error.schema, dict) else ""
    message = f"{where or 'the file'}: {_problem(error)}"
    return [Finding("policy/schema", MALFORMED, message, hint, FILE, line_of(lines, path))]


def _problem(error: ValidationError) -> str:
    """What was found and what was expected; long values are cut, so the message stays one line."""
    found = _brief(error.instance)
    expected: Any = error.validator_value
    match error.validator:
        case "type":
            return f"found {found}, expected {_kinds(expected if isinstance(expected, list) else [expected])}"
        case "enum":
            return f"found {found}, expected {' or '.join(_brief(value) for value in expected)}"
        case "const":
            return f"found {found}, expected {_brief(expected)}"
        case "pattern":
            return f"found {found}, which is not a name of the expected form"
        case "required":
            held: Any = error.instance
            missing = [key for key in expected if key not in held]
            return f"without {', '.join(missing)}"
        case "minimum" | "maximum":
            return f"found {found}, the {error.validator} is {expected}"
        case _:
            return f"found {found}: {error.validator} is {_brief(expected)}"


_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def _kinds(names: list[str]) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names)


def _brief(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return shown(json.dumps(value, ensure_ascii=False))
