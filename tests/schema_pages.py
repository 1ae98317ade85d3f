"""The pages of docs/ that are made from the schemas in gates/ and the shipped rules: gates.md and policy-keys.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from commitgate.policy.load import load_policy
from commitgate.policy.sources import RULE_FILES, Sources
from page_parts import NOTE, cell, escaped, joined
from support import CHECKOUT

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "array": "list",
    "object": "object",
    "null": "null",
}


def gates_page() -> str:
    """Every schema of gates/ as a table of fields. The policy has a page of its own."""
    names = sorted(path.name for path in (CHECKOUT / "gates").glob("*.schema.json"))
    names = ["base.schema.json", *(name for name in names if name not in ("base.schema.json", "policy.schema.json"))]
    parts = [
        "# Gates",
        NOTE,
        "A gate is `pipeline/gates/<stage>.json`: strict JSON (no duplicate keys, no comments, at most 256 KiB), a "
        "plain file of mode 100644, named like its field `stage`. Keys that no schema names are allowed and kept. "
        "`git gate pass` writes gates, `git gate derive` writes those of the peer review, and `git gate validate` "
        "checks them by themselves. “Required” is what a gate must hold whatever its status; the last column is what "
        "it must hold besides to say PASS. The schemas stand in `gates/`.",
    ]
    return joined([*parts, *(_schema(name) for name in names)])


def _schema(name: str) -> str:
    schema = json.loads((CHECKOUT / "gates" / name).read_text())
    heading = name.removesuffix(".schema.json")
    title = {"base": "Every gate", "run": "The run: pipeline/run.json"}.get(
        heading, f"{escaped(schema['title'])}: {heading.replace('-area', '-&lt;area&gt;')}"
    )
    needs, required = _conditions(schema.get("allOf", ()))
    lines = [f"## {title}", "", escaped(schema["description"]), "", "| field | value | required | for a PASS |"]
    lines.append("| --- | --- | --- | --- |")
    for key, field in schema["properties"].items():
        if heading.startswith("stage-") and key == "stage":
            continue
        always = "yes" if key in schema.get("required", ()) else required.get(key, "")
        lines.append(f"| `{key}` | {cell(_value(field))} | {always} | {cell(needs.get(key, ''))} |")
    return "\n".join(lines)


def _conditions(clauses: Any) -> tuple[dict[str, str], dict[str, str]]:
    """(field → what a PASS needs, field → when it is required) of the if/then/else clauses of a schema."""
    needs: dict[str, str] = {}
    required: dict[str, str] = {}
    for clause in clauses:
        tested = clause["if"].get("properties", {})
        when = ", ".join(f"`{key}` {_bound(value)}" for key, value in tested.items())
        if "status" in tested:
            then = clause["then"]
            needs |= {key: _bound(value) for key, value in then.get("properties", {}).items()}
        else:
            required |= dict.fromkeys(clause.get("then", {}).get("required", ()), f"when {when}")
            other = clause.get("else", {})
            required |= dict.fromkeys(other.get("required", ()), f"unless {when}")
            inner, _ = _conditions([other] if "if" in other else [])
            needs |= {key: f"{value}, unless {when}" for key, value in inner.items()}
    return needs, required


def _bound(value: dict[str, Any]) -> str:
    if "const" in value:
        return f"is `{json.dumps(value['const'])}`"
    if "maxItems" in value:
        return "is empty" if value["maxItems"] == 0 else f"has at most {value['maxItems']}"
    if "minimum" in value:
        return f"is at least {value['minimum']}"
    return ", ".join(f"{key} {_bound(inner)}" for key, inner in value.get("properties", {}).items())


def _value(field: dict[str, Any]) -> str:
    """What a field may hold, in words."""
    if "enum" in field:
        return " or ".join(f"`{one}`" for one in field["enum"])
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    kinds = field.get("type", "string")
    words = " or ".join(_KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    if kinds == "array" and "items" in field:
        words += f", each: {_value({key: value for key, value in field['items'].items() if key != 'description'})}"
    if kinds == "object" and "properties" in field:
        words += " with " + ", ".join(f"`{key}`" for key in field["properties"])
    if "minimum" in field:
        words += f", at least {field['minimum']}"
    if field.get("pattern") == "\\S":
        words += ", not blank"
    return escaped(words + (f": {field['description']}" if "description" in field else ""))


# -- policy keys ------------------------------------------------------------------------------------------------

# What stands for the name that the repository gives, in the keys that hold one mapping for each name.
_NAMES = {
    "areas": "area",
    "reviewers": "reviewer",
    "security.triggers": "trigger",
    "security.triggers.<trigger>.lines": "language",
    "checkpoints": "letter",
    "brief.sections": "track",
    "profiles": "profile",
    "stages": "stage",
    "tracks": "track",
}
# One new thing of each kind, which shows what it is when nothing is said of it.
_SAMPLE = b"""\
areas: {sample: [/x/**]}
reviewers: {sample-reviewer: {}}
security: {triggers: {"sample:sample": {words: [x]}}}
stages: {sample: {gate: stage-99, role: x}}
"""
_RECORD_FIELDS = {"paths": "patterns", "except": "exceptions"}
# Defaults that are not one value, and what must be given.
SAID = {
    "version": "`1`",
    "target": "the branch of `origin/HEAD`, else main or master",
    "areas.<area>.paths": "must be given",
    "areas.<area>.approvals": "by the shape of the review",
    "areas.<area>.role": "`dev-<area>`",
    "reviewers.<reviewer>.aliases": "`dev-<reviewer>`",
    "reviewers.<reviewer>.level": "`named`, with `emails` `committed`",
    "security.triggers.<trigger>.words": "one of words, paths and lines must be given",
    "stages.<stage>.gate": "must be given",
    "stages.<stage>.role": "must be given",
    "stages.<stage>.title": "the name",
    "checkpoints.<letter>.auto_pass_when": "`null`",
    "merge.requires": "`null`: the stage before deploy",
    "profiles": "none",
    "profiles.<profile>": "must be given",
    "security.triggers.<trigger>.lines.<language>": "none",
    "stages.<stage>.skip_when": "none",
    "brief.sections": "those of `rules/documents.yaml`",
}


def policy_keys_page() -> str:
    """Every key of .gates.yaml: what it may hold, what holds without it, and what it says."""
    schema = json.loads((CHECKOUT / "gates" / "policy.schema.json").read_text())
    shipped = Sources({}, {}).shipped
    headings = re.findall(r"^##+ (.+)$", (CHECKOUT / "docs" / "policy.md").read_text("utf-8"), re.MULTILINE)
    parts = [
        "# Policy keys",
        NOTE,
        "Every key of `.gates.yaml`, made from `gates/policy.schema.json` and the shipped rules in `rules/`. What the "
        "keys are for, with samples, stands in [Policy](policy.md). A name in angle brackets is one that the "
        "repository gives. “Without it” says what holds when the key is not there; a stage or trigger that is "
        "shipped and given anew keeps the fields that are not given.",
    ]
    for key, field in schema["properties"].items():
        about = next((one for one in headings if key in re.findall(r"\w+", one)), "")
        fragment = re.sub(r"[^\w\- ]", "", about.lower()).replace(" ", "-")
        lines = [f"## {key}", "", f"See [{about}](policy.md#{fragment}).", ""] if about else [f"## {key}", ""]
        lines += ["| key | value | without it | meaning |", "| --- | --- | --- | --- |"]
        for path, one in _keys(key, field, schema["$defs"]):
            meaning = one.get("description", "")
            row = (f"`{path}`", _plain_value(one, schema["$defs"]), _without(path, shipped), escaped(meaning))
            lines.append(f"| {' | '.join(cell(text) for text in row)} |")
        parts.append("\n".join(lines))
    parts.append(_conditions_of_stages(schema["$defs"]))
    return joined(parts)


def _keys(path: str, field: dict[str, Any], defs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A key and those below it, as dotted paths with their schemas. A condition has a table of its own."""
    field = _resolved(field, defs)
    yield path, field
    below = field.get("additionalProperties")
    if isinstance(below, dict) and below.get("type") != "string":
        inner = _resolved(below, defs)
        if path in _NAMES and inner.get("properties") is None:
            yield f"{path}.<{_NAMES[path]}>", inner
        field = {"properties": {f"<{_NAMES[path]}>": inner}} if inner.get("properties") else {}
        for name, one in field.get("properties", {}).items():
            for key, value in one["properties"].items():
                yield from _keys(f"{path}.{name}.{key}", value, defs)
        return
    for key, value in field.get("properties", {}).items():
        yield from _keys(f"{path}.{key}", value, defs)


def _resolved(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for; what stands beside the reference goes before it."""
    if "$ref" not in field:
        return field
    return {**defs[field["$ref"].rpartition("/")[2]], **{key: value for key, value in field.items() if key != "$ref"}}


def _plain_value(field: dict[str, Any], defs: dict[str, Any]) -> str:
    """What a key may hold, without its meaning."""
    shown = {key: value for key, value in field.items() if key != "description"}
    if "items" in shown:
        items = {key: value for key, value in _resolved(shown["items"], defs).items() if key != "description"}
        shown["items"] = items
    shown.pop("properties", None)
    if "enum" in shown:
        shown["enum"] = ["null" if one is None else one for one in shown["enum"] if one != ""]
    words = _value(shown).replace("object", "mapping")
    other = field.get("else", {}).get("enum", [])
    offers = [f"`{json.dumps(one).strip(chr(34))}`" for one in other if one not in (False, None, "")]
    return " or ".join([words.split(" or ")[0], *offers]) if offers else words


def _without(path: str, shipped: dict[str, Any]) -> str:
    """What holds when a key is not given."""
    if path in SAID:
        return SAID[path]
    if "<" in path:
        return _of_a_new_one(path)
    value: Any = {**shipped, "security": {"triggers": shipped["triggers"]}}
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, dict):
        if path not in _NAMES:
            return "see below"
        file = next(name for name in RULE_FILES if path.split(".")[-1] in _top_keys(name) or path in _top_keys(name))
        return f"{', '.join(f'`{name}`' for name in value)} (`rules/{file}.yaml`)"
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text if not isinstance(value, str) else value}`"


def _top_keys(name: str) -> set[str]:
    """The keys that a shipped file of rules speaks of."""
    text = (CHECKOUT / "rules" / f"{name}.yaml").read_text("utf-8")
    return set(re.findall(r"^([a-z_]+):", text, re.MULTILINE))


def _of_a_new_one(path: str) -> str:
    """What a field is of a new thing of which nothing is said, as the compiled policy has it."""
    policy, findings = load_policy(_SAMPLE, lambda _: b"{}")
    assert policy is not None, findings
    things: dict[str, Any] = {
        "areas": next(one for one in policy.areas if one.name == "sample"),
        "reviewers": next(one for one in policy.reviewers if one.name == "sample-reviewer"),
        "security": next(one for one in policy.triggers if one.id == "sample:sample"),
        "stages": next(one for one in policy.tracks["full"].stages if one.name == "sample"),
    }
    thing, field = things.get(path.split(".")[0]), path.rpartition(".")[2]
    value = getattr(thing, _RECORD_FIELDS.get(field, field), None) if thing is not None else None
    if value is None:
        return "as shipped" if path.split(".")[0] in ("brief", "tracks") else "–"
    return "none" if value in ((), "") else f"`{json.dumps(value)}`"


def _conditions_of_stages(defs: dict[str, Any]) -> str:
    """The forms of a condition, as when and skip_when of a stage take them."""
    lines = ["## Conditions", "", f"A condition of a stage is {escaped(defs['condition']['description'])}.", ""]
    lines += ["| key | value | meaning |", "| --- | --- | --- |"]
    for key, field in defs["condition"]["properties"].items():
        one = _resolved(field, defs)
        lines.append(f"| `{key}` | {cell(_plain_value(one, defs))} | {cell(escaped(one.get('description', '')))} |")
    return "\n".join(lines)
