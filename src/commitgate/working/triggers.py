"""The changes that security triggers are looked for in: those of a side, with or without a run, or named paths."""

from __future__ import annotations

import os

from commitgate.engine import COMMIT, INDEX, WORKTREE, Answer, Engine, Question
from commitgate.errors import CannotDecide
from commitgate.facts import Change, in_order
from commitgate.gather import Gathering
from commitgate.git.history import diff_trees
from commitgate.git.refs import target_tip, the_merge_base
from commitgate.git.side import content_on_disk, empty_tree
from commitgate.objects import ABSENT, PLAIN, Row
from commitgate.policy.layout import RUN_FILE
from commitgate.policy.model import Policy
from commitgate.policy.run_patterns import Place, containing
from commitgate.record import Record
from commitgate.sides import rows_against, scratch_paths
from commitgate.working.own_policy import policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.documents.facts import LineHit


class Judged(Record):
    """Changes, and what their lines fire by path, under a policy."""

    policy: Policy
    changes: tuple[Change, ...]
    lines: dict[str, tuple[LineHit, ...]]


def change_of(engine: Engine, question: Question, answer: Answer) -> Judged:
    """The product change base→side. CannotDecide when there is no run and nothing that could be judged instead."""
    gathering = _gathering(engine, question, answer)
    if answer.facts.outside:  # its run has landed: what changes since is the change
        return Judged(answer.policy, answer.facts.outside, gathering.content.found(answer.facts.outside))
    if answer.verdict.snapshot.run is not None:
        return Judged(answer.policy, answer.verdict.snapshot.delta, answer.verdict.snapshot.lines.found())
    if not answer.facts.based:
        side = answer.verdict.snapshot
        tip = target_tip(engine.repo, answer.target)
        the_merge_base(engine.repo, tip, *((side.commit,) if side.commit else side.parents))  # says why there is none
    base = answer.facts.base or empty_tree(engine.repo)
    if question.kind == COMMIT:
        rows = diff_trees(engine.repo, base, answer.verdict.snapshot.commit)
    else:
        rows = rows_against(engine.repo, question.kind, base)
        scratch = scratch_paths(gathering, rows)
        rows = [row for row in rows if row.path not in scratch]
    if not rows:
        raise CannotDecide(
            f"nothing differs from {base[:12]}, so there is no change to judge",
            "ask on the branch of the change, or name paths: git gate security <path>",
            "engine/no-delta",
        )
    changes = gathering.classify(rows, "")
    return Judged(answer.policy, changes, gathering.content.found(changes))


def changes_at(engine: Engine, question: Question, paths: Iterable[str], now: int) -> Judged:
    """Named paths (from the root) as if each of them had changed; ``now`` is in epoch seconds.

    A path that the side's change holds is judged by the lines that it changes; any other file as if all were new.
    """
    policy = policy_of(engine, question)
    found: list[Change] = []
    for path in paths:
        folder = next((one for one in containing(policy.runs, path) if _has_run(engine, question, one)), "")
        gathering = Gathering(engine.repo, policy, engine.memo, Place(folder or policy.runs[0]))
        _, product = gathering.split([Row(path, ABSENT, "", PLAIN, "")], bool(folder))
        found += gathering.classify(product, "")
    changes = in_order(found)
    known = _known(engine, question, policy, now)
    changed = {change.path for change in known.changes}
    content = _content(engine, question, [change.path for change in changes if change.path not in changed])
    reader = Gathering(engine.repo, policy, engine.memo, Place(policy.runs[0])).content
    lines = {
        change.path: known.lines.get(change.path, ())
        if change.path in changed
        else reader.whole(change, content.get(change.path, b""))
        for change in changes
    }
    return Judged(policy, changes, lines)


def _known(engine: Engine, question: Question, policy: Policy, now: int) -> Judged:
    """The side's change; nothing where there is none, or where it cannot be told."""
    try:
        return change_of(engine, question, engine.ask(question, now))
    except CannotDecide:
        return Judged(policy, (), {})


def _gathering(engine: Engine, question: Question, answer: Answer) -> Gathering:
    gathering = Gathering(engine.repo, answer.policy, engine.memo, answer.place)
    if question.kind == WORKTREE:
        gathering.content.elsewhere = content_on_disk
    return gathering


def _content(engine: Engine, question: Question, paths: list[str]) -> dict[str, bytes]:
    """The files of a side, as far as they are there; what a symbolic link points to is no part of it."""
    if question.kind == WORKTREE:
        top = engine.repo.top()
        return content_on_disk(engine.repo, [path for path in paths if not os.path.islink(os.path.join(top, path))])
    revision = question.revision if question.kind == COMMIT else ""
    blobs = engine.repo.batch.get(f"{revision}:{path}" for path in paths if "\n" not in path)
    found = zip((path for path in paths if "\n" not in path), blobs, strict=True)
    return {path: blob.data for path, blob in found if blob.type == "blob"}


def _has_run(engine: Engine, question: Question, folder: str) -> bool:
    path = f"{folder}/{RUN_FILE}"
    if question.kind in (COMMIT, INDEX):
        return engine.repo.batch.get([f"{question.revision}:{path}"])[0].type == "blob"
    return path in content_on_disk(engine.repo, [path])
