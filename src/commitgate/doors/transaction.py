"""reference-transaction: the target branch of this clone moves only to what others have or what is ready to merge.

git asks for every change of a ref, whatever command makes it, and --no-verify does not skip it. Opt-in.
"""

from __future__ import annotations

import time

from commitgate.doors.branches import Answers, Judging, tell
from commitgate.doors.updates import HEADS, REMOTES, Update, received
from commitgate.engine import engine_of
from commitgate.finding import BLOCKED, Finding
from commitgate.git.refs import Refs, is_ancestor
from commitgate.git.repository import Repository
from commitgate.protection import protected_here


def prepared(data: bytes) -> int:
    """Judge what a transaction in the state ``prepared`` would do to the target branch; the exit code."""
    updates = received(data)
    heads = [one for one in updates if one.ref.startswith(HEADS)]
    if not heads:
        return 0
    repo = Repository()
    with engine_of(repo) as engine:
        protected = protected_here(engine, Refs(repo), next((one.new for one in heads if one.new), "HEAD"))
        judging = Judging(repo, protected, (), int(time.time()))
        answers: Answers = []
        for one in heads:
            if one.ref[len(HEADS) :] in protected.branches:
                answers.append((one.ref, _asked(repo, judging, protected.shared, one, updates)))
        closing = "the branch stays where it is; if others have that commit already, git fetch first"
        return tell(answers, closing, judging.waived)


def _asked(repo: Repository, judging: Judging, shared: str, update: Update, updates: list[Update]) -> list[Finding]:
    # The old side of a line is zeros whenever the command did not ask for one, so the ref itself is read.
    now = repo.line("for-each-ref", "--format=%(objectname)", update.ref)
    if not update.new:
        return [] if not now or _is_packing(repo, update) else [_deleted(update.ref[len(HEADS) :])]
    if update.new == now:
        return []
    name = update.ref[len(HEADS) :]
    tracking = f"{REMOTES}*/{name}"
    theirs = repo.line("for-each-ref", "--format=%(objectname)", tracking).split()
    # `git fetch origin main:main` moves the branch and what it tracks in one transaction.
    fetched = [one for one in updates if one.new and one.ref.startswith(REMOTES)]
    theirs += [one.new for one in fetched if one.ref.endswith(f"/{name}")]
    if any(is_ancestor(repo, update.new, tip) for tip in {*theirs, now} - {""}):
        return []
    return judging.moved(shared or now, update.new)


def _is_packing(repo: Repository, update: Update) -> bool:
    """Whether a deletion only removes the loose file of a branch that has just been packed.

    A real deletion is asked for twice when the branch is packed: for packed-refs first, where no old value is given.
    """
    if not update.old:
        return False
    try:
        with open(repo.git_path("packed-refs"), "rb") as handle:
            return f"\n{update.old} {update.ref}\n".encode("utf-8", "surrogateescape") in b"\n" + handle.read()
    except FileNotFoundError:
        return False


def _deleted(name: str) -> Finding:
    return Finding(
        "push/protected",
        BLOCKED,
        f"{name} is the branch that work is merged into: it is neither deleted nor renamed",
        "to do it on purpose: git gate uninstall, and install afterwards",
    )
