"""Schemas: the compiled predicates agree with jsonschema, and refusals are said in one clear sentence."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gate_blocks import VALID, WALKTHROUGH
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from commitgate import share
from commitgate.documents import schema
from commitgate.documents.schema_compile import UnsupportedSchema, compiled
from commitgate.errors import UserError

NAMES = sorted(
    name.removesuffix(".schema.json") for name in os.listdir(share.path("gates")) if name.startswith("stage")
)
SCHEMAS = {
    name: json.loads(Path(share.path("gates", f"{name}.schema.json")).read_bytes()) for name in [*NAMES, "base", "run"]
}
REGISTRY = Registry().with_resources(
    (f"{name}.schema.json", Resource.from_contents(contents)) for name, contents in SCHEMAS.items()
)
RUN = {
    "schema": 1,
    "run": "password-reset",
    "feature": "Password reset",
    "track": "full",
    "created": "2026-03-26T09:00:00Z",
}
SAMPLES = {
    **{name: [VALID[name]] for name in NAMES if name in VALID},
    "stage-04-area": [VALID["stage-04-backend"]],
    "stage-06-area": [VALID["stage-06-backend"]],
    "stage-08": [VALID["stage-08"], json.loads(WALKTHROUGH["stage-08 fold"])],
    "base": list(VALID.values()),
    "run": [RUN],
}
# Everything that a schema can look at, each also in a form that is nearly right.
POOL: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        1.0,
        0.0,
        1.5,
        "",
        " ",
        "\n",
        "x",
        "1",
        [],
        [""],
        ["a"],
        [1],
        [None],
        {},
        {"a": 1},
    ),
    *(
        "PASS",
        "FAIL",
        "ESCALATE",
        "PASS\n",
        "pass",
        "full",
        "nano",
        "scoped",
        "matrix",
        "green",
        "stage-01",
        "stage-01\n",
    ),
    *("stage-04-backend", "stage-04-backend\n", "stage-06-x", "stage-budget", "stage-1", "i1:" + "0" * 64),
    {"inputs": "i1:" + "a" * 64},
    {"inputs": "i1:" + "a" * 64 + "\n"},
    {"high": 0, "critical": 0},
    {"high": True, "critical": 0},
    {"high": 0, "critical": 1},
    {"high": 0},
    [{"reviewer": "dev-backend", "timestamp": "x"}],
    [{"reviewer": " "}],
    [{}],
]


@st.composite
def mutated(draw: st.DrawFn, name: str) -> Any:
    document = copy.deepcopy(draw(st.sampled_from(SAMPLES[name])))
    keys = sorted({*schema.validator(name).keys, *document, "unknown"})
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(keys))
        if draw(st.integers(0, 3)) == 0:
            document.pop(key, None)
        else:
            document[key] = copy.deepcopy(draw(st.sampled_from(POOL)))
    return document


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_predicates_equal_jsonschema(name: str) -> None:
    checker = schema.validator(name)
    reference = Draft202012Validator(SCHEMAS[name], registry=REGISTRY)
    seen = set()

    @settings(max_examples=120, deadline=None, database=None)
    @given(mutated(name))
    def agree(document: Any) -> None:
        valid = reference.is_valid(document)
        seen.add(valid)
        assert checker.accepts(document) is valid
        assert bool(checker.refusals(document)) is not valid

    agree()
    assert seen == {True, False}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_key_of_a_schema_is_checked_like_jsonschema(name: str) -> None:
    """No luck involved: each key with each value of the pool, and each key left out."""
    checker = schema.validator(name)
    reference = Draft202012Validator(SCHEMAS[name], registry=REGISTRY)
    for sample in SAMPLES[name][:2]:
        assert checker.accepts(sample)
        for key in checker.keys:
            variants = [{**sample, key: value} for value in POOL]
            variants.append({other: value for other, value in sample.items() if other != key})
            for variant in variants:
                assert checker.accepts(variant) is reference.is_valid(variant), variant
    for other in (None, [], 1, "x"):
        assert checker.accepts(other) is reference.is_valid(other)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_shipped_schemas_are_schemas_with_words_for_everything(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    refusals = schema.validator(name).refusals({})
    assert {(key,) for key in SCHEMAS[name]["required"]} <= {refusal.path for refusal in refusals}
    assert all(refusal.expected != "a value" and refusal.found == "missing" for refusal in refusals)


def messages(name: str, document: Any) -> list[str]:
    return [refusal.message for refusal in schema.validator(name).refusals(document)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tests_total": True}, "tests_total: found true, expected an integer >= 0"),
        ({"tests_total": -1}, "tests_total: found -1, expected an integer >= 0"),
        ({"assigned_retry_to": 3}, "assigned_retry_to: found 3, expected a string or null"),
        ({"blockers": "none"}, 'blockers: found "none", expected a list of strings'),
        ({"warnings": ["a", 3]}, "warnings[1]: found 3, expected a string"),
        ({"agent": " \n"}, 'agent: found " \\n", expected a non-blank string'),
        ({"track": "slow"}, 'track: found "slow", expected one of full, quick, nano, config-only, dep-update, hotfix'),
        ({"all_acceptance_criteria_met": "yes"}, 'all_acceptance_criteria_met: found "yes", expected true or false'),
        ({"subject": {"inputs": "x"}}, 'subject.inputs: found "x", expected i1: and 64 hexadecimal digits'),
        ({"status": ["PASS"]}, 'status: found ["PASS"], expected one of PASS, FAIL, ESCALATE'),
        ({"agent": {"a": 1}}, "agent: found an object of 1, expected a non-blank string"),
    ],
)
def test_a_refusal_is_one_clear_sentence(change: dict[str, Any], message: str) -> None:
    assert messages("stage-07", {**VALID["stage-07"], **change}) == [message]


def test_many_refusals_are_bounded() -> None:
    assert len(messages("stage-07", {**VALID["stage-07"], "warnings": [1] * 100_000})) == 20


def test_what_a_pass_needs_is_conditional() -> None:
    document = {**VALID["stage-05"], "lint_passed": False, "tests_passed": 1}
    assert {(refusal.field, refusal.conditional) for refusal in schema.validator("stage-05").refusals(document)} == {
        ("lint_passed", True),
        ("tests_passed", False),
    }


@pytest.mark.parametrize(
    "unsupported",
    [
        {"multipleOf": 2},
        {"properties": {"a": {"format": "date-time"}}},
        {"then": {}, "if": {"not": {}}},
        {"enum": [1]},
        {"const": [1]},
        {"items": True},
    ],
)
def test_what_has_no_predicate_does_not_compile(unsupported: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedSchema):
        compiled(unsupported, lambda reference: {})


def test_a_valid_gate_never_imports_jsonschema(tmp_path: Path) -> None:
    (tmp_path / "stage-07.json").write_text(WALKTHROUGH["stage-07"])
    code = (
        "import sys; from commitgate.documents import gate;"
        f"facts = gate.read(open({str(tmp_path / 'stage-07.json')!r}, 'rb').read(), 'stage-07.json');"
        "assert facts.status == 'PASS'; print(sorted({'jsonschema', 'yaml', 'click'} & set(sys.modules)))"
    )
    source = str(Path(schema.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {source!r}); {code}"], capture_output=True
    )
    assert done.stdout == b"[]\n", done.stderr


def test_a_foreign_schema_may_use_every_keyword(tmp_path: Path) -> None:
    (tmp_path / "part.json").write_text('{"minLength": 3}')
    path = tmp_path / "own.schema.json"
    path.write_text('{"type": "object", "properties": {"a": {"$ref": "part.json"}}, "additionalProperties": false}')
    checker = schema.from_file(str(path))
    assert checker.accepts({"a": "abc"})
    assert checker.keys == {"a"}
    refusals = checker.refusals({"a": "ab", "b": 1})
    assert [refusal.path for refusal in refusals] == [("a",), ()]
    assert "too short" in refusals[0].message


@pytest.mark.parametrize(
    "text",
    [
        '{"type": 3}',
        "{",
        "",
        "[" * 10_000,
        '{"$ref": "missing.json"}',
        '{"$ref": "https://example.com/x.json"}',
        '{"pattern": "("}',
    ],
)
def test_a_foreign_schema_that_cannot_be_used_is_the_users_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.schema.json"
    path.write_text(text)
    with pytest.raises(UserError):
        schema.from_file(str(path)).refusals("x")
    with pytest.raises(UserError, match="No such file"):
        schema.from_file(str(tmp_path / "nothing.json"))
