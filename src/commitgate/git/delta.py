"""Raw diffs: what changed between two trees, entry by entry, without renames, contents or attributes.

``.gitattributes``, user configuration and rename detection cannot bend a raw row; that is why only rows decide.
"""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide
from commitgate.objects import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Every flag that keeps user configuration (diff.renames, .relative, .orderFile …) from changing what a raw diff says.
RAW = (
    "--raw",
    "-z",
    "--no-renames",
    "--no-abbrev",
    "--no-color",
    "--no-relative",
    f"-O{os.devnull}",
    "--ignore-submodules=none",
)


def rows(tokens: Iterator[bytes], first: bytes) -> Row:
    """One row from its ``:mode mode oid oid X`` token and the path token that follows."""
    old_mode, new_mode, old_oid, new_oid, kind = first.decode("ascii").split(" ")
    path = next(tokens).decode("utf-8", "surrogateescape")
    return Row(path, old_mode[1:], old_oid, new_mode, new_oid, kind == "U", False)


def parse(data: bytes) -> list[Row]:
    """All rows of ``--raw -z`` output."""
    tokens = iter(data.split(b"\0"))
    return [rows(tokens, token) for token in tokens if token]


def compose(earlier: dict[str, Row], later: Iterable[Row]) -> dict[str, Row]:
    """The delta base→c from base→b (by path) and the rows b→c. A path that came back to its old state drops out."""
    return _composed(dict(earlier), later)


def extend_delta(merged: dict[str, Row], later: Iterable[Row]) -> dict[str, Row]:
    """Like :func:`compose`, in place, of rows between commits alone; CannotDecide where they do not go on from it.

    Where a tree has a name twice, its rows may say that a path came back while the other entry of its name was
    changed: what a row says was there before has to be what the rows before it left there.
    """
    return _composed(merged, _following(merged, later))


def only_once(found: list[Row]) -> list[Row]:
    """The rows between two trees; CannotDecide where a path stands in two of them."""
    paths = set[str]()
    for row in found:
        if row.path in paths:
            raise _malformed(row.path)
        paths.add(row.path)
    return found


def _following(merged: dict[str, Row], later: Iterable[Row]) -> Iterator[Row]:
    for row in later:
        before = merged.get(row.path)
        if before is not None and before[3:5] != row[1:3]:
            raise _malformed(row.path)
        yield row


def _malformed(path: str) -> CannotDecide:
    message = f"{path}: a tree has this name more than once, or its names are out of order, which git never writes"
    hint = "git fsck names the tree; make its commit anew (a server refuses it with receive.fsckObjects=true)"
    return CannotDecide(message, hint, "engine/malformed-tree")


def _composed(merged: dict[str, Row], later: Iterable[Row]) -> dict[str, Row]:
    for row in later:
        before = merged.get(row.path)
        if before is not None:
            row = Row(row.path, before.old_mode, before.old_oid, row.new_mode, row.new_oid, row.unmerged, False)
        if row[1:3] == row[3:5]:
            merged.pop(row.path, None)
        else:
            merged[row.path] = row
    return merged


def differing_from_all(deltas: list[list[Row]]) -> list[Row]:
    """The rows of the first delta whose path stands in every other delta too: what a merge itself made."""
    if len(deltas) == 1:
        return deltas[0]
    others = [{row.path for row in delta} for delta in deltas[1:]]
    return [row for row in deltas[0] if all(row.path in other for other in others)]
