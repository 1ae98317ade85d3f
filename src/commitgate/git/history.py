"""One pass over a range of commits, parents first, each with its raw rows against every parent."""

from __future__ import annotations

from itertools import islice

from commitgate.git.delta import RAW, only_once, parse, rows
from commitgate.objects import Person, Row
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from commitgate.git.process import Process
    from commitgate.git.repository import Repository

_MARK = b"\x01commit "
_COAUTHOR = b"co-authored-by"
_FORMAT = "--format=%x00%x01commit %H%x00%T %P%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%B%x00"

# The log that a walk reads, without its heads: everything about a commit in one pass, whatever is configured.
_ORDER = ("-c", "log.showRoot=true", "log", "--topo-order", "--reverse", "--no-show-signature", "--encoding=UTF-8")
# The log that a walk reads, without its heads: everything about a commit in one pass, whatever is configured.
# Not -m: what that means is up to log.diffMerges.
WALK = (*_ORDER, "--diff-merges=separate", _FORMAT, *RAW)


class Commit(Record):
    """One commit of the range. ``deltas`` holds the rows against each parent (against nothing for a root)."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    coauthors: tuple[Person, ...]
    when: int
    deltas: tuple[list[Row], ...]


class Link(Record):
    """One commit of the range as far as the shape of history goes."""

    oid: str
    tree: str
    parents: tuple[str, ...]


def start_walk(repo: Repository, heads: Iterable[str], exclude: Iterable[str]) -> Process:
    """Start the log of ``heads --not exclude``; read it with :func:`read_walk`."""
    return repo.started(*_walk(heads, exclude))


def begin_walk(repo: Repository, heads: Iterable[str], exclude: Iterable[str]) -> None:
    """Let git begin with what :func:`start_walk` and :func:`read_links` are going to ask of it."""
    repo.begin(*_shape(heads, exclude))
    repo.begin(*_walk(heads, exclude))


def _walk(heads: Iterable[str], exclude: Iterable[str]) -> tuple[str, ...]:
    return (*WALK, *heads, "--not", *exclude, "--")


def _shape(heads: Iterable[str], exclude: Iterable[str]) -> tuple[str, ...]:
    return (*_ORDER, "--format=%H %T %P", *heads, "--not", *exclude, "--")


def read_links(repo: Repository, heads: Iterable[str], exclude: Iterable[str]) -> list[Link]:
    """The shape of the same walk, parents before children: known long before the walk has been read."""
    said = repo.run(*_shape(heads, exclude)).decode("ascii")
    return [Link(oid, tree, tuple(parents)) for oid, tree, *parents in map(str.split, said.splitlines())]


def read_walk(repo: Repository, process: Process) -> Iterator[Commit]:
    """The commits of a started walk as git finds them, parents before children."""
    trees: dict[str, str] = {}
    for commit in parse_walk(process.chunks()):
        trees[commit.oid] = commit.tree
        complete = len(commit.deltas) == max(1, len(commit.parents))
        yield commit if complete else _by_parent(repo, commit, trees)


def _by_parent(repo: Repository, commit: Commit, trees: dict[str, str]) -> Commit:
    # log leaves out the parents that the merge does not differ from, and does not say which ones they were.
    same = [trees.get(parent) == commit.tree for parent in commit.parents]
    shown = [delta for delta in commit.deltas if delta]
    if len(shown) + sum(same) != len(same):  # a parent outside the walk
        return commit._replace(deltas=tuple(diff_trees(repo, parent, commit.oid) for parent in commit.parents))
    left = iter(shown)
    return commit._replace(deltas=tuple([] if one else next(left) for one in same))


def diff_trees(repo: Repository, old: str, new: str, within: tuple[str, ...] = ()) -> list[Row]:
    """The rows between two trees or commits, recursively; only those at or below ``within`` when it is given.

    CannotDecide where one of them has a name twice.
    """
    paths = [repo.from_here(path) for path in within]
    return only_once(parse(repo.run("diff-tree", "-r", *RAW, old, new, "--", *paths)))


def parse_walk(chunks: Iterable[bytes]) -> Iterator[Commit]:
    """Commits from the log's output. A merge appears once for each parent; its rows are collected in order."""
    known: dict[tuple[bytes, bytes], Person] = {}
    tokens = _tokens(chunks)
    commit: Commit | None = None
    delta: list[Row] = []
    for token in tokens:
        if token.startswith((b":", b"\n:")):
            delta.append(rows(tokens, token.lstrip(b"\n")))
        elif token.startswith(_MARK):
            delta = []
            following = _header(token, tokens, delta, known)
            if commit is not None and commit.oid == following.oid:
                following = following._replace(deltas=(*commit.deltas, delta))
            elif commit is not None:
                yield commit
            commit = following
    if commit is not None:
        yield commit


def _tokens(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []  # joined once: a message may be longer than hundreds of chunks
    for chunk in chunks:
        held.append(chunk)
        if b"\0" in chunk:
            *whole, rest = b"".join(held).split(b"\0")
            held = [rest]
            yield from whole
    yield b"".join(held)


def _header(mark: bytes, tokens: Iterator[bytes], delta: list[Row], known: dict[tuple[bytes, bytes], Person]) -> Commit:
    trees, name, email, committer, committer_email, when, message = islice(tokens, 7)
    tree, *parents = trees.decode("ascii").split(" ")
    return Commit(
        mark[len(_MARK) :].decode("ascii"),
        tree,
        tuple(filter(None, parents)),
        known.get((name, email)) or _person(known, name, email),
        known.get((committer, committer_email)) or _person(known, committer, committer_email),
        coauthors(message.decode("utf-8", "surrogateescape")) if _COAUTHOR in message.lower() else (),
        int(when) if when.lstrip(b"-").isdigit() else 0,
        (delta,),
    )


def _person(known: dict[tuple[bytes, bytes], Person], name: bytes, email: bytes) -> Person:
    made = Person(name.decode("utf-8", "surrogateescape"), email.decode("utf-8", "surrogateescape"))
    return known.setdefault((name, email), made)


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
