"""What git tells a hook about refs: one line for each, in the form of pre-push or of the server's hooks."""

from __future__ import annotations

from commitgate.errors import CannotDecide
from commitgate.record import Record

HEADS = "refs/heads/"
TAGS = "refs/tags/"
REMOTES = "refs/remotes/"


class Update(Record):
    """One ref of the receiving side. ``old`` "": it is new, or git does not say; ``new`` "": it is deleted."""

    ref: str
    old: str
    new: str


def pushed(data: bytes) -> list[Update]:
    """The lines of pre-push: local ref, local oid, remote ref, remote oid. The remote ref is the one that counts."""
    # The local ref is whatever was typed, blanks included (HEAD^{/fix it}): what follows it is read from the end.
    lines = _words([line.rsplit(" ", 3) for line in _lines(data)], 4)
    return [Update(remote, _oid(theirs), _oid(ours)) for _, ours, remote, theirs in lines if _is_ours(remote)]


def received(data: bytes) -> list[Update]:
    """The lines of pre-receive and reference-transaction: old oid, new oid, ref."""
    lines = _words([line.split(" ") for line in _lines(data)], 3)
    return [Update(ref, _oid(old), _oid(new)) for old, new, ref in lines if _is_ours(ref)]


def _is_ours(ref: str) -> bool:
    """Branches and tags carry work. Notes, HEAD, a server's own refs and whatever else there is are let through."""
    return ref.startswith((HEADS, TAGS, REMOTES))


def _lines(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8", "surrogateescape").split("\n") if line]


def _words(lines: list[list[str]], count: int) -> list[list[str]]:
    for words in lines:
        if len(words) != count:
            raise _unreadable(" ".join(words))
    return lines


def _oid(word: str) -> str:
    """An object id; "" for zeros, of which a SHA-256 repository has more."""
    if len(word) not in (40, 64) or word.strip("0123456789abcdef"):
        raise _unreadable(word)
    return word if word.strip("0") else ""


def _unreadable(what: str) -> CannotDecide:
    return CannotDecide(
        f"what git handed in is no update of a ref: {what[:100]!r}",
        "git runs this hook and gives it the updates on standard input",
        "push/input",
    )
