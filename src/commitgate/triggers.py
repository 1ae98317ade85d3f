"""Which security triggers fire: in the change of a side, with or without a run, or on paths that somebody names."""

from __future__ import annotations

from commitgate.engine import COMMIT, INDEX, POLICY_FILE, ROOT, Answer, Engine, Question
from commitgate.errors import CannotDecide
from commitgate.facts import Change
from commitgate.gather import Gathering
from commitgate.git.delta import parse
from commitgate.git.history import diff_trees
from commitgate.git.side import content_on_disk, empty_tree, start_index, worktree_rows
from commitgate.objects import ABSENT, PLAIN, Row
from commitgate.policy.layout import RUN_FILE
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Hit(Record):
    """One trigger on one path. ``line`` is 0 for what the path alone fires; ``place``: where the policy defines it."""

    id: str
    path: str
    line: int
    pattern: str
    why: str
    place: str


def hits(policy: Policy, changes: Iterable[Change]) -> list[Hit]:
    """What fires in the changes: the triggers in the policy's order, the paths of each sorted."""
    order = {trigger.id: position for position, trigger in enumerate(policy.triggers)}
    known = {trigger.id: trigger for trigger in policy.triggers}
    found = [
        Hit(name, change.path, 0, matched, known[name].why, known[name].place)
        for change in changes
        for name, matched in change.triggers
    ]
    return sorted(found, key=lambda hit: (order[hit.id], hit.path))


def change_of(engine: Engine, question: Question, answer: Answer) -> tuple[Change, ...]:
    """The product change base→side. CannotDecide when there is no run and nothing that could be judged instead."""
    if answer.verdict.snapshot.run is not None:
        return answer.verdict.snapshot.delta
    base = answer.facts.base or empty_tree(engine.repo)
    commit = answer.verdict.snapshot.commit
    if question.kind == COMMIT:
        rows = diff_trees(engine.repo, base, commit)
    elif question.kind == INDEX:
        rows = parse(start_index(engine.repo, base).output())
    else:
        rows = worktree_rows(engine.repo, base)
    gathering = Gathering(engine.repo, answer.policy, engine.memo, ROOT)
    changes = gathering.classify((row for row in rows if not _scratch(gathering, row)), "")
    if not changes:
        raise CannotDecide(
            f"nothing differs from {base[:12]}, so there is no change to judge",
            "ask on the branch of the change, or name paths: git gate security <path>",
            "engine/no-delta",
        )
    return changes


def changes_at(engine: Engine, question: Question, paths: Iterable[str]) -> tuple[Policy, tuple[Change, ...]]:
    """The policy of a side, and named paths (from the root) as if each of them had changed."""
    data = blob_of(engine, question, POLICY_FILE)
    policy = engine.policy("", data)
    gathering = Gathering(engine.repo, policy, engine.memo, ROOT)
    rows = [Row(path, ABSENT, "", PLAIN, "") for path in paths]
    _, product = gathering.split(rows, blob_of(engine, question, f"{ROOT}/{RUN_FILE}") is not None)
    return policy, gathering.classify(product, "")


def blob_of(engine: Engine, question: Question, path: str) -> bytes | None:
    """The bytes of one file of a side; None when there is none."""
    if question.kind not in (COMMIT, INDEX):
        return content_on_disk(engine.repo, [path]).get(path)
    blob = engine.repo.batch.get([f"{question.revision}:{path}"])[0]
    return blob.data if blob.type == "blob" else None


def _scratch(gathering: Gathering, row: Row) -> bool:
    # As in every verdict on the work tree: what lies in no area and is not added yet is nobody's change.
    return row.untracked and gathering.path_class(row.path).area == "other"
