"""Which commits matter: HEAD, what is being merged, the target branch's tip, and merge bases."""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide
from commitgate.git.process import GitFailed
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.git.repository import Repository

DEFAULT_TARGETS = ("main", "master")
SHALLOW_HINT = "fetch the whole history: git fetch --unshallow (in CI: fetch-depth: 0)"


class Target(Record):
    """The branch that work is merged into, by its remote-tracking and its local ref."""

    name: str  # "main"; "" when there is no target at all
    remote: str  # oid of refs/remotes/origin/<name>, or ""
    local: str  # oid of refs/heads/<name>, or ""


class Refs:
    """The refs that can be the target: the usual ones from the batch, with everything else that it is asked for.

    git is asked once more only where origin/HEAD has to be followed, and where the batch knows none of the refs.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._oids: dict[str, str] | None = None
        repo.batch.expect(_USUAL)

    def target(self, wanted: str) -> Target:
        """The target: ``wanted`` unless it is "", else what origin/HEAD points to, else main or master."""
        if self._oids is None:
            self._oids = tips(self._repo, _USUAL)
        name = wanted or self._of_origin()
        if not any(ref in self._oids for ref in (_refs_of(name) if name else _USUAL)):
            # The batch takes a name for an expression (main~2, main@{yesterday}), so it is asked for the usual ones
            # only; and a ref whose commit is missing is none to it. That is no repository without a target.
            names = _refs_of(name) if name else _USUAL
            lines = self._repo.run("for-each-ref", "--format=%(objectname) %(refname)", *names)
            for line in filter(None, lines.decode("utf-8", "surrogateescape").split("\n")):
                oid, _, ref = line.partition(" ")
                self._oids[ref] = oid
        if not name:
            name = next((one for one in DEFAULT_TARGETS if any(ref in self._oids for ref in _refs_of(one))), "")
        remote, local = _refs_of(name)
        return Target(name, self._oids.get(remote, ""), self._oids.get(local, ""))

    def _of_origin(self) -> str:
        """The branch that origin/HEAD names; "" when there is none."""
        if self._oids is None or _ORIGIN not in self._oids:
            return ""
        return self._repo.line("symbolic-ref", "--quiet", _ORIGIN, accept=(0, 1)).removeprefix(_ORIGIN[:-4])


def _refs_of(*names: str) -> list[str]:
    return [ref for name in names for ref in (f"refs/remotes/origin/{name}", f"refs/heads/{name}")]


_ORIGIN = "refs/remotes/origin/HEAD"
_USUAL = (_ORIGIN, *_refs_of(*DEFAULT_TARGETS))


def tips(repo: Repository, refs: Iterable[str]) -> dict[str, str]:
    """Ref → commit, of those refs, given by their full names, that exist and whose commit is there.

    Where a ref is not there git goes on looking: ``refs/heads/main`` is then a tag of that whole name, which anybody
    may push. So whoever is found while there is a namesake is asked for again, by name and not by expression.
    """
    names = list(refs)
    found = {name: one.oid for name, one in zip(names, repo.batch.get(names), strict=True) if one.type != "missing"}
    namesakes = [f"{before}{name}{behind}" for name in found for before, behind in _ALSO_LOOKED_UP]
    if all(one.type == "missing" for one in repo.batch.get(namesakes)):
        return found
    lines = repo.run("for-each-ref", "--format=%(objectname) %(refname)", *found).decode("utf-8", "surrogateescape")
    exact = {ref: oid for oid, _, ref in (line.partition(" ") for line in lines.split("\n"))}
    return {name: exact[name] for name in found if name in exact}


# What git puts around a name that is no ref by itself, in its order (gitrevisions).
_ALSO_LOOKED_UP = (
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
)


def namespace(repo: Repository) -> str:
    """Where the refs stand that a server shows under ``GIT_NAMESPACE``, "" without one.

    git hands short names to a hook: ``refs/heads/main`` is not the ref of that name then.
    """
    parts = repo.env.get("GIT_NAMESPACE", "").split("/")
    return "".join(f"refs/namespaces/{part}/" for part in parts if part)


def points_to(repo: Repository, ref: str) -> str:
    """The ref, by its full name, that a symbolic ref of the namespace stands for; "" where it is none, or not there."""
    return repo.line("symbolic-ref", "--quiet", namespace(repo) + ref, accept=(0, 1))


def begin_update(repo: Repository, ref: str, *oids: str) -> None:
    """Let git begin with what is asked first about an update: which branches are meant, and are its ids there."""
    for name in ("HEAD", ref):
        repo.begin("symbolic-ref", "--quiet", namespace(repo) + name)
    repo.batch.expect(filter(None, oids))


def begin_range(repo: Repository, tip: str, old: str, new: str) -> None:
    """Let git begin with what is asked first about moving a ref from ``old`` to ``new``, which is judged from ``tip``.

    Not with everything: more processes than processors hold up whoever starts them.
    """
    if old:
        repo.begin("merge-base", "--is-ancestor", old, new)
    repo.begin("merge-base", "--all", tip, new)


def target_tip(repo: Repository, target: Target) -> str:
    """The target's tip: the remote-tracking branch unless the local one contains it; "" when there is none."""
    if not target.remote or not target.local or target.remote == target.local:
        return target.remote or target.local
    return target.local if is_ancestor(repo, target.remote, target.local) else target.remote


