"""Schemas that a repository brings for its stages: accepted with the policy or refused with file and line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commitgate.documents.gate import read
from commitgate.documents.schema import own
from commitgate.finding import MALFORMED, Finding
from commitgate.policy.gates import GateRules
from commitgate.policy.load import load_policy
from commitgate.policy.model import Policy
from commitgate.policy.paths import classify
from commitgate.working.own_fields import own_asks
from commitgate.working.settings import BOOLEAN, TEXT, UNSET

PATH = "policy/audit.schema.json"
POLICY = f"""\
stages:
  audit:
    gate: stage-10
    role: auditor
    needs: [build]
    schema: {PATH}
  audit-of-areas:
    gate: stage-11
    role: auditor
    needs: [build]
    fan_out: area
    schema: {PATH}
"""
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["score", "tool"],
    "properties": {"score": {"type": "integer", "minimum": 0}, "tool": {"$ref": "#/$defs/text"}},
    "$defs": {"text": {"type": "string", "minLength": 1}},
    "if": {"properties": {"status": {"const": "PASS"}}},
    "then": {"properties": {"score": {"minimum": 90}}},
}
GATE = {
    "stage": "stage-10",
    "status": "PASS",
    "agent": "auditor",
    "track": "full",
    "timestamp": "2026-03-26T10:00:00Z",
    "score": 95,
    "tool": "axe",
    "blockers": [],
    "warnings": [],
}


def text(schema: Any) -> bytes:
    return json.dumps(schema, indent=2).encode()


def loaded(data: bytes | None, policy: str = POLICY) -> tuple[Policy | None, tuple[Finding, ...]]:
    return load_policy(policy.encode(), lambda path: data if path == PATH else None)


def accepted(schema: Any) -> Policy:
    policy, findings = loaded(text(schema))
    assert findings == ()
    assert policy is not None
    return policy


def rules_of(policy: Policy, **changed: Any) -> list[str]:
    fields = {key: value for key, value in {**GATE, **changed}.items() if value is not None}
    stage = fields["stage"]
    schema = GateRules(policy).schema(stage)
    assert schema is not None
    facts = read(text(fields), f"{stage}.json", added=own(schema.text, schema.path))
    return [finding.rule for finding in GateRules(policy).applied(facts).findings]


def test_the_policy_carries_the_schema_and_knows_the_stage() -> None:
    policy = accepted(SCHEMA)
    assert [schema.path for schema in policy.schemas] == [PATH]
    assert rules_of(policy) == []
    assert rules_of(policy, stage="stage-11-backend") == []
    assert GateRules(policy).schema("stage-05") is None


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"tool": None}, ["gate/schema"]),
        ({"score": "high"}, ["gate/schema"]),
        ({"score": 50}, ["gate/pass-needs"]),
        ({"tool": ""}, ["gate/schema"]),
        ({"agent": None}, ["gate/schema"]),
        ({"status": "FAIL", "score": 50, "blockers": ["contrast"]}, []),
        ({"status": "FAIL", "score": 50}, []),  # the score says why
        ({"status": "FAIL", "score": 95}, ["gate/fail-reason"]),
        ({"Score": 1}, ["json/lookalike-key"]),
    ],
)
def test_its_fields_are_required_beside_those_of_every_gate(changed: dict[str, Any], rules: list[str]) -> None:
    assert rules_of(accepted(SCHEMA), **changed) == rules


def test_the_hint_names_the_file() -> None:
    schema = accepted(SCHEMA).schemas[0]
    fields = {key: value for key, value in GATE.items() if key != "tool"}
    facts = read(text(fields), "stage-10.json", added=own(schema.text, schema.path))
    assert [PATH in finding.hint for finding in facts.findings if finding.rule == "gate/schema"] == [True]


def test_what_has_no_predicate_is_asked_of_jsonschema() -> None:
    policy = accepted({**SCHEMA, "dependentRequired": {"score": ["weights"]}})
    assert rules_of(policy) == ["gate/schema"]
    assert rules_of(policy, weights=[1]) == []


def test_a_schema_is_added_to_the_shipped_one_of_a_shipped_stage() -> None:
    policy, _ = loaded(text(SCHEMA), f"stages: {{pre-review: {{schema: {PATH}}}}}\n")
    assert policy is not None
    assert "gate/schema" in rules_of(policy, stage="stage-05")  # lint_passed and the others are missing
    shipped = {"lint_passed": True, "tests_passed": True, "dependency_review_passed": True}
    assert rules_of(policy, stage="stage-05", security_review_required=False, **shipped) == []


def test_another_text_is_another_policy_and_the_file_is_part_of_the_control_plane() -> None:
    policy = accepted(SCHEMA)
    assert policy.digest != accepted({**SCHEMA, "required": []}).digest
    assert "control:plane" in dict(classify(policy, PATH).triggers)
    assert "control:plane" not in dict(classify(policy, "policy/other.schema.json").triggers)


@pytest.mark.parametrize(
    ("data", "rule", "path", "line", "said"),
    [
        (None, "policy/stage-schema", ".gates.yaml", 6, "no file policy/audit.schema.json"),
        (b"", "json/empty", PATH, 0, ""),
        (b'{\n "type": "object",\n "type": "object"}', "json/duplicate-key", PATH, 3, ""),
        (b"[]", "json/not-object", PATH, 1, ""),
        (b'{\n "type": "objekt"\n}', "policy/stage-schema", PATH, 2, "objekt"),
        (b'{\n "required": [1]\n}', "policy/stage-schema", PATH, 2, "not of type 'string'"),
        (b'{\n "$schema":\n "http://json-schema.org/draft-07/schema#"\n}', "policy/stage-schema", PATH, 2, "2020-12"),
        (b'{\n "properties": {\n  "a": {"$ref": "other.json"}}}', "policy/stage-schema", PATH, 3, "leads out"),
        (b'{\n "$ref": "https://example.com/x.json"}', "policy/stage-schema", PATH, 2, "leads out"),
        (b'{\n "properties": {\n  "a": {"$ref": "#/$defs/a"}}}', "policy/stage-schema", PATH, 3, "leads nowhere"),
        (b'{\n "allOf": [{"$ref": "#"}]\n}', "policy/stage-schema", PATH, 1, "cannot be applied"),
        (b'{\n "properties": {"a": {"pattern": "("}}}', "policy/stage-schema", PATH, 2, "("),
    ],
)
def test_what_cannot_be_used_is_refused(data: bytes | None, rule: str, path: str, line: int, said: str) -> None:
    policy, findings = loaded(data)
    assert policy is None
    assert [finding.level for finding in findings] == [MALFORMED] * len(findings)
    assert (findings[0].rule, findings[0].path, findings[0].line) == (rule, path, line)
    assert said in findings[0].message


@pytest.mark.parametrize("path", ["/policy/x.json", "../x.json", "policy/x.yaml", "policy/x.json\\n", "x .json"])
def test_only_a_path_inside_the_repository_is_taken(path: str) -> None:
    policy, findings = load_policy(POLICY.replace(PATH, json.dumps(path)).encode(), lambda _: text(SCHEMA))
    assert policy is None
    assert {finding.rule for finding in findings} == {"policy/schema"}


def test_the_gate_of_an_area_speaks_of_that_area() -> None:
    policy = accepted(SCHEMA)
    assert rules_of(policy, stage="stage-11-backend", area="backend") == []
    assert rules_of(policy, stage="stage-11-backend", area="frontend") == ["gate/area"]
    assert rules_of(policy, stage="stage-11-backend", area="") == []  # what an area must be is for the schema to say


def test_what_a_person_is_asked() -> None:
    schema = accepted(
        {**SCHEMA, "required": ["score", "tool", "level", "fine", "status"],
         "properties": {
             **SCHEMA["properties"],
             "level": {"enum": ["A", "AA"], "description": "Which level?"},
             "fine": {"type": "boolean", "const": True},
             "tool": {"type": ["string", "null"]},
         }}
    ).schemas[0]  # fmt: skip
    asks = {ask.key: (ask.kind, ask.question, ask.passing) for ask in own_asks(schema, ("status", "score"))}
    assert asks == {
        "tool": (TEXT, "tool", UNSET),
        "level": (TEXT, "Which level? (A, AA)", UNSET),
        "fine": (BOOLEAN, "fine", True),
    }
