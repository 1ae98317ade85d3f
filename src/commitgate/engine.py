"""One question, answered: pick a side, gather its facts, fold its history, judge it.

Every door and every command asks through here, so there is one answer. What the memo knows of HEAD is used,
and extended when HEAD moved by one commit; a question with ``NoMemo`` starts from nothing.
"""

from __future__ import annotations

import os

from commitgate.base import Reference
from commitgate.errors import CannotDecide, GateError
from commitgate.facts import Facts, Snapshot
from commitgate.finding import Finding
from commitgate.gather import Gathering, State
from commitgate.git.delta import compose, differing_from_all, parse
from commitgate.git.merge import edited_in_merge
from commitgate.git.process import GitFailed, Repository
from commitgate.git.reads import start_index_reads, start_worktree_reads
from commitgate.git.refs import Target, read_target, resolve, start_refs, target_tip
from commitgate.git.side import content_on_disk, empty_tree, start_index, worktree_rows
from commitgate.heads import fold, stand_on
from commitgate.judge.ledger import EMPTY, History, join
from commitgate.judge.verdict import Verdict, judge
from commitgate.memo import Memo, NoMemo
from commitgate.objects import ABSENT, NOBODY, Person, Row
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from commitgate.git.process import Blob, Process
    from commitgate.git.reads import Reads

INDEX = "index"
COMMIT = "commit"
WORKTREE = "worktree"
ROOT = "pipeline"
POLICY_FILE = ".gates.yaml"


class Question(Record):
    """What is asked: a side, its revision when it is a commit, and the commits being merged."""

    kind: str
    revision: str = ""
    merging: tuple[str, ...] = ()


class Answer(Record):
    """The verdict, and what a command needs to go on."""

    verdict: Verdict
    policy: Policy
    facts: Facts
    target: Target


class PolicyRefused(GateError):
    """``.gates.yaml`` cannot be accepted: nothing can be judged, and the findings say why."""

    code = 1

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the policy in .gates.yaml cannot be accepted")
        self.findings = findings


