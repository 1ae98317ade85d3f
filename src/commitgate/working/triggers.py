"""The changes that security triggers are looked for in: those of a side, with or without a run, or named paths."""

from __future__ import annotations

from commitgate.engine import COMMIT, INDEX, Answer, Engine, Question
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
from commitgate.sides import rows_against, scratch_paths
from commitgate.working.own_policy import policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def change_of(engine: Engine, question: Question, answer: Answer) -> tuple[Change, ...]:
    """The product change base→side. CannotDecide when there is no run and nothing that could be judged instead."""
    if answer.facts.outside:  # its run has landed: what changes since is the change
        return answer.facts.outside
    if answer.verdict.snapshot.run is not None:
        return answer.verdict.snapshot.delta
    if not answer.facts.based:
        side = answer.verdict.snapshot
        tip = target_tip(engine.repo, answer.target)
        the_merge_base(engine.repo, tip, *((side.commit,) if side.commit else side.parents))  # says why there is none
    base = answer.facts.base or empty_tree(engine.repo)
    gathering = Gathering(engine.repo, answer.policy, engine.memo, answer.place)
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
    return gathering.classify(rows, "")


def changes_at(engine: Engine, question: Question, paths: Iterable[str]) -> tuple[Policy, tuple[Change, ...]]:
    """The policy of a side, and named paths (from the root) as if each of them had changed."""
    policy = policy_of(engine, question)
    found: list[Change] = []
    for path in paths:
        folder = next((one for one in containing(policy.runs, path) if _has_run(engine, question, one)), "")
        gathering = Gathering(engine.repo, policy, engine.memo, Place(folder or policy.runs[0]))
        _, product = gathering.split([Row(path, ABSENT, "", PLAIN, "")], bool(folder))
        found += gathering.classify(product, "")
    return policy, in_order(found)


def _has_run(engine: Engine, question: Question, folder: str) -> bool:
    path = f"{folder}/{RUN_FILE}"
    if question.kind in (COMMIT, INDEX):
        return engine.repo.batch.get([f"{question.revision}:{path}"])[0].type == "blob"
    return path in content_on_disk(engine.repo, [path])
