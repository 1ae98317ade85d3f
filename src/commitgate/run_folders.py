"""Which run folders a side is judged for, and which product paths each of them answers for.

A branch's runs are those that base..side brings, on the target branch it is the newest one; a run folder in which the
side changes anything is judged too. A changed path belongs to the run whose product root is nearest to it.
"""

from __future__ import annotations

from commitgate.errors import CannotDecide, GateError
from commitgate.finding import BLOCKED
from commitgate.git.history import diff_trees
from commitgate.git.refs import merge_bases
from commitgate.git.side import empty_tree
from commitgate.git.tree import folders_at
from commitgate.memo import register
from commitgate.policy.layout import RUN_FILE
from commitgate.policy.run_patterns import Place, containing, fixed_part, only, product_root
from commitgate.record import Record
from commitgate.sides import own_run_id
from commitgate.trees import Trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commitgate.git.repository import Repository
    from commitgate.memo import Memo
    from commitgate.objects import Row
    from commitgate.policy.model import Policy


HERE = "."
FOUNDING = "founding"  # a side that is judged with everything it stands on, where there is no target yet


class Asked(Record):
    """What is asked about: the side's kind, the commits it stands on, the target's tip, and its rows against HEAD.

    ``run``: the one run folder that is wanted, from the root or the current folder; ``at``: HERE when the run around
    the current folder is meant. "" for either when it is about all runs of the side.
    """

    kind: str
    heads: tuple[str, ...]
    tip: str
    rows: Sequence[Row] = ()
    run: str = ""
    at: str = ""


class _Committed(Record):
    """What the commits below a side say: the run folders they change, those whose run they bring, and the base."""

    changed: tuple[str, ...]
    brought: tuple[str, ...]
    on_target: bool
    outside: tuple[str, ...]  # folders of changed paths in no run folder, as far as anybody needs them
    gone: tuple[str, ...] = ()  # run folders of the base that hold no run any more


register(_Committed)


def places(repo: Repository, memo: Memo, policy: Policy, asked: Asked) -> tuple[Place, ...]:
    """The run folders to judge, at least one: where there is no run, the place where one would be."""
    alone = only(policy.runs)
    if alone:
        if asked.run not in ("", alone) and _prefix(repo) + asked.run != alone:
            raise _no_folder(asked.run, policy)
        return (Place(alone),)
    return _Choice(repo, memo, policy, asked).made()


def left_behind(repo: Repository, policy: Policy, base: str, head: str, judged: Sequence[Place]) -> list[Place]:
    """The run folders that a commit of base..head changes the run of, and that the tip is not judged for.

    Their run came and went on the way, or stands elsewhere now. None before there is a target (``base`` "").
    """
    if not base or only(policy.runs):
        return []
    parts = sorted({fixed_part(pattern) for pattern in policy.runs})
    within = () if "" in parts else [repo.from_here(part) for part in parts]
    said = repo.run(
        "-c", "log.showRoot=true", "log", "--diff-merges=separate", "--no-show-signature", "--no-renames",
        "--name-only", "-z", "--format=", head, "--not", base, "--", *within,
    )  # fmt: skip
    names = {name.lstrip("\n") for name in said.decode("utf-8", "surrogateescape").split("\0")}
    known = {place.folder for place in judged}
    above = {name[: -len(RUN_FILE) - 1] for name in names if name.endswith(f"/{RUN_FILE}")}
    found = [one for one in above - known if one in containing(policy.runs, f"{one}/{RUN_FILE}")]
    roots = {place.product for place in judged}
    return [
        Place(
            folder, product_root(folder), tuple(sorted(one for one in roots if len(one) > len(product_root(folder)))),
            tuple(sorted(known)),
        )
        for folder in sorted(found)
    ]  # fmt: skip


def _prefix(repo: Repository) -> str:
    """The current folder from the root, with its slash; "" at the root and where there is no work tree."""
    return repo.line("rev-parse", "--show-prefix", accept=(0, 128))


def _no_folder(name: str, policy: Policy) -> GateError:
    return GateError(
        f"{name} is no run folder: the policy's runs: says {', '.join(policy.runs)}",
        "leave --run out, and git gate names the runs that there are",
        BLOCKED,
    )


