"""What git itself would make of a merge: paths where a merge commit equals that were merged, not edited.

merge-tree has to write the trees and blobs it makes. It writes them into a scratch object directory that borrows
from the repository's, so the repository itself is not touched.
"""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide
from commitgate.git.delta import RAW, differing_from_all, parse
from commitgate.git.process import GitFailed
from commitgate.git.repository import Repository
from commitgate.objects import ABSENT, Row
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # From a repository that holds git's own merge, and that merge's tree, to the rows merge → what is judged.
    Compare = Callable[[Repository, str], list[Row]]

# How a user has configured merging is no property of the commits.
_FIXED = (
    "-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict", "-c", "merge.renormalize=false",
    "-c", "merge.default=text", "-c", "diff.algorithm=myers", "-c", "merge.conflictStyle=merge",
    "-c", "merge.renameLimit=7000", "-c", f"core.attributesFile={os.devnull}",
)  # fmt: skip
_ASK = ("merge-tree", "-z", "--no-messages", "--allow-unrelated-histories")
# Two object ids to a line: so many fit into the smallest pipe, and git never waits for us while we write.
_TURN = 200


class Remade(Record):
    """A merge beside what git itself makes of the same parents."""

    edited: tuple[Row, ...]  # git's own merge → the commit: what whoever merged changed on top
    conflicting: tuple[str, ...]  # paths that git could not merge, so that somebody had to edit them


def tree_compare(commit_tree: str) -> Compare:
    """Compare git's merge with the tree of a commit."""

    def rows(repo: Repository, merged: str) -> list[Row]:
        if merged == commit_tree:
            return []
        return parse(repo.run("diff-tree", "-r", *RAW, merged, commit_tree, "--"))

    return rows


def remake(repo: Repository, merges: Sequence[tuple[Sequence[str], Compare]]) -> list[Remade | None]:
    """Every merge (its parents, and how to compare) beside git's own; None where git has none to offer.

    That is an octopus, which merge-tree cannot make. CannotDecide when git cannot make a merge of two.
    """
    if not any(len(parents) == 2 for parents, _ in merges):
        return [None for _ in merges]
    import tempfile

    with tempfile.TemporaryDirectory(prefix="git-gate-") as scratch:
        own = _quoted(os.path.abspath(repo.git_path("objects")))
        borrowed = [own, repo.env.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")]
        aside = Repository(repo.directory, repo.env)
        aside.env["GIT_OBJECT_DIRECTORY"] = scratch
        aside.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(filter(None, borrowed))
        # What .gitattributes of the work tree or the index says of merging is no property of the commits either: here
        # is another work tree, with nothing in it.
        bare = Repository(scratch, aside.env)
        bare.env["GIT_DIR"] = repo.line("rev-parse", "--absolute-git-dir")
        bare.env["GIT_WORK_TREE"] = scratch
        bare.env["GIT_INDEX_FILE"] = os.path.join(scratch, "no-index")
        answers = iter(_merged(bare, [parents for parents, _ in merges if len(parents) == 2]))
        found: list[Remade | None] = []
        for parents, compare in merges:
            tree, conflicting = next(answers) if len(parents) == 2 else ("", ())
            found.append(Remade(tuple(compare(aside, tree)), conflicting) if tree else None)
        return found


def _quoted(path: str) -> str:
    """A path as git reads it in a list of alternates, where a colon would end it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _merged(repo: Repository, pairs: Sequence[Sequence[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """(tree, conflicting paths) of git's merge of each pair."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for start in range(0, len(pairs), _TURN):
        turn = pairs[start : start + _TURN]
        feed = "".join(f"{one} {other}\n" for one, other in turn).encode("ascii")
        try:
            found += _parse(repo.run(*_FIXED, *_ASK, "--stdin", feed=feed))
        except GitFailed:  # one of them cannot be merged, or this git has no --stdin yet
            found += [_alone(repo, one, other) for one, other in turn]
    return found


def _alone(repo: Repository, one: str, other: str) -> tuple[str, tuple[str, ...]]:
    try:
        said = repo.run(*_FIXED, *_ASK, "--write-tree", one, other, accept=(0, 1))
    except GitFailed as failed:
        raise CannotDecide(
            f"git cannot merge {one[:12]} and {other[:12]} to compare with: {failed.message}",
            "git fsck says whether all objects are here; git gate doctor whether git is new enough (2.38)",
            "engine/merge",
        ) from None
    return _parse(b"1\0" + said + b"\0")[0]


def _parse(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """Of each merge: its status, its tree, a line ``mode oid stage TAB path`` for each side of a conflict, and "" ."""
    found = []
    tokens = iter(data.split(b"\0"))
    for status in tokens:
        if not status:
            break
        tree = next(tokens).decode("ascii")
        paths: dict[str, None] = {}
        for line in iter(lambda: next(tokens, b""), b""):
            paths[line.partition(b"\t")[2].decode("utf-8", "surrogateescape")] = None
        found.append((tree, tuple(paths)))
    return found


def made_by(deltas: Sequence[list[Row]], remade: Remade | None, folder: str) -> tuple[Sequence[Row], tuple[str, ...]]:
    """The rows that a merge itself makes, given those against each parent, and the paths in which its parents conflict.

    Where git's own merge is not known (an octopus) it is everything that differs from every parent, and whatever some
    parent has below ``folder`` and the merge has not: nothing goes unseen there.
    """
    if remade is not None:
        return remade.edited, remade.conflicting
    made = {row.path: row for row in differing_from_all(list(deltas))}
    for row in (row for delta in deltas for row in delta):
        if row.new_mode == ABSENT and row.path.startswith(folder + "/"):
            made.setdefault(row.path, row)
    return list(made.values()), ()
