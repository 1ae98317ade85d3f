"""The policy that a side itself holds, whatever is in force for it."""

from __future__ import annotations

from commitgate.engine import COMMIT, INDEX, Engine, Question, open_engine
from commitgate.errors import CannotDecide
from commitgate.git.refs import resolve
from commitgate.git.side import empty_tree
from commitgate.policies import Policies
from commitgate.policy.load import load_policy
from commitgate.policy.model import Policy
from commitgate.sides import rows_against


def policy_of(engine: Engine, question: Question) -> Policy:
    """The policy of a commit, of the index, or of the work tree. PolicyRefused when it cannot be accepted."""
    policies = Policies(engine.repo, engine.memo)
    if question.kind == COMMIT:
        return policies.at_commit(resolve(engine.repo, question.revision))
    if question.kind != INDEX:
        return policies.on_disk()
    head = engine.repo.batch.get(["HEAD"])[0]
    return policies.in_index(
        rows_against(engine.repo, INDEX, "HEAD" if head.type == "commit" else empty_tree(engine.repo))
    )


def policy_here(question: Question) -> Policy:
    """The same in the current folder; the shipped rules where there is no repository, or no work tree in it."""
    try:
        with open_engine() as engine:
            return policy_of(engine, question)
    except CannotDecide as error:
        if error.rule not in ("engine/no-repository", "engine/no-work-tree"):
            raise
    policy, _ = load_policy(None)
    assert policy is not None
    return policy
