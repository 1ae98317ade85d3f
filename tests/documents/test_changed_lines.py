"""Changed lines of two blobs."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.changed_lines import SIZE_LIMIT, changed, opaque, passive

TEXT = st.lists(st.sampled_from((b"a", b"b", b"c", b"")), max_size=8).map(lambda lines: b"\n".join(lines))


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_what_is_added_and_removed_makes_one_of_the_other(old: bytes, new: bytes) -> None:
    added, removed = changed(old, new)
    counts = [Counter(line for line in data.splitlines() if line) for data in (old, new)]
    assert Counter(line.text.encode() for line in added) == counts[1] - counts[0]
    assert Counter(line.text.encode() for line in removed) == counts[0] - counts[1]
    for lines, data in ((added, new), (removed, old)):
        assert all(data.splitlines()[line.number - 1] == line.text.encode() for line in lines)


def test_the_line_that_is_meant_lies_between_head_and_tail() -> None:
    added, removed = changed(b"x\na\nx\n", b"x\na\nx\nb\nx\n")
    assert [tuple(line) for line in added] == [(4, "b"), (5, "x")] or [tuple(line) for line in added] == [
        (3, "x"),
        (4, "b"),
    ]
    assert removed == []


def test_ends_of_lines_and_bytes_that_are_no_text() -> None:
    assert changed(b"a\r\nb\r", b"a\nb") == ([], [])
    assert [line.text for line in changed(b"", b"\xff\n")[0]] == ["\udcff"]


def test_media_are_what_name_and_bytes_say() -> None:
    assert passive("a.PNG", b"\x89PNG\r\n\x1a\n\0")
    assert not passive("a.js", b"\x89PNG\r\n\x1a\n\0")
    assert not passive("a.png", b"\0")
    assert opaque("a.js", b"a\0") == "binary"
    assert opaque("a.js", b"a") == ""
    assert opaque("a.py", b"#!/x\n# -*- coding: UTF_7 -*-\n") == "written in the encoding utf-7"
    assert opaque("a.py", b"# vim: set fileencoding=latin_1 :\n") == opaque("a.py", b"# coding: utf8\n") == ""
    assert opaque("a.py", b"\n\n# coding: utf-7\n") == "", "only the first two lines count"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    assert opaque("a.js", pointer) == "kept in Git LFS"
    assert opaque("a.png", pointer) == ""
    assert opaque("a.js", b"a" * (SIZE_LIMIT + 1)) == opaque("a.js", None) != ""
