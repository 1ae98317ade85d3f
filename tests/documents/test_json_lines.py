"""Lines of keys: the quick way through a text and the thorough one agree, however the text is laid out."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.json_lines import Places, key_lines

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(max_size=6), _VALUES, max_size=5),
    st.sampled_from([None, 0, 2, "\t"]),
    st.sampled_from([(",", ":"), (" ,", " : "), (",\r\n", ":\n ")]),
    st.booleans(),
    st.sampled_from(["", "\n", " \r\n\t"]),
)
def test_every_key_is_found_on_its_line(
    document: dict[str, object], indent: int | str | None, separators: tuple[str, str], ascii_only: bool, around: str
) -> None:
    text = around + json.dumps(document, indent=indent, separators=separators, ensure_ascii=ascii_only) + around
    places = Places(text)
    assert key_lines(text) == {key: places.line((key,)) for key in document}
    assert list(key_lines(text)) == list(document)
