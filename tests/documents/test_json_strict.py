"""Strict JSON: every defect has its own rule and line, and none takes long."""

from __future__ import annotations

import gc
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.json_limits import MAX_BYTES
from commitgate.documents.json_lines import Places, key_lines
from commitgate.documents.json_strict import load
from commitgate.finding import MALFORMED

KNOWN = frozenset({"stage", "status", "blockers", "tests_total"})


def refused(data: bytes) -> list[tuple[str, int]]:
    fields, findings = load(data, KNOWN)
    assert (fields is None) == bool(findings)
    assert all(finding.level == MALFORMED and finding.hint for finding in findings)
    assert all("\n" not in finding.message for finding in findings)
    return [(finding.rule, finding.line) for finding in findings]


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b'{"status": 1,\n "status": 2}', "json/duplicate-key", 2),
        (b'{"status": 1,\n "st\\u0061tus": 2}', "json/duplicate-key", 2),
        (b'{"x": {"a": 1,\n\n "a": 2}}', "json/duplicate-key", 3),
        (b'{"x": "\\"a\\": {",\n "a": 1, "a": 2}', "json/duplicate-key", 2),
        (b'{\n"Status": 1}', "json/lookalike-key", 2),
        ('{\n"\u0455tatus": 1}'.encode(), "json/lookalike-key", 2),
        ('{"status": 1,\n"\uff53tatus": 1}'.encode(), "json/lookalike-key", 2),
        ('{"st\u200batus": 1}'.encode(), "json/lookalike-key", 1),
        (b'{"st\\u200batus": 1}', "json/lookalike-key", 1),
        (b'{"bIockers": 1}', "json/lookalike-key", 1),
        ('{"s\u03c4atus": 1}'.encode(), "json/lookalike-key", 1),
        ('{"x": {\n"in\u2060side": 1}}'.encode(), "json/lookalike-key", 2),
        (b'{"a":\n NaN}', "json/number", 2),
        (b'{"a":\n -Infinity}', "json/number", 2),
        (b'{"a": "1e999",\n "b": 1e999}', "json/number", 2),
        (b'{"a":\n 12345678901234567}', "json/integer-size", 2),
        (b'{"a":\n 1e16}', "json/integer-size", 2),
        (b'{"a":\n' + b"[" * 32 + b"]" * 32 + b"}", "json/depth", 2),
        (b'{"a": "\\\\ud800",\n "b": "\\ud83d\\ude00", "c": "\\udc00"}', "json/surrogate", 2),
        (b'{"a": 1 // why\n}', "json/comment", 1),
        (b'{\n# why\n"a": 1}', "json/comment", 2),
        (b'{\n/* why */ "a": 1}', "json/comment", 2),
        (b'{"a": 1,\n}', "json/trailing-comma", 1),
        (b'{"a": [1,\n2,\n\n]}', "json/trailing-comma", 2),
        (b'{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}', "json/conflict-marker", 2),
        (b"", "json/empty", 0),
        (b" \n\t", "json/empty", 0),
        (b"\n[]", "json/not-object", 2),
        (b"null", "json/not-object", 1),
        (b"NaN", "json/not-object", 1),
        (b'"{}"', "json/not-object", 1),
        (b"{}\n{}", "json/syntax", 2),
        (b'{"a": 1\n"b": 2}', "json/syntax", 2),
        (b'{"a": 01}', "json/syntax", 1),
        (b"{'a': 1}", "json/syntax", 1),
        (b'{"a":', "json/syntax", 1),
        (b'{"a": "x\ny"}', "json/syntax", 1),
        (b"\xef\xbb\xbf{}", "json/bom", 1),
        ("{}".encode("utf-16"), "json/encoding", 1),
        ("{}".encode("utf-16-be"), "json/encoding", 1),
        ("{}".encode("utf-32-le"), "json/encoding", 1),
        (b'{"a":\n"\xff"}', "json/encoding", 2),
        (b'{"a": "\xed\xa0\x80"}', "json/encoding", 1),
        (b'{"a": "' + b"x" * MAX_BYTES + b'"}', "json/size", 0),
    ],
)
def test_each_defect_has_its_rule_and_line(data: bytes, rule: str, line: int) -> None:
    assert refused(data) == [(rule, line)]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": -1234567890123456, "b": 1e15, "c": 0.1}',
        b'{"a":' + b"[" * 31 + b"]" * 31 + b"}",
        b'{"a": "\\ud83d\\ude00 \\\\ud800 NaN // # ,}"}',
        '{"a": "zero\u200bwidth in a value", "gr\u00fcn": 1}'.encode(),
        b'{"a": [{"x": 1}, {"x": 1}], "b": {"x": {"x": 1}}, "c": {"Status": 1}}',
        b'\r\n{"a": 1}\r\n',
    ],
)
def test_what_only_looks_odd_is_accepted(data: bytes) -> None:
    assert load(data, KNOWN) == (json.loads(data), ())


