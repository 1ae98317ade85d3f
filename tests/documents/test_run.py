"""``run.json``: what is written is read back, and anything else is refused without a usable id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commitgate.documents.run import read, write

GOOD = {
    "schema": 1,
    "run": "password-reset",
    "feature": "Add password reset — via email",
    "track": "full",
    "created": "2026-03-26T09:00:00Z",
}


def test_round_trip() -> None:
    data = write("password-reset", "Add password reset — via email", "full", "2026-03-26T09:00:00Z")
    assert json.loads(data) == GOOD
    assert data.endswith(b'Z"\n}\n')
    assert data.startswith(b'{\n  "schema": 1,\n')
    facts = read(data)
    assert facts[:5] == ("password-reset", GOOD["feature"], "full", GOOD["created"], ())
    assert facts.lines == {"schema": 2, "run": 3, "feature": 4, "track": 5, "created": 6}


@pytest.mark.parametrize(
    ("changes", "rule", "line"),
    [
        ({"schema": 2}, "run/schema", 2),
        ({"schema": True}, "run/schema", 2),
        ({"run": "Password"}, "run/schema", 3),
        ({"run": "a" * 82}, "run/schema", 3),
        ({"run": "a\n"}, "run/schema", 3),
        ({"run": "-a"}, "run/schema", 3),
        ({"feature": " "}, "run/schema", 4),
        ({"track": "slow"}, "run/schema", 5),
        ({"created": "yesterday"}, "run/created", 6),
        ({"created": None}, "run/schema", 6),
        ({"Track": "nano"}, "json/lookalike-key", 7),
    ],
)
def test_what_is_refused(changes: dict[str, Any], rule: str, line: int) -> None:
    facts = read(json.dumps({**GOOD, **changes}, indent=2).encode())
    assert [(finding.rule, finding.line) for finding in facts.findings] == [(rule, line)]
    assert facts.id == ""


@pytest.mark.parametrize("key", sorted(GOOD))
def test_every_key_is_required(key: str) -> None:
    facts = read(json.dumps({name: value for name, value in GOOD.items() if name != key}).encode())
    assert [finding.rule for finding in facts.findings] == ["run/schema"]
    assert f"{key}: missing" in facts.findings[0].message


def test_unknown_keys_and_the_longest_id_are_fine() -> None:
    facts = read(json.dumps({**GOOD, "owner": "pm", "run": "a" * 81}).encode())
    assert facts.id == "a" * 81