class Engine:
    """Answers questions about one repository. Close it, or use it as a context manager."""

    def __init__(self, repo: Repository, memo: Memo, started: Reads | None = None) -> None:
        self.repo = repo
        self.memo = memo
        self._started = started

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.memo.save()
        self.repo.close()

    def ask(self, question: Question, now: int) -> Answer:
        """Judge one side at the time ``now`` (epoch seconds); CannotDecide or PolicyRefused when that is impossible."""
        if question.kind == COMMIT:
            refs = start_refs(self.repo)
            return self._about_commit(resolve(self.repo, question.revision), refs, now)
        if question.kind == INDEX:
            reads = self._started or start_index_reads(self.repo)
        else:
            reads = start_worktree_reads(self.repo)
        self._started = None
        head, merge_head = self.repo.batch.answer(), self.repo.batch.answer()
        unborn = head.type != "commit"
        if reads.staged is not None:
            rows = self._index_rows(unborn, reads.staged)
            if rows and all(row.new_mode == ABSENT and not row.unmerged for row in rows):
                self.repo.top()  # nothing but removals: perhaps there is no index at all
        else:
            rows = worktree_rows(self.repo, empty_tree(self.repo) if unborn else "HEAD")
        policy = self.policy(*self._policy_blob(question.kind, rows))
        target = read_target(self.repo, reads.refs, policy.target)
        heads = (() if unborn else (head.oid,)) + self._merging(merge_head)
        return self._about_tree(question.kind, heads, head.data, rows, policy, target, now)

    # -- policy ---------------------------------------------------------------------------------------------

    def policy(self, oid: str, data: bytes | None) -> Policy:
        """The compiled policy of a ``.gates.yaml`` blob (None: the shipped rules alone)."""
        key = oid or ("none" if data is None else "")
        known: Policy | None = self.memo.get("policies", key) if key else None
        if known is not None:
            return known
        from commitgate.policy.load import load_policy

        policy, findings = load_policy(data)
        if policy is None:
            raise PolicyRefused(findings)
        if key:
            self.memo.put("policies", key, policy)
        return policy

    def _policy_blob(self, kind: str, rows: list[Row]) -> tuple[str, bytes | None]:
        """(blob id or "", bytes) of the side's policy file."""
        row = next((row for row in rows if row.path == POLICY_FILE), None)
        if row is None:
            old = self.repo.batch.get([f"HEAD:{POLICY_FILE}"])[0]
            return (old.oid, old.data) if old.type == "blob" else ("", None)
        if row.new_mode == ABSENT:
            return "", None
        if kind == WORKTREE:
            return "", content_on_disk(self.repo, [POLICY_FILE]).get(POLICY_FILE)
        return row.new_oid, self.repo.batch.get([row.new_oid])[0].data

    # -- heads ----------------------------------------------------------------------------------------------

    def _merging(self, merge_head: Blob) -> tuple[str, ...]:
        """The commits being merged: MERGE_HEAD, or (before a clean merge has one) git's GITHEAD_<oid> variables."""
        if merge_head.type == "commit":
            with open(self.repo.git_path("MERGE_HEAD"), encoding="ascii") as handle:
                return tuple(handle.read().split())
        return tuple(name[8:] for name in sorted(self.repo.env) if name.startswith("GITHEAD_") and _is_oid(name[8:]))

    def _index_rows(self, unborn: bool, started: Process) -> list[Row]:
        if not unborn:
            return parse(started.output())
        try:
            started.output()
        except GitFailed:
            pass  # there is no HEAD to compare with: a first commit is compared with the empty tree
        return parse(start_index(self.repo, empty_tree(self.repo)).output())

    # -- the sides ------------------------------------------------------------------------------------------

    def _about_commit(self, commit: str, refs: Process, now: int) -> Answer:
        blob = self.repo.batch.get([f"{commit}:{POLICY_FILE}"])[0]
        policy = self.policy(*((blob.oid, blob.data) if blob.type == "blob" else ("", None)))
        target = read_target(self.repo, refs, policy.target)
        gathering = Gathering(self.repo, policy, self.memo, ROOT)
        reference = gathering.reference((commit,), gathering.run_id_at(commit), target_tip(self.repo, target))
        histories: dict[str, History] = {}
        snapshot: Snapshot | None = None
        parents: tuple[Snapshot, ...] = ()
        for snapshot, parents in gathering.walk((commit,), reference):
            if snapshot.commit != commit:
                fold(gathering, histories, snapshot, parents)
        if snapshot is None:  # the reference itself: the target had it before the work began
            snapshot = gathering.snapshot(gathering.states[commit], (), (), {})
            parents = (snapshot,)
        before = join(histories.get(parent, EMPTY) for parent in snapshot.parents)
        facts = self._facts(gathering, COMMIT, gathering.states[commit], snapshot, parents, reference, ())
        return Answer(judge(policy, facts, before, now), policy, facts, target)

    def _about_tree(
        self,
        kind: str,
        heads: tuple[str, ...],
        head_data: bytes,
        rows: list[Row],
        policy: Policy,
        target: Target,
        now: int,
    ) -> Answer:
        gathering = Gathering(self.repo, policy, self.memo, ROOT)
        run_row = next((row for row in rows if row.path == f"{ROOT}/run.json"), None)
        run_id = self._run_id(kind, run_row) if run_row is not None else None
        ground = stand_on(gathering, heads, head_data, run_id, target)
        states = [ground.states[head] for head in heads]
        deltas = [rows, *(self._rows(kind, head) for head in heads[1:])]
        state = self._side_state(gathering, kind, states, rows, ground.reference)
        content = {}
        if kind == WORKTREE:
            content = content_on_disk(self.repo, [row.path for row in rows if row.path.startswith(ROOT + "/")])
            state, deltas = _without_scratch(gathering, state, deltas)
        author = self.author()
        touched = differing_from_all(deltas)
        if kind == INDEX:
            touched = edited_in_merge(self.repo, heads, touched, "")
        snapshot = gathering.snapshot(state, touched, heads, content)
        snapshot = snapshot._replace(author=author, committer=author)
        parents = tuple(gathering.with_delta(gathering.tree(parent, {}), parent) for parent in states)
        unmerged = tuple(sorted({row.path for row in rows if row.unmerged}))
        facts = self._facts(gathering, kind, state, snapshot, parents, ground.reference, unmerged)
        before = join(ground.histories[head] for head in heads)
        return Answer(judge(policy, facts, before, now), policy, facts, target)

    def _facts(
        self,
        gathering: Gathering,
        kind: str,
        state: State,
        snapshot: Snapshot,
        parents: tuple[Snapshot, ...],
        reference: Reference,
        unmerged: tuple[str, ...],
    ) -> Facts:
        """The side with the delta it is judged by: its own, or the frozen one of a landed run."""
        if reference.frozen_to and snapshot.run is not None:
            side = snapshot._replace(delta=gathering.frozen_delta(reference, snapshot.run.track))
        else:
            side = gathering.with_delta(snapshot, state)
        return Facts(side, parents, state.base, bool(reference.frozen_to), kind, unmerged)

    def _side_state(
        self, gathering: Gathering, kind: str, parents: list[State], rows: list[Row], reference: Reference
    ) -> State:
        if not parents:
            return State("", "", gathering.below({}, rows), compose({}, rows))
        base = gathering.base_of("", tuple(parent.commit for parent in parents), reference)
        entries = gathering.below(parents[0].entries, rows)
        if base == parents[0].base:
            return State("", base, entries, compose(parents[0].rows, rows))
        return State("", base, entries, {row.path: row for row in self._rows(kind, base)})

    def _rows(self, kind: str, against: str) -> list[Row]:
        return parse(start_index(self.repo, against).output()) if kind == INDEX else worktree_rows(self.repo, against)

    def _run_id(self, kind: str, row: Row) -> str:
        """The run id that the tree itself brings, "" when it takes the run away."""
        from commitgate.documents import run

        if row.new_mode == ABSENT:
            return ""
        if kind == WORKTREE:
            return run.read(content_on_disk(self.repo, [row.path]).get(row.path, b"")).id
        return run.read(self.repo.batch.get([row.new_oid])[0].data).id

    def author(self) -> Person:
        """Who is about to commit: what git exports to its hooks, else what git would say."""
        name, email = self.repo.env.get("GIT_AUTHOR_NAME"), self.repo.env.get("GIT_AUTHOR_EMAIL")
        if name and email:
            return Person(name, email)
        try:
            ident = self.repo.line("var", "GIT_AUTHOR_IDENT")
        except GitFailed:
            return NOBODY
        name, _, rest = ident.partition(" <")
        return Person(name, rest.partition(">")[0])


