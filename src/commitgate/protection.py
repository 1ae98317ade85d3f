"""Which branch work is merged into, and which branches are protected: as a clone sees it, and as a server does."""

from __future__ import annotations

from commitgate.git.refs import DEFAULT_TARGETS, namespace, points_to, tips
from commitgate.policies import Policies
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.engine import Engine
    from commitgate.git.refs import Refs
    from commitgate.git.repository import Repository
    from commitgate.memo import NoMemo

HEADS = "refs/heads/"


class Protected(Record):
    """The target branch and the protected ones.

    target: "" when there is none; tip: what branches start from, "" while the target does not exist; shared: the part
    of it that others have, as far as this side knows; branches: what is neither deleted nor rewritten; unborn: what is
    not made, since it would take the place of the target.
    """

    target: str
    tip: str
    shared: str
    branches: frozenset[str]
    unborn: str = ""


class Default(Record):
    """The branch that a server takes for its default one.

    tip: "" while it has no commit; unborn: the branch that HEAD names, where that is not there and this one is taken
    in its place.
    """

    name: str
    tip: str
    unborn: str


def protected_here(engine: Engine, refs: Refs, commit: str) -> Protected:
    """What this clone takes to be protected, for work that ends in ``commit``."""
    policies = Policies(engine.repo, engine.memo)
    force = engine.force(policies, policies.at_commit(commit), refs)
    name = force.target.name
    # Where no target is known, as in a repository before its first commit, the usual names are it.
    branches = frozenset({name} if name else DEFAULT_TARGETS)
    return Protected(name, force.tip, force.target.remote, branches)


def protected_by_server(repo: Repository, memo: NoMemo, default: Default) -> Protected:
    """What a server's repository protects: the branch that its default branch's policy names, and that branch itself.

    The default branch stays protected when its policy names another one, because it is what says so. Nothing that is
    pushed beside it counts.
    """
    tip = default.tip
    policy = Policies(repo, memo).protected(tip) if tip else None
    name = policy.target if policy is not None and policy.target else default.name
    if name != default.name:
        ref = namespace(repo) + HEADS + name
        tip = tips(repo, [ref]).get(ref, "")
    return Protected(name, tip, "", frozenset({name, default.name} - {""}), default.unborn)


def meant(repo: Repository, ref: str) -> str:
    """The branch that an update of ``ref`` moves: where it is a symbolic ref, what that stands for."""
    return points_to(repo, ref).removeprefix(namespace(repo)) or ref


def default_branch(repo: Repository) -> Default:
    """HEAD's branch, else main or master where HEAD's is not there."""
    heads = namespace(repo) + HEADS
    head = points_to(repo, "HEAD")
    candidates = [ref for ref in (head, *(heads + name for name in DEFAULT_TARGETS)) if ref.startswith(heads)]
    there = tips(repo, candidates)
    found = next((ref for ref in candidates if ref in there), candidates[0])
    unborn = head[len(heads) :] if head.startswith(heads) and head != found else ""
    return Default(found[len(heads) :], there.get(found, ""), unborn)
