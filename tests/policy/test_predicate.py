"""The policy's schema as a predicate: it says what jsonschema says, so a policy that fits never imports jsonschema."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from commitgate.policy.check import _accepts
from support import CHECKOUT, SOURCE

SCHEMA = json.loads((CHECKOUT / "gates" / "policy.schema.json").read_text())
REFERENCE = Draft202012Validator(SCHEMA)
SAMPLE = """
version: 1
target: main
areas:
  backend: ["/server/**"]
  web: {paths: ["/web/**"], approvals: 2, reviewed: true}
free: ["*.md"]
unowned: block
reviewers: {ann: {aliases: [a], emails: [ann@example.com], level: signed, human: true}}
review: {scoped: 1, matrix: 2, contributors: author}
security: {triggers: {"path:auth": {words: [login]}, "path:token": "off"}}
checkpoints: {a: {after: requirements}}
history: strict
derive: write
"""
POOL: list[Any] = [
    None, True, False, 0, 1, 7.0, -1, 10**6, "", "off", "x", "a" * 300, [], ["x"], [1], [[]], {}, {"x": 1}, {"a": {}},
    {"": {}}, {"b": ["/x/**"]}, {"b": {"paths": ["/x"], "unknown": 1}}, ["x"] * 1001, {f"k{n}": {} for n in range(300)},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document that can be changed."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def changed(path: tuple[Any, ...], new: Any) -> Any:
    document = copy.deepcopy(yaml.safe_load(SAMPLE))
    if not path:
        return new
    inside = document
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = new
    return document


def agree(document: Any) -> bool:
    valid = REFERENCE.is_valid(document)
    assert _accepts(SCHEMA, document) is valid, document
    return valid


def test_every_place_with_every_value() -> None:
    said = {agree(changed(path, value)) for path in places(yaml.safe_load(SAMPLE)) for value in POOL}
    assert said == {True, False}
    for key in SCHEMA["properties"]:
        for value in POOL:
            agree({"version": 1, key: value})


@settings(max_examples=150, deadline=None, database=None)
@given(st.data())
def test_predicate_equals_jsonschema(data: st.DataObject) -> None:
    paths = places(yaml.safe_load(SAMPLE))
    document = changed(data.draw(st.sampled_from(paths[1:])), data.draw(st.sampled_from(POOL)))
    if isinstance(document, dict):
        document[data.draw(st.sampled_from([*SCHEMA["properties"], "unknown"]))] = data.draw(st.sampled_from(POOL))
    agree(document)


@pytest.mark.parametrize(("text", "wanted"), [("version: 1\ntarget: main\n", False), ("version: 1\nareaz: {}\n", True)])
def test_jsonschema_is_imported_only_to_word_a_refusal(text: str, wanted: bool) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); from commitgate.policy.load import load_policy;"
        f"load_policy({text.encode()!r}); print('jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip() == str(wanted)
