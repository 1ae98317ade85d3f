"""What git itself would make of a merge: paths where a merge commit equals that were merged, not edited.

merge-tree has to write the trees and blobs it makes. It writes them into a scratch object directory that borrows
from the repository's, so the repository itself is not touched.
"""

from __future__ import annotations

import os

from commitgate.git.delta import RAW, parse
from commitgate.git.process import GitFailed, Repository
from commitgate.objects import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def edited_in_merge(repo: Repository, parents: Sequence[str], touched: list[Row], commit: str) -> list[Row]:
    """The touched rows that are not simply git's own merge of two parents; ``commit`` "" means the index.

    Touched are the rows that differ from every parent. With more than two parents, or a git without
    ``merge-tree --write-tree``, every one of them counts as edited.
    """
    if not touched or len(parents) != 2:
        return touched
    import tempfile

    with tempfile.TemporaryDirectory(prefix="git-gate-") as scratch:
        borrowed = [os.path.abspath(repo.git_path("objects")), repo.env.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")]
        aside = Repository(repo.directory, repo.env)
        aside.env["GIT_OBJECT_DIRECTORY"] = scratch
        aside.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(filter(None, borrowed))
        try:
            merged = aside.run("merge-tree", "--write-tree", "-z", "--no-messages", *parents, accept=(0, 1))
        except GitFailed:
            return touched
        tree = merged.partition(b"\0")[0].decode("ascii").strip()
        if commit:
            differing = parse(aside.run("diff-tree", "-r", *RAW, tree, commit, "--"))
        else:
            differing = parse(aside.run("diff-index", "--cached", "--ita-invisible-in-index", *RAW, tree, "--"))
    edited = {row.path for row in differing}
    return [row for row in touched if row.path in edited]
