"""Where a run's work starts from: what base(c) is computed against, and the frozen delta of a landed run.

On a branch the reference is the target's tip. On the target itself, with no target at all, and for a run that has
already landed, it is A^1: the parent of the first-parent commit A that brought the run id. A range that brings several
runs for the same part of the product, each by a merge of its own, freezes each to what its merge brought.
"""

from __future__ import annotations

from commitgate.errors import CannotDecide
from commitgate.git.delta import RAW
from commitgate.git.history import Commit, parse_walk
from commitgate.git.refs import merge_bases, only_base
from commitgate.objects import NOBODY
from commitgate.policy.layout import RUN_FILE, gate_path
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commitgate.git.repository import Repository
    from commitgate.objects import Row

# The log of a first-parent chain, each commit against its first parent; without heads and paths.
_FIRST_PARENTS = (
    "-c", "log.showRoot=true", "-c", "log.follow=false",
    "log", "--first-parent", "--diff-merges=first-parent", "--no-show-signature",
    "--format=%x00%x01commit %H%x00%T %P%x00%x00%x00%x00%x00%x00%x00", *RAW,
)  # fmt: skip

BRANCH = "branch"
ON_TARGET = "on-target"
LANDED = "landed"
PENDING = "pending"  # in the place of a commit: the one that is about to be made
NOWHERE = "nowhere"


class Reference(Record):
    """The reference tip ("" = the empty tree), how it was found, and the two ends of a frozen delta ("" = live)."""

    tip: str
    mode: str
    frozen_from: str
    frozen_to: str
    since: str = ""  # of a landed run: the commit from which on a side's work is not the run's any more
    loose: tuple[str, ...] = ()  # on a branch with frozen runs: the paths that no such merge changed


def find_reference(
    repo: Repository,
    policy: Policy,
    root: str,
    heads: tuple[str, ...],
    run_id: str,
    tip: str,
    run_id_at: Callable[[str], str],
    siblings: tuple[str, ...] = (),
    pending: Sequence[Row] = (),
) -> Reference:
    """The reference for heads that are asked about under a target tip ("" = no target).

    ``siblings``: the other run folders whose run the side brings for the same product root; ``pending``: the rows of
    a tree that is not committed yet, against its first head. CannotDecide when the target and the heads have no single
    merge base; without a run nothing depends on it.
    """
    if not heads:
        return Reference("", ON_TARGET, "", "")
    try:
        found = _find(repo, policy, root, heads, run_id, tip, run_id_at)
        return _apart(repo, policy, root, siblings, heads, found, pending) if siblings and run_id else found
    except CannotDecide:
        if run_id:
            raise
        return Reference(heads[0], NOWHERE, "", "")


def _find(
    repo: Repository,
    policy: Policy,
    root: str,
    heads: tuple[str, ...],
    run_id: str,
    tip: str,
    run_id_at: Callable[[str], str],
) -> Reference:
    if not tip:
        if policy.target and run_id:
            raise CannotDecide(
                f"the target branch {policy.target}, which .gates.yaml names, is not in this clone",
                f"git fetch origin {policy.target}, or correct target: in .gates.yaml",
                "engine/target",
            )
        return _since_run(repo, root, heads[0], run_id, run_id_at)
    bases = merge_bases(repo, tip, *heads)
    if bases == [heads[0]]:
        return _since_run(repo, root, tip, run_id, run_id_at, policy, heads[0])._replace(since=heads[0])
    base = only_base(repo, bases, tip, heads[0])
    if run_id and run_id_at(base) == run_id:
        return _since_run(repo, root, tip, run_id, run_id_at, policy, heads[0])._replace(mode=LANDED, since=base)
    return Reference(tip, BRANCH, "", "")


def _apart(
    repo: Repository,
    policy: Policy,
    root: str,
    siblings: tuple[str, ...],
    heads: tuple[str, ...],
    found: Reference,
    pending: Sequence[Row],
) -> Reference:
    """The reference of one of several runs: frozen to the merge (or squash) that brought it whole, if one did.

    What is about to be committed is a step like those before it.
    """
    if found.mode != BRANCH:
        return found
    output = repo.run(*_FIRST_PARENTS, heads[0], "--not", found.tip, "--")
    made_next = Commit(PENDING, "", heads, NOBODY, NOBODY, (), 0, (list(pending),))
    steps = [*([made_next] if pending else []), *parse_walk((output,))]
    gates = _required_gates(policy)
    landings: dict[str, Commit] = {}
    for commit in steps:
        made = {row.path for delta in commit.deltas for row in delta if row.new_mode != "000000"}
        for folder in (root, *siblings):
            if f"{folder}/{RUN_FILE}" in made and any(gate_path(folder, gate) in made for gate in gates):
                landings[folder] = commit
    mine = landings.get(root)
    if mine is None or not mine.parents:
        return found
    whole = {commit.oid for commit in landings.values()}
    loose = {row.path for commit in steps if commit.oid not in whole for delta in commit.deltas for row in delta}
    return found._replace(frozen_from=mine.parents[0], frozen_to=mine.oid, loose=tuple(sorted(loose)))


def _required_gates(policy: Policy) -> list[str]:
    """The gates of the stage that a merge requires, over all tracks."""
    wanted = policy.merge_requires or "qa"
    return sorted({stage.gate for track in policy.tracks.values() for stage in track.stages if stage.name == wanted})


def _since_run(
    repo: Repository,
    root: str,
    chain: str,
    run_id: str,
    run_id_at: Callable[[str], str],
    policy: Policy | None = None,
    head: str = "",
) -> Reference:
    """A^1 on the first-parent chain of ``chain``; the chain's own end when the run is not in it yet."""

    def brings(commit: Commit) -> bool:
        # run.json may be edited later, under the same id: that is not where the run began.
        held = bool(commit.parents) and run_id_at(commit.parents[0]) == run_id
        return not held and run_id_at(commit.oid) == run_id

    arrival = _arrival(repo, chain, f"{root}/{RUN_FILE}", brings) if run_id else None
    if arrival is None:
        return Reference(head or chain, ON_TARGET, "", "")
    start = arrival.parents[0] if arrival.parents else ""
    frozen_to = ""
    if policy is not None and start:
        frozen_to = _landing(repo, policy, root, chain, arrival, head)
    return Reference(start, ON_TARGET, start if frozen_to else "", frozen_to)


def _landing(repo: Repository, policy: Policy, root: str, chain: str, arrival: Commit, head: str) -> str:
    """B, the first-parent commit that brought the gate the merge requires; "" while the run is still being worked on.

    Work done directly on the target brings its gates one by one and stays live; a run that was merged
    or squashed brings the run and the gate in one commit, and so does every branch that starts behind both.
    """
    for gate in _required_gates(policy):
        brought = _arrival(repo, chain, gate_path(root, gate), lambda commit: True)
        if brought is not None and (brought.oid == arrival.oid or head not in ("", chain)):
            return brought.oid
    return ""


def _arrival(repo: Repository, chain: str, path: str, brings: Callable[[Commit], bool]) -> Commit | None:
    """The newest first-parent commit that changed ``path``, left it there, and is the one that ``brings`` it."""
    output = repo.run(*_FIRST_PARENTS, chain, "--", repo.from_here(path))
    for commit in parse_walk((output,)):
        if any(row.new_mode != "000000" for delta in commit.deltas for row in delta) and brings(commit):
            return commit
    return None
