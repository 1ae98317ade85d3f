"""The trees that are not commits: the index, and the work tree, as rows against a commit."""

from __future__ import annotations

import os

from commitgate.git.delta import RAW, parse
from commitgate.git.repository import LOCAL_VARIABLES, Repository
from commitgate.objects import ABSENT, EXECUTABLE, PLAIN, SUBMODULE, SYMLINK, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.git.process import Process


def start_index(repo: Repository, against: str) -> Process:
    """Start the index's delta against a commit or tree. ``add -N`` entries are not in the index yet, so not in it."""
    return repo.start("diff-index", "--cached", "--ita-invisible-in-index", *RAW, against, "--")


def empty_tree(repo: Repository) -> str:
    """The id of the empty tree in this repository's hash: what a first commit is compared with."""
    return repo.line("hash-object", "-t", "tree", "--stdin")


def worktree_rows(repo: Repository, against: str) -> list[Row]:
    """The work tree's delta against a commit, untracked files included (ignored ones not).

    git gives no id for a file that differs from the index; it is hashed here, through the filters, unwritten.
    Local changes inside a submodule are none of this repository; the commit it stands on is.
    """
    top = repo.top()
    rows = parse(repo.run("diff-index", *RAW, "--ignore-submodules=dirty", against, "--"))
    by_path = {row.path: row for row in rows}
    untracked = repo.run("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", os.path.join(top, ""))
    for name in untracked.split(b"\0"):
        if name and not name.endswith(b"/"):
            path = name.decode("utf-8", "surrogateescape")
            before = by_path.get(path)
            if before is None:
                by_path[path] = Row(path, ABSENT, "", PLAIN, "", untracked=True)
            else:  # removed from the index, and still on disk: one change
                by_path[path] = before._replace(new_mode=PLAIN, new_oid="")
    return [row for row in (_on_disk(repo, top, row) for row in by_path.values()) if row[1:3] != row[3:5]]


def _on_disk(repo: Repository, top: str, row: Row) -> Row:
    """The row with what is on disk as its new side. Whether and as what it is there, git has said already."""
    mode, oid = row.new_mode, row.new_oid
    file = os.path.join(top, row.path)
    if mode == ABSENT:
        return row._replace(new_oid="0" * len(row.old_oid))
    if mode == SUBMODULE:
        if not oid.strip("0"):
            foreign = {name: value for name, value in repo.env.items() if name not in LOCAL_VARIABLES}
            oid = Repository(file, foreign).line("rev-parse", "--verify", "HEAD")
    elif not oid.strip("0"):
        if not oid:  # not tracked, so only the file itself tells its mode
            mode = _mode(file)
        if mode != SYMLINK and not os.path.isfile(file):  # a pipe or a device: git cannot add it, and reading it hangs
            return _on_disk(repo, top, row._replace(new_mode=ABSENT))
        oid = _hash(repo, file, row.path, mode)
    old_oid = row.old_oid if row.old_mode != ABSENT else "0" * len(oid)
    return row._replace(old_oid=old_oid, new_mode=mode, new_oid=oid)


def _mode(file: str) -> str:
    if os.path.islink(file):
        return SYMLINK
    return EXECUTABLE if os.stat(file).st_mode & 0o100 else PLAIN


def _hash(repo: Repository, file: str, path: str, mode: str) -> str:
    if mode == SYMLINK:
        return repo.run("hash-object", "--stdin", feed=os.fsencode(os.readlink(file))).decode("ascii").strip()
    return repo.line("hash-object", f"--path={path}", "--", file)


def content_on_disk(repo: Repository, paths: list[str]) -> dict[str, bytes]:
    """The bytes of work-tree files, by path from the root; what is gone, a link, or no file at all, is left out."""
    top = repo.top()
    found = {}
    for path in paths:
        file = os.path.join(top, path)
        if os.path.islink(file) or not os.path.isfile(file):
            continue
        try:
            with open(file, "rb") as handle:
                found[path] = handle.read()
        except OSError:
            continue
    return found


def is_link(repo: Repository, path: str) -> bool:
    """Whether a path of the work tree, from the root, is a symbolic link."""
    return os.path.islink(os.path.join(repo.top(), path))
