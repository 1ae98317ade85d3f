"""The trees that are not commits: the index, and the work tree, as rows against a commit."""

from __future__ import annotations

import os

from commitgate.git.delta import RAW, parse
from commitgate.objects import ABSENT, EXECUTABLE, PLAIN, SUBMODULE, SYMLINK, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.git.process import Process, Repository


def start_index(repo: Repository, against: str) -> Process:
    """Start the index's delta against a commit or tree. ``add -N`` entries are not in the index yet, so not in it."""
    return repo.start("diff-index", "--cached", "--ita-invisible-in-index", *RAW, against, "--")


def empty_tree(repo: Repository) -> str:
    """The id of the empty tree in this repository's hash: what a first commit is compared with."""
    return repo.line("hash-object", "-t", "tree", "--stdin")


def worktree_rows(repo: Repository, against: str) -> list[Row]:
    """The work tree's delta against a commit, untracked files included (ignored ones not).

    git gives no id for a file that differs from the index; it is hashed here, through the filters, unwritten.
    """
    rows = parse(repo.run("diff-index", *RAW, against, "--"))
    top = repo.top()
    untracked = repo.run("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", os.path.join(top, ""))
    for name in untracked.split(b"\0"):
        if name and not name.endswith(b"/"):
            rows.append(Row(name.decode("utf-8", "surrogateescape"), ABSENT, "0", ABSENT, "0", untracked=True))
    by_path: dict[str, Row] = {}
    for row in rows:
        # A path can stand twice: removed from the index, and untracked on disk. It is one change.
        before = by_path.get(row.path)
        by_path[row.path] = (
            row if before is None else row._replace(old_mode=before.old_mode, old_oid=before.old_oid, untracked=False)
        )
    return [row for row in (_on_disk(repo, top, row) for row in by_path.values()) if row[1:3] != row[3:5]]


def _on_disk(repo: Repository, top: str, row: Row) -> Row:
    """The row with what is on disk as its new side."""
    width = len(row.old_oid) if len(row.old_oid) > 1 else 40
    zero = "0" * width
    old_oid = row.old_oid if row.old_mode != ABSENT else zero
    if row.new_mode != ABSENT and row.new_oid.strip("0"):
        return row._replace(old_oid=old_oid)
    file = os.path.join(top, row.path)
    try:
        found = os.lstat(file)
    except OSError:
        return row._replace(old_oid=old_oid, new_mode=ABSENT, new_oid=zero)
    if os.path.islink(file):
        target = os.fsencode(os.readlink(file))
        oid = repo.run("hash-object", "--stdin", feed=target).decode("ascii").strip()
        return row._replace(old_oid=old_oid, new_mode=SYMLINK, new_oid=oid)
    if os.path.isdir(file):  # a submodule: its checked-out commit was not told, so keep what the diff said
        return row._replace(old_oid=old_oid)
    on_disk = EXECUTABLE if found.st_mode & 0o100 else PLAIN
    # What git says of the mode wins: it knows of file systems without an executable bit.
    mode = row.new_mode if row.new_mode not in (ABSENT, SYMLINK, SUBMODULE) else on_disk
    oid = repo.line("hash-object", f"--path={row.path}", "--", file)
    return row._replace(old_oid=old_oid, new_mode=mode, new_oid=oid)


def content_on_disk(repo: Repository, paths: list[str]) -> dict[str, bytes]:
    """The bytes of work-tree files, by path from the root; files that are gone are left out."""
    top = repo.top()
    found = {}
    for path in paths:
        try:
            with open(os.path.join(top, path), "rb") as handle:
                found[path] = handle.read()
        except OSError:
            continue
    return found
