"""Tokens and digests as properties, the memo's packing, and the ledger's union."""

from __future__ import annotations

import hashlib
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate import memo
from commitgate.facts import Change
from commitgate.finding import Finding
from commitgate.git.delta import compose, parse
from commitgate.judge.binding import token
from commitgate.judge.ledger import EMPTY, Attempt, Verdict, join
from commitgate.objects import NOBODY, Row

oids = st.integers(min_value=0, max_value=2**160 - 1).map(lambda number: f"{number:040x}")
modes = st.sampled_from(["000000", "100644", "100755", "120000", "160000"])
paths = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
changes = st.builds(
    lambda path, a, b, c, d: Change(path, a, b, c, d, "backend", False, ()), paths, modes, oids, modes, oids
)
deltas = st.lists(changes, max_size=6, unique_by=lambda change: change.path)


@given(deltas, st.data())
@settings(max_examples=100)
def test_every_single_row_change_changes_the_token(delta, data):
    before = token("run", "backend", delta)
    extra = data.draw(changes.filter(lambda one: all(one.path != other.path for other in delta)))
    assert token("run", "backend", [*delta, extra]) != before
    if delta:
        position = data.draw(st.integers(0, len(delta) - 1))
        field = data.draw(st.sampled_from(["path", "old_mode", "old_oid", "new_mode", "new_oid"]))
        old = getattr(delta[position], field)
        new = data.draw(
            {"path": paths, "old_mode": modes, "new_mode": modes}.get(field, oids).filter(lambda one: one != old)
        )
        changed = [*delta[:position], delta[position]._replace(**{field: new}), *delta[position + 1 :]]
        assert token("run", "backend", changed) != before
        assert token("run", "backend", [*delta[:position], *delta[position + 1 :]]) != before


@given(deltas)
def test_the_token_is_of_one_run_and_one_area(delta):
    assert token("run", "backend", delta) != token("run-2", "backend", delta)
    assert token("run", "backend", delta) != token("run", "frontend", delta)


def test_the_token_format_is_fixed():
    """Written tokens must be read by every later version: this is the format, byte for byte."""
    row = Change("a/b", "100644", "1" * 40, "100755", "2" * 40, "x", False, ())
    text = b"gates/delta/1\0r\0x\0" + b"100644 " + b"1" * 40 + b" 100755 " + b"2" * 40 + b" 3:a/b\0"
    assert token("r", "x", [row]) == "d1:" + hashlib.sha256(text).hexdigest()


@given(
    st.lists(st.dictionaries(st.sampled_from("abcd"), st.one_of(st.none(), oids), max_size=4), min_size=2, max_size=6)
)
def test_composing_steps_gives_the_delta_of_the_ends(trees):
    def between(old, new):
        found = []
        for path in sorted(old.keys() | new.keys()):
            was, now = old.get(path), new.get(path)
            if was != now:
                zero = "0" * 40
                found.append(
                    Row(path, "100644" if was else "000000", was or zero, "100644" if now else "000000", now or zero)
                )
        return found

    trees = [{path: oid for path, oid in tree.items() if oid} for tree in trees]
    composed = {}
    for old, new in itertools.pairwise(trees):
        composed = compose(composed, between(old, new))
    assert composed == {row.path: row for row in between(trees[0], trees[-1])}


@given(st.binary(max_size=40).filter(lambda name: b"\0" not in name and name))
def test_raw_rows_read_any_path(name):
    data = b":100644 100755 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0" + name + b"\0"
    (row,) = parse(data)
    assert row.path.encode("utf-8", "surrogateescape") == name
    assert (row.old_mode, row.new_mode) == ("100644", "100755")


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.builds(Finding, st.text(max_size=3), st.integers(0, 4), st.text(max_size=3)),
    ),
    max_leaves=10,
)


@given(plain)
def test_packing_is_lossless(value):
    import marshal

    again = memo.unpack(marshal.loads(marshal.dumps(memo.pack(value))))
    assert again == value
    assert type(again) is type(value)


verdicts = st.builds(lambda oid, mixed: Verdict(oid, (NOBODY,), "", "d1:x", {}, mixed), oids, st.booleans())
histories = st.builds(
    lambda entries, attempts, vetoes: EMPTY._replace(
        verdicts={
            ("a", "b", "c", str(key)): tuple({repr(one): one for one in value}.values())
            for key, value in entries.items()
        },
        attempts={"stage-07": tuple(dict.fromkeys(Attempt(oid, "FAIL", "", ()) for oid in attempts))},
        vetoes={(oid, "r", "x"): "d1:y" for oid in vetoes},
    ),
    st.dictionaries(st.integers(0, 3), st.lists(verdicts, min_size=1, max_size=3), max_size=3),
    st.lists(oids, max_size=3),
    st.lists(oids, max_size=3),
)


def as_sets(history):
    return [
        {key: frozenset(map(repr, value)) if isinstance(value, tuple) else value for key, value in field.items()}
        for field in history
    ]


@given(histories, histories, histories)
@settings(max_examples=30)
def test_joining_histories_is_a_union(one, two, three):
    assert as_sets(join([one, one])) == as_sets(one)
    assert as_sets(join([one, two])) == as_sets(join([two, one]))
    assert as_sets(join([join([one, two]), three])) == as_sets(join([one, join([two, three])]))
    assert as_sets(join([one, EMPTY])) == as_sets(one)