class _Choice:
    def __init__(self, repo: Repository, memo: Memo, policy: Policy, asked: Asked) -> None:
        self._repo = repo
        self._memo = memo
        self._policy = policy
        self._asked = asked

    def made(self) -> tuple[Place, ...]:
        asked, patterns = self._asked, self._policy.runs
        committed = self._committed()
        staged = {folder for row in asked.rows for folder in containing(patterns, row.path)}
        ids = {folder: self._run_id(folder) for folder in sorted({*committed.changed, *committed.brought, *staged})}
        brought = [one for one in ids if ids[one] and (one in committed.brought or self._begins(one, ids[one]))]
        known = [one for one in ids if ids[one] or self._run_id_at_head(one)]
        loose = [row.path for row in asked.rows if not containing(patterns, row.path)]
        owners = [*brought, *self._newest(brought, loose)] if committed.on_target else brought
        at = _prefix(self._repo).rstrip("/") if asked.at == HERE else ""
        one = self._named() if asked.run else self._around(at)
        beside = list(dict.fromkeys((*known, *committed.gone)))  # what an archive moves is nobody's product either
        if one:
            return (self._place(one, owners, beside),)
        wanted = self._nearest(at, list(dict.fromkeys((*owners, *known))))
        made = [self._place(folder, owners, beside) for folder in sorted(wanted)]
        if not made or (self._policy.require_run and not at and self._uncovered(made, loose, committed)):
            made.append(self._nowhere(owners, beside))
        return tuple(made)

    def _place(self, folder: str, owners: list[str], known: list[str]) -> Place:
        root = product_root(folder)
        others = {product_root(one) for one in owners if one != folder}
        # A run that is only touched, because it had landed before, answers for nothing that another run owns.
        nearer = {one for one in others if len(one) > len(root)} if folder in owners else others
        siblings = [one for one in owners if folder in owners and one != folder and product_root(one) == root]
        return Place(folder, root, tuple(sorted(nearer)), tuple(one for one in known if one != folder), tuple(siblings))

    def _nowhere(self, owners: list[str], known: list[str]) -> Place:
        """What belongs to no run, under the name of the first place where one could be."""
        roots = tuple(sorted({product_root(one) for one in owners}))
        return Place(self._policy.runs[0], "", roots, tuple(known))

    def _uncovered(self, made: list[Place], loose: list[str], committed: _Committed) -> bool:
        paths = (*loose, *committed.outside)
        return any(not any(path.startswith(one.product) for one in made) for path in paths)

    def _named(self) -> str:
        """The run folder that is named, from the root or else from the current folder."""
        wanted = self._asked.run
        for folder in (wanted, _prefix(self._repo) + wanted):
            if folder in containing(self._policy.runs, f"{folder}/{RUN_FILE}"):
                return folder
        raise _no_folder(wanted, self._policy)

    def _around(self, at: str) -> str:
        """The run folder in which the question is put, "" when it is put elsewhere."""
        folders = containing(self._policy.runs, f"{at}/{RUN_FILE}") if at else []
        return next((one for one in reversed(folders) if self._run_id(one)), "")

    def _nearest(self, at: str, folders: list[str]) -> list[str]:
        """Those whose product root the question is put in; all of them where it is put in none."""
        below = [one for one in folders if product_root(one) and f"{at}/".startswith(product_root(one))]
        deepest = max((len(product_root(one)) for one in below), default=0)
        return [one for one in below if len(product_root(one)) == deepest] or folders

    # -- run ids --------------------------------------------------------------------------------------------

    def _run_id(self, folder: str) -> str:
        """The id of the run that the side has in a folder."""
        if self._asked.rows:
            own = own_run_id(self._repo, self._asked.kind, list(self._asked.rows), f"{folder}/{RUN_FILE}")
            if own is not None:
                return own
        return self._run_id_at_head(folder)

    def _run_id_at_head(self, folder: str) -> str:
        heads = self._asked.heads
        return next((found for head in heads if (found := self._run_id_at(folder, head))), "")

    def _run_id_at(self, folder: str, commit: str) -> str:
        return Trees(self._repo, self._memo, folder).run_id_at(commit)

    def _begins(self, folder: str, run_id: str) -> bool:
        """Whether the side's own rows bring the run of a folder."""
        path = f"{folder}/{RUN_FILE}"
        return any(row.path == path for row in self._asked.rows) and run_id != self._run_id_at_head(folder)

    # -- the commits ----------------------------------------------------------------------------------------

    def _committed(self) -> _Committed:
        asked = self._asked
        key = (asked.kind == FOUNDING, asked.heads, asked.tip, self._policy.runs, self._policy.require_run)
        known: _Committed | None = self._memo.get("runs", key)
        if known is None:
            known = self._compared()
            self._memo.put("runs", key, known)
        return known

    def _compared(self) -> _Committed:
        heads, tip = self._asked.heads, self._asked.tip
        if not heads:
            return _Committed((), (), True, ())
        if self._asked.kind == FOUNDING:
            every = self._at_head()
            return _Committed(every, every, False, ())
        bases = merge_bases(self._repo, tip, *heads) if tip else []
        if not tip or bases == [heads[0]]:
            return _Committed((), (), True, ())
        changed: set[str] = set()
        outside: set[str] = set()
        for head in heads:
            for row in self._between(bases or [empty_tree(self._repo)], head):
                folders = containing(self._policy.runs, row.path)
                changed.update(folders)
                if not folders:
                    above, slash, _ = row.path.rpartition("/")
                    outside.add(above + slash)
        brought, gone = [], []
        for folder in sorted(changed):
            here = {self._run_id_at(folder, head) for head in heads} - {""}
            there = {self._run_id_at(folder, base) for base in bases} - {""}
            if here - there:
                brought.append(folder)
            elif there and not here:
                gone.append(folder)
        if len(heads) > 1:  # what only the target changed since is in the rows of one head and not in the merge
            changed = {one for one in changed if one in brought or not self._is_of_target(one, bases)}
        return _Committed(tuple(sorted(changed)), tuple(brought), False, tuple(sorted(outside)), tuple(gone))

    def _between(self, bases: list[str], head: str) -> Iterable[Row]:
        """The rows base→head that may lie in run folders; all of them where every path has to belong to a run."""
        parts = sorted({fixed_part(pattern) for pattern in self._policy.runs})
        within = () if "" in parts or self._policy.require_run else tuple(parts)
        for base in bases:
            yield from diff_trees(self._repo, base, head, within)

    def _is_of_target(self, folder: str, bases: list[str]) -> bool:
        """Whether one of the heads has a folder as the base has it, so that the merge takes the target's."""
        trees = [self._repo.batch.get([f"{one}:{folder}"])[0].oid for one in (*bases, *self._asked.heads)]
        return any(trees[0] == one for one in trees[len(bases) :])

    def _newest(self, brought: list[str], loose: list[str]) -> list[str]:
        """On the target: for every product root that is concerned the run that came last; else the last of all."""
        groups: dict[str, list[str]] = {}
        for folder in self._at_head():
            groups.setdefault(product_root(folder), []).append(folder)
        if not loose and not brought:
            return self._last([one for group in groups.values() for one in group])
        for folder in brought:
            groups.pop(product_root(folder), None)
        above = [[root for root in groups if path.startswith(root)] for path in loose]
        roots = {max(one, key=len) for one in above if one}
        return [one for root in sorted(roots) for one in self._last(groups[root])]

    def _at_head(self) -> tuple[str, ...]:
        """Every run folder of HEAD."""
        if not self._asked.heads:
            return ()
        key = ("all", self._asked.heads[0], self._policy.runs)
        known: tuple[str, ...] | None = self._memo.get("runs", key)
        if known is None:
            known = tuple(folders_at(self._repo, self._asked.heads[0], self._policy.runs, RUN_FILE))
            self._memo.put("runs", key, known)
        return known

    def _last(self, folders: list[str]) -> list[str]:
        """The one of several folders whose run came to the first-parent chain last."""
        if len(folders) < 2:
            return folders
        head = self._asked.heads[0]
        key = ("last", head, tuple(folders))
        known: str | None = self._memo.get("runs", key)
        if known is None:
            paths = [self._repo.from_here(f"{folder}/{RUN_FILE}") for folder in folders]
            names = self._repo.run(
                "-c", "log.showRoot=true", "-c", "log.follow=false", "log", "--first-parent",
                "--diff-merges=first-parent", "--no-show-signature", "--no-renames", "--diff-filter=A", "-n", "1",
                "--name-only", "-z", "--format=", head, "--", *paths,
            )  # fmt: skip
            found = [name.decode("utf-8", "surrogateescape") for name in names.split(b"\0") if name.strip()]
            known = next((one for one in folders if f"{one}/{RUN_FILE}" in [name.lstrip("\n") for name in found]), "")
            if not known:
                raise CannotDecide(
                    f"when the runs in {', '.join(folders[:3])} … came cannot be told", "git fetch --unshallow",
                    "engine/shallow",
                )  # fmt: skip
            self._memo.put("runs", key, known)
        return [known]