def test_integral_numbers_are_integers() -> None:
    fields, _ = load(b'{"a": 7.0, "b": 2e3, "c": -0.0, "d": 0.5}')
    assert fields is not None
    assert [type(value) for value in fields.values()] == [int, int, int, float]
    assert fields == {"a": 7, "b": 2000, "c": 0, "d": 0.5}


def test_all_faults_of_a_readable_text_are_told_in_order_up_to_a_limit() -> None:
    assert refused(b'{"Status": 1,\n"a": NaN,\n"a": 12345678901234567,\n"b": "\\ud800"}') == [
        ("json/lookalike-key", 1),
        ("json/number", 2),
        ("json/duplicate-key", 3),
        ("json/integer-size", 3),
        ("json/surrogate", 4),
    ]
    many = refused(b"{" + b'"a": 0,\n' * 500 + b'"a": 1}')
    assert len(many) == 20
    assert "there are more" in load(b"{" + b'"a": 0,\n' * 500 + b'"a": 1}')[1][-1].message


def filled(start: bytes, unit: bytes, end: bytes) -> bytes:
    return start + unit * ((MAX_BYTES - len(start) - len(end)) // len(unit)) + end


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"[" * 100_000, "json/depth"),
        (b'{"a":' * 50_000, "json/depth"),
        (filled(b'{"a": [', b"[],", b"[" * 500 + b"]" * 500 + b"]}"), "json/depth"),
        (filled(b"{", b'"a":0,', b'"a":1}'), "json/duplicate-key"),
        (filled(b'{"a": [', b'"",', b'1], "a": 1}'), "json/duplicate-key"),
        (filled(b'{"a": 0.', b"1", b', "a": 1}'), "json/duplicate-key"),
        (filled(b'{"a": "x"', b" ", b', "a": 1}'), "json/duplicate-key"),
        (filled(b'{"a": 1, "a": 2}', b"\n", b""), "json/duplicate-key"),
        (filled(b'{"a": ', b"1", b"}"), "json/integer-size"),
        (filled(b'{"a": [', b"0.1,\n", b"NaN]}"), "json/number"),
        (filled(b'{"a": "', b"\\n", b'\\ud800"}'), "json/surrogate"),
        (filled(b'{"a": "', b"\\", b""), "json/syntax"),
        (filled(b"{", b'"', b""), "json/syntax"),
        (filled(b'{"a": 1', b",", b"}"), "json/syntax"),
    ],
)
def test_hostile_texts_take_no_time(data: bytes, rule: str) -> None:
    load(b'{"a": 1, "a": 2}')  # the import of the failing path is not what is measured
    best = 1.0
    gc.freeze()  # nor what the collector thinks of everything that other tests have left in this process
    for _ in range(3):
        start = time.process_time()
        _, findings = load(data, KNOWN)
        best = min(best, time.process_time() - start)
    gc.unfreeze()
    assert findings[0].rule == rule
    assert best < 0.15, f"{best * 1000:.0f} ms"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text('ab"\\\n:,é', max_size=3), inside, max_size=3)
    ),
    max_leaves=12,
)
documents = st.dictionaries(st.text('xyz{["\\', max_size=4), json_values, max_size=5)


@settings(max_examples=150, deadline=None)
@given(documents, st.sampled_from([None, 1, 3]), st.booleans())
def test_what_json_writes_is_read_back(document: dict[str, object], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    assert load(text.encode()) == (document, ())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text('{}[]",:\\u01eEN-dD8 \n/#<=>', max_size=40).map(str.encode))
def test_any_bytes_give_an_object_or_findings(data: bytes) -> None:
    fields, findings = load(data, KNOWN)
    assert (fields is None) == bool(findings)


@settings(max_examples=150, deadline=None)
@given(documents)
def test_lines_by_path_point_at_what_they_name(document: dict[str, object]) -> None:
    text = json.dumps(document, indent=1)
    written = text.split("\n")
    places = Places(text)
    lines = key_lines(text)
    assert list(lines) == list(document)
    for key, value in document.items():
        assert written[lines[key] - 1].startswith(f" {json.dumps(key)}: ")
        assert places.line((key,)) == lines[key]
        if isinstance(value, list):
            for index, item in enumerate(value):
                begins = json.dumps(item, indent=1).split("\n")[0]
                assert written[places.line((key, index)) - 1].strip().removesuffix(",") == begins


def test_a_missing_key_is_placed_at_its_parent() -> None:
    places = Places('{\n"a": 1,\n"b": {\n"c": [1,\n2]}}')
    assert [places.line(path) for path in [(), ("z",), ("b", "z"), ("b", "c", 1), ("b", "c", 7), ("a", "x")]] == [
        1,
        1,
        3,
        5,
        4,
        2,
    ]