def _without_scratch(gathering: Gathering, state: State, deltas: list[list[Row]]) -> tuple[State, list[list[Row]]]:
    """Untracked files in no area are somebody's scratch until they are added; they are not judged in the work tree."""
    scratch = {row.path for row in deltas[0] if row.untracked and _is_scratch(gathering, row.path)}
    rows = {path: row for path, row in state.rows.items() if path not in scratch}
    return state._replace(rows=rows), [[row for row in delta if row.path not in scratch] for delta in deltas]


def _is_scratch(gathering: Gathering, path: str) -> bool:
    known = gathering.path_class(path)
    return known.area == "other" and not known.triggers and not path.startswith(gathering.root + "/")


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and all(c in "0123456789abcdef" for c in text)


def open_engine(directory: str = "", environ: Mapping[str, str] | None = None) -> Engine:
    """An engine with the repository's memo; without one where there must be none (CI, a quarantine)."""
    return engine_of(Repository(directory, environ))


def engine_of(repo: Repository, started: Reads | None = None) -> Engine:
    """An engine over a repository for which the reads of the index may have been started already."""
    if repo.env.get("CI") or repo.env.get("GIT_QUARANTINE_PATH"):
        return Engine(repo, NoMemo(), started)
    return Engine(repo, Memo(_memo_folder(repo)), started)


def _memo_folder(repo: Repository) -> str:
    """Where the memo lies. A plain ``.git`` folder needs no question to git; everything else is asked."""
    git_dir = repo.env.get("GIT_DIR") or os.path.join(repo.directory, ".git")
    if os.path.isdir(os.path.join(git_dir, "objects")):
        return os.path.join(git_dir, "commitgate")
    return repo.git_path("commitgate")


__all__ = [
    "COMMIT",
    "INDEX",
    "WORKTREE",
    "Answer",
    "CannotDecide",
    "Engine",
    "PolicyRefused",
    "Question",
    "open_engine",
]
