"""Strict YAML: what is refused, with its line, and that nothing takes long or raises."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commitgate.finding import MALFORMED
from commitgate.policy import yaml_strict


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (b"a: 1\nb: 2\na: 3\n", "policy/duplicate-key", 3),
        (b"x:\n  a: 1\n  'a': 2\n", "policy/duplicate-key", 3),
        (b"{a: 1, a: 2}", "policy/duplicate-key", 1),
        (b"a: &x [1]\n", "policy/alias", 1),
        (b"a: 1\nb: *x\n", "policy/alias", 2),
        (b"a: !!python/object/apply:os.system [ls]\n", "policy/tag", 1),
        (b"a: !!str 1\n", "policy/tag", 1),
        (b"%TAG ! tag:x,2000:\n---\na: !b c\n", "policy/tag", 3),
        (b"a: 1\nb: \xff\n", "policy/encoding", 2),
        ("a: 1\n".encode("utf-16"), "policy/encoding", 1),
        (b"a: 1\n---\nb: 1\n", "policy/syntax", 2),
        (b"a: 1\n1: 2\n", "policy/syntax", 2),
        (b"true: 2\n", "policy/syntax", 1),
        (b"~: 2\n", "policy/syntax", 1),
        (b"? [a]\n: 2\n", "policy/syntax", 1),
        (b"a: [1\n", "policy/syntax", 2),
        (b"a: 'x", "policy/syntax", 1),
        (b"a: x\x00\n", "policy/syntax", 0),
        (b"a: 99999999999999999\n", "policy/syntax", 1),
        (b"a: 1e999\n", "policy/syntax", 1),
        (b"a: .nan\n", "policy/syntax", 1),
        (b"[" * 40 + b"]" * 40, "policy/size", 1),
        (b"#" * (yaml_strict.SIZE_LIMIT + 1), "policy/size", 0),
    ],
)
def test_refused_with_rule_and_line(text: bytes, rule: str, line: int) -> None:
    data, _, findings = yaml_strict.load(text)
    assert data is None
    assert (findings[0].rule, findings[0].line, findings[0].level) == (rule, line, MALFORMED)
    assert findings[0].hint


def test_plain_words_stay_words() -> None:
    data, _, findings = yaml_strict.load(b"on: off\nyes: no\nday: 2026-01-01\nt: true\nf: False\nn: ~\ni: -7\nr: 1.5\n")
    assert not findings
    assert data == {
        "on": "off", "yes": "no", "day": "2026-01-01", "t": True, "f": False, "n": None, "i": -7, "r": 1.5
    }  # fmt: skip


@pytest.mark.parametrize("text", [b"", b"# nothing yet\n", b"---\n"])
def test_an_empty_document_is_none_without_findings(text: bytes) -> None:
    data, _, findings = yaml_strict.load(text)
    assert data is None
    assert findings == ()


def test_lines_of_keys_and_items() -> None:
    data, lines, _ = yaml_strict.load(b"\xef\xbb\xbfa:\n  b: 1\n  c:\n    - x\n    - y\nd: {e: 2}\n")
    assert data == {"a": {"b": 1, "c": ["x", "y"]}, "d": {"e": 2}}
    assert lines[("a", "b")] == 2
    assert lines[("a", "c", 1)] == 5
    assert lines[("d", "e")] == 6
    assert yaml_strict.line_of(lines, ("a", "c", 7, "z")) == 3
    assert yaml_strict.line_of(lines, ("nowhere",)) == 1


def test_another_family_names_its_own_rules() -> None:
    _, _, findings = yaml_strict.load(b"a: 1\na: 1\n", "waiver")
    assert findings[0].rule == "waiver/duplicate-key"


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 200_000,
        b"{a: " * 60_000,
        b"- " * 100_000,
        b"? " * 100_000,
        b"a: &a [x,x]\n" + b"".join(b"k%d: &k%d [*a,*a]\n" % (n, n) for n in range(9000)),
        b"".join(b"k: 1\n" for _ in range(40_000)),
        b"a: " + b"9" * 200_000,
    ],
)
def test_hostile_documents_are_refused_in_bounded_time(text: bytes) -> None:
    start = time.perf_counter()
    data, _, findings = yaml_strict.load(text)
    assert data is None
    assert 0 < len(findings) <= 50
    assert all(len(finding.message) < 300 for finding in findings)
    assert time.perf_counter() - start < 3


@settings(max_examples=200, deadline=None)
@example(b"%\n")
@example(b"\xc2\x85")
@given(st.one_of(st.binary(max_size=80), st.text("a:-[]{}&*!?|>'\"#%@, \n\t1~", max_size=60).map(str.encode)))
def test_never_raises(text: bytes) -> None:
    data, _, findings = yaml_strict.load(text)
    assert data is None or not findings
