"""The commits that a side stands on: their states and books, from the memo where it knows them, else walked."""

from __future__ import annotations

from commitgate.base import NOWHERE, ON_TARGET, Reference
from commitgate.gather import Gathering, State
from commitgate.git.history import read_walk, start_walk
from commitgate.git.refs import Target
from commitgate.judge import ledger
from commitgate.judge.ledger import BLANK, Book
from commitgate.memo import register
from commitgate.record import Record

register(ledger.Verdict, ledger.Passed, ledger.Attempt, ledger.Escalation, ledger.History, Book)


class Ground(Record):
    """What the heads of a side are known to be."""

    reference: Reference
    states: dict[str, State]
    books: dict[str, Book]


def stand_on(
    gathering: Gathering, heads: tuple[str, ...], head_data: bytes, run_id: str | None, target: Target, tip: str
) -> Ground:
    """The ground under a tree that is not committed yet. ``head_data`` is HEAD's commit object.

    ``run_id`` is the tree's own when it changes the run, else None: only then may the memo answer, because
    another run has another base.
    """
    if not heads:
        return Ground(Reference("", ON_TARGET, "", ""), {}, {})
    # Which of several runs a merge brought whole is told from all commits anew.
    alone = len(heads) == 1 and run_id is None and not gathering.place.siblings
    if alone:
        known = _from_memo(gathering, heads[0], head_data, target)
        if known is not None:
            return known
    wanted = run_id if run_id is not None else gathering.trees.run_id_at(heads[0])
    reference = gathering.reference(heads, wanted, tip)
    books: dict[str, Book] = {}
    from commitgate.judge.history import fold

    for snapshot, parents in gathering.walk(heads, reference):
        fold(gathering.policy, books, snapshot, parents)
    ground = Ground(
        reference,
        {head: gathering.states[head] for head in heads},
        {head: books.get(head, BLANK) for head in heads},
    )
    if alone and reference.mode != NOWHERE:  # a run may start on it, and then it cannot be decided
        _remember(gathering, heads[0], target, ground)
    return ground


def _from_memo(gathering: Gathering, head: str, head_data: bytes, target: Target) -> Ground | None:
    """What the memo knows of HEAD, or of its only parent taken one commit further."""
    known = gathering.memo.get("heads", _key(gathering, head, target, head))
    if known is not None:
        state, book, reference = known
        gathering.stand_on(reference)
        gathering.states[head] = state
        return Ground(reference, {head: state}, {head: book})
    parent = _only_parent(head_data)
    known = gathering.memo.get("heads", _key(gathering, parent, target, head)) if parent else None
    if known is None:
        return None
    state, book, reference = known
    gathering.stand_on(reference)
    gathering.states[parent] = state
    log = start_walk(gathering.repo, (head,), (parent,))
    from commitgate.judge.history import fold  # only now: git works while Python loads

    commits = list(read_walk(gathering.repo, log))
    if len(commits) != 1 or commits[0].parents != (parent,):
        return None
    if any(row.path == f"{gathering.root}/run.json" for row in commits[0].deltas[0]):
        return None  # another run, another base
    snapshot, parents = gathering.step(commits[0], reference)
    books = {parent: book}
    fold(gathering.policy, books, snapshot, parents)
    ground = Ground(reference, {head: gathering.states[head]}, {head: books[head]})
    _remember(gathering, head, target, ground)
    return ground


def _remember(gathering: Gathering, head: str, target: Target, ground: Ground) -> None:
    value = (ground.states[head], ground.books[head], ground.reference)
    gathering.memo.put("heads", _key(gathering, head, target, head), value)


def _key(gathering: Gathering, commit: str, target: Target, head: str) -> tuple[object, ...]:
    # A local target that *is* HEAD moves with it, commit by commit; what was known of the parent still holds then.
    local = "HEAD" if target.local == head else target.local
    return (commit, target.name, target.remote, local, gathering.policy.digest, *gathering.place.key())


def _only_parent(commit: bytes) -> str:
    header = commit.partition(b"\n\n")[0].split(b"\n")
    parents = [line[7:].decode("ascii") for line in header if line.startswith(b"parent ")]
    return parents[0] if len(parents) == 1 else ""
