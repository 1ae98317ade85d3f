"""Listing a part of a tree: the index or a commit, without a delta and without a work tree."""

from __future__ import annotations

from commitgate.git.process import Repository
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.git.process import Blob


class Entry(Record):
    """One path with its mode (six octal digits) and object id; ``unmerged`` while it has conflicts."""

    path: str
    mode: str
    oid: str
    unmerged: bool = False


def mode_at_root(tree: Blob, name: str) -> str:
    """The mode of an entry of a tree object as ``cat-file`` gives it; "" when the tree has no such entry."""
    data, size, wanted = tree.data, len(tree.oid) // 2, name.encode("utf-8")
    start = 0
    while tree.type == "tree" and start < len(data):
        end = data.index(b"\0", start)
        mode, _, found = data[start:end].partition(b" ")
        if found == wanted:
            return mode.decode("ascii").rjust(6, "0")
        start = end + 1 + size
    return ""


def index_entries(repo: Repository, paths: Iterable[str]) -> list[Entry]:
    """What the index holds at or below ``paths`` (from the root), sorted; a path with conflicts stands there once."""
    root = Repository(repo.top(), repo.env)
    found: dict[str, Entry] = {}
    for line in root.run("ls-files", "-s", "-z", "--full-name", "--", *paths).split(b"\0"):
        if line:
            meta, _, name = line.partition(b"\t")
            mode, oid, stage = meta.decode("ascii").split(" ")
            path = name.decode("utf-8", "surrogateescape")
            found.setdefault(path, Entry(path, mode, oid, stage != "0"))
    return list(found.values())


def commit_entries(repo: Repository, commit: str, paths: Iterable[str]) -> list[Entry]:
    """What a commit holds at or below ``paths`` (from the root), sorted."""
    found = []
    for line in repo.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths).split(b"\0"):
        if line:
            meta, _, name = line.partition(b"\t")
            mode, _, oid = meta.decode("ascii").split(" ")
            found.append(Entry(name.decode("utf-8", "surrogateescape"), mode, oid))
    return found