def is_ancestor(repo: Repository, old: str, new: str) -> bool:
    """Whether ``old`` is reachable from ``new``."""
    process = repo.started("merge-base", "--is-ancestor", old, new)
    process.output(accept=(0, 1))
    return process.status == 0


def merge_bases(repo: Repository, tip: str, *commits: str) -> list[str]:
    """All best common ancestors of ``tip`` and what a merge of ``commits`` would be."""
    return repo.run("merge-base", "--all", tip, *commits, accept=(0, 1)).decode("ascii").split()


def the_merge_base(repo: Repository, tip: str, *commits: str) -> str:
    """The one merge base of the target's tip and (a merge of) commits; CannotDecide when it is not exactly one."""
    return only_base(repo, merge_bases(repo, tip, *commits), tip, commits[0])


def only_base(repo: Repository, bases: list[str], tip: str, commit: str) -> str:
    """The one of ``bases`` that :func:`merge_bases` found; CannotDecide when it is not exactly one."""
    if len(bases) == 1:
        return bases[0]
    if is_shallow(repo):
        raise CannotDecide(
            f"this clone is shallow: where {commit[:12]} left the target branch is not in it",
            SHALLOW_HINT,
            rule="engine/shallow",
        )
    if not bases:
        raise CannotDecide(
            f"{commit[:12]} and the target branch ({tip[:12]}) share no history",
            "merge or rebase onto the target branch, or name another one with target: in .gates.yaml",
            rule="engine/unrelated",
        )
    raise CannotDecide(
        f"{commit[:12]} and the target branch have {len(bases)} merge bases ({', '.join(b[:12] for b in bases)})",
        "merge the target branch into this one once more, so that one merge base remains",
        rule="engine/criss-cross",
    )


def is_shallow(repo: Repository) -> bool:
    """Whether the clone lacks history."""
    return repo.line("rev-parse", "--is-shallow-repository") == "true"


def refuse_shallow(repo: Repository) -> None:
    """CannotDecide in a clone that lacks history, for whoever came to its end."""
    if is_shallow(repo):
        reason = "this clone is shallow: the start of the run's history is not in it"
        raise CannotDecide(reason, SHALLOW_HINT, "engine/shallow")


def resolve(repo: Repository, revision: str) -> str:
    """The full id of a commit; CannotDecide when the name does not resolve to one."""
    # The batch is there anyway, and rev-parse is one process more.
    full = len(revision) in (40, 64) and not revision.strip("0123456789abcdef")
    if full and repo.batch.get([revision])[0].type == "commit":
        return revision
    asked = repo.start(
        "-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}",
    )  # fmt: skip
    try:
        found = os.fsdecode(asked.output()).rstrip("\n")
    except GitFailed as failed:
        if failed.rule == "engine/no-repository":
            raise
        message = f"{revision} is not a commit of this repository"
        raise CannotDecide(message, "git log shows what is", "engine/revision") from None
    ref = revision
    for mark in ("~", "^", ":", "@{"):
        ref = ref.partition(mark)[0]
    if ref.startswith("refs/") and ref not in tips(repo, [ref]):
        message = f"{revision} is not a commit of this repository; only something of another name ends like that"
        raise CannotDecide(message, "fetch the branch: git fetch origin", "engine/revision")
    if "is ambiguous" in asked.stderr and not revision.startswith("HEAD"):
        # git would take the tag, which anybody may push; nothing is judged from where somebody else chose.
        message = f"{revision} is the name of several refs, a tag and a branch perhaps"
        raise CannotDecide(message, f"write the whole name: refs/heads/{revision}", "engine/ambiguous")
    return found
