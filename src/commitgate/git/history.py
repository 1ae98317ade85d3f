"""One pass over a range of commits, parents first, each with its raw rows against every parent."""

from __future__ import annotations

from commitgate.git.delta import RAW, parse, rows
from commitgate.objects import Person, Row
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from commitgate.git.process import Process, Repository

_MARK = b"\x01commit "
_FORMAT = "--format=%x00%x01commit %H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%B%x00"


class Commit(Record):
    """One commit of the range. ``deltas`` holds the rows against each parent (against nothing for a root)."""

    oid: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    coauthors: tuple[Person, ...]
    when: int
    deltas: tuple[list[Row], ...]


def start_walk(repo: Repository, heads: Iterable[str], exclude: Iterable[str]) -> Process:
    """Start the log of ``heads --not exclude``; read it with :func:`read_walk`."""
    return repo.start(
        "-c",
        "log.showRoot=true",
        "log",
        "--topo-order",
        "--reverse",
        "--no-show-signature",
        "--encoding=UTF-8",
        "--diff-merges=separate",  # not -m: what that means is up to log.diffMerges
        _FORMAT,
        *RAW,
        *heads,
        "--not",
        *exclude,
        "--",
    )


def read_walk(repo: Repository, process: Process) -> list[Commit]:
    """The commits of a started walk, parents before children."""
    return [commit if _complete(commit) else _by_parent(repo, commit) for commit in parse_walk(process.output())]


def _complete(commit: Commit) -> bool:
    return len(commit.deltas) == max(1, len(commit.parents))


def _by_parent(repo: Repository, commit: Commit) -> Commit:
    # log leaves out a parent that the merge does not differ from, and does not say which one it was.
    return commit._replace(deltas=tuple(diff_trees(repo, parent, commit.oid) for parent in commit.parents))


def diff_trees(repo: Repository, old: str, new: str) -> list[Row]:
    """The rows between two trees or commits, recursively."""
    return parse(repo.run("diff-tree", "-r", *RAW, old, new, "--"))


def parse_walk(data: bytes) -> list[Commit]:
    """Commits from the log's output. A merge appears once for each parent; its rows are collected in order."""
    found: dict[str, Commit] = {}
    tokens = iter(data.split(b"\0"))
    delta: list[Row] = []
    for token in tokens:
        if token.startswith((b":", b"\n:")):
            delta.append(rows(tokens, token.lstrip(b"\n")))
        elif token.startswith(_MARK):
            delta = []
            commit = _header(token, tokens, delta)
            seen = found.get(commit.oid)
            found[commit.oid] = commit if seen is None else seen._replace(deltas=(*seen.deltas, delta))
    return list(found.values())


def _header(mark: bytes, tokens: Iterator[bytes], delta: list[Row]) -> Commit:
    fields = [next(tokens).decode("utf-8", "surrogateescape") for _ in range(7)]
    oid = mark[len(_MARK) :].decode("ascii")
    parents, name, email, committer, committer_email, when, message = fields
    return Commit(
        oid,
        tuple(parents.split()),
        Person(name, email),
        Person(committer, committer_email),
        coauthors(message),
        int(when) if when.lstrip("-").isdigit() else 0,
        (delta,),
    )


def coauthors(message: str) -> tuple[Person, ...]:
    """Everyone in a ``Co-authored-by:`` line, wherever it stands.

    git's trailer parser gives up on blocks with ``BREAKING CHANGE:`` in them, and a missed co-author would
    be an approval too many; one line too many read as a co-author costs only an approval.
    """
    found = []
    for line in message.split("\n"):
        key, colon, value = line.strip().partition(":")
        if colon and key.strip().casefold() == "co-authored-by":
            name, _, email = value.strip().partition("<")
            found.append(Person(name.strip(), email.rstrip().rstrip(">").strip()))
    return tuple(found)
