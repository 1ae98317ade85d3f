"""Listing a part of a tree: the index or a commit, without a delta and without a work tree."""

from __future__ import annotations

from commitgate.git.repository import Repository
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.git.cat_file import Blob


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


def folders_at(repo: Repository, commit: str, patterns: Iterable[str], holding: str) -> list[str]:
    """The folders of a commit that a pattern means ("*" is any one name) and that hold a file called ``holding``."""
    found: list[str] = []
    for pattern in patterns:
        reached = [""]
        for part in pattern.split("/"):
            if part == "*":
                reached = [below + name for below in reached for name in _subfolders(repo, f"{commit}:{below}")]
            else:
                reached = [below + part for below in reached]
            reached = [f"{one}/" for one in reached]
        blobs = repo.batch.get([f"{commit}:{one}{holding}" for one in reached])
        found += [one[:-1] for one, blob in zip(reached, blobs, strict=True) if blob.type == "blob"]
    return list(dict.fromkeys(found))


def _subfolders(repo: Repository, tree: str) -> list[str]:
    """The names of the folders in a tree ("<commit>:<path>/"); those that no line can hold are left out."""
    blob = repo.batch.get([tree])[0]
    if blob.type != "tree":
        return []
    found, at, size = [], 0, len(blob.oid) // 2
    while at < len(blob.data):
        end = blob.data.index(b"\0", at)
        mode, _, name = blob.data[at:end].partition(b" ")
        text = name.decode("utf-8", "surrogateescape")
        if mode == b"40000" and text.isprintable():
            found.append(text)
        at = end + 1 + size
    return found
