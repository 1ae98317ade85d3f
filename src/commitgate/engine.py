"""One question, answered: pick a side, gather its facts, fold its history, judge it.

Every door and every command asks through here, so there is one answer. What the memo knows of HEAD is used,
and extended when HEAD moved by one commit; a question with ``NoMemo`` starts from nothing.
"""

from __future__ import annotations

from commitgate.errors import CannotDecide, GateError
from commitgate.facts import Facts, Snapshot
from commitgate.finding import USAGE
from commitgate.gather import Gathering
from commitgate.git.reads import HEADS, start_index_reads, start_worktree_reads
from commitgate.git.refs import Refs, Target, resolve, target_tip
from commitgate.git.repository import Repository
from commitgate.git.side import content_on_disk, empty_tree, worktree_rows
from commitgate.heads import stand_on
from commitgate.judge.ledger import BLANK, Book, History, join_books
from commitgate.memo import Memo, memo_of
from commitgate.objects import ABSENT, Row
from commitgate.policies import Policies, PolicyRefused
from commitgate.policy.layout import RUN_FILE
from commitgate.policy.model import Policy
from commitgate.policy.run_patterns import Place, only
from commitgate.record import Record
from commitgate.sides import (
    INDEX,
    WORKTREE,
    author,
    merging,
    own_run_id,
    rows_against,
    scratch_paths,
    started_index_rows,
    state_of,
)
from commitgate.waivers import with_waivers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from commitgate.git.reads import Reads
    from commitgate.judge.verdict import Verdict

COMMIT = "commit"


class Question(Record):
    """What is asked: a side, its revision when it is a commit, and which of its runs is meant.

    run: a run folder, "" for all that concern the side; at: HERE when the run around the current folder is meant.
    """

    kind: str
    revision: str = ""
    run: str = ""
    at: str = ""


class Answer(Record):
    """The verdict about one run (or the lack of one), and what a command needs to go on."""

    verdict: Verdict
    policy: Policy
    facts: Facts
    target: Target
    place: Place


class Force(Record):
    """What a side is judged under: a policy, the target branch, and the target's tip ("" without a target)."""

    policy: Policy
    target: Target
    tip: str


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
        """Judge one run of a side; GateError when several are meant and none is named."""
        answers = self.ask_each(question, now)
        if len(answers) > 1:
            folders = [answer.verdict.snapshot.root for answer in answers]
            raise GateError(
                f"several runs are meant: {', '.join(folders)}", f"name one: git gate --run {folders[0]} …", USAGE
            )
        return answers[0]

    def ask_each(self, question: Question, now: int) -> tuple[Answer, ...]:
        """Judge one side at the time ``now`` (epoch seconds), once for each run that concerns it; at least one answer.

        CannotDecide or PolicyRefused when that is impossible.
        """
        policies = Policies(self.repo, self.memo)
        if question.kind == COMMIT:
            refs = Refs(self.repo)
            commit = resolve(self.repo, question.revision)

            def about_commit(force: Force) -> tuple[Answer, ...]:
                found = self._places(question, force, (commit,), ())
                return tuple(self._about_commit(commit, force, one, now) for one in found)

            return self._under_both(policies, policies.at_commit(commit), refs, about_commit)
        if question.kind == INDEX:
            reads = self._started or start_index_reads(self.repo)
        else:
            reads = start_worktree_reads(self.repo)
        self._started = None
        head, merge_head = self.repo.batch.get(HEADS)
        unborn = head.type != "commit"
        if reads.staged is not None:
            rows = started_index_rows(self.repo, reads.staged, unborn)
            if rows and all(row.new_mode == ABSENT and not row.unmerged for row in rows):
                self.repo.top()  # nothing but removals: perhaps there is no index at all
        else:
            rows = worktree_rows(self.repo, empty_tree(self.repo) if unborn else "HEAD")
        heads = (() if unborn else (head.oid,)) + merging(self.repo, merge_head)

        def about_tree(force: Force) -> tuple[Answer, ...]:
            found = self._places(question, force, heads, rows)
            return tuple(self._about_tree(question.kind, heads, head.data, rows, force, one, now) for one in found)

        at_head = "" if unborn else head.oid
        own = policies.in_index(rows, at_head) if question.kind == INDEX else policies.in_worktree(rows, at_head)
        return self._under_both(policies, own, reads.refs, about_tree)

    def _places(
        self, question: Question, force: Force, heads: tuple[str, ...], rows: Sequence[Row]
    ) -> tuple[Place, ...]:
        alone = only(force.policy.runs)
        if alone and question.run in ("", alone):
            return (Place(alone),)  # nothing to be found out, and nothing to be loaded for it
        from commitgate.run_folders import Asked, places

        asked = Asked(question.kind, heads, force.tip, rows, question.run, question.at)
        return places(self.repo, self.memo, force.policy, asked)

    def _under_both(
        self, policies: Policies, own: Policy, refs: Refs, judged: Callable[[Force], tuple[Answer, ...]]
    ) -> tuple[Answer, ...]:
        """Judge under the target's policy, and under the side's own too when it differs: it must pass both.

        Tightening acts at once, loosening after the merge. While the target has adopted none, the side's is in force.
        """
        force = self.force(policies, own, refs)
        first = judged(force)
        if force.policy is own:
            return first
        return under_both(first, judged(force._replace(policy=own)))

    def force(self, policies: Policies, own: Policy, refs: Refs) -> Force:
        """What a side with the policy ``own`` is judged under first: the target's policy, its own where they agree."""
        target = refs.target("")
        tip = self._tip(target)
        protected = policies.protected(tip) if tip else None
        wanted = protected.target if protected is not None else own.target
        if wanted and wanted != target.name:
            target = refs.target(wanted)
            tip = self._tip(target)
            protected = (policies.protected(tip) if tip else None) or protected
        if protected is None or protected.digest == own.digest:
            return Force(own, target, tip)
        return Force(protected, target, tip)

    def _tip(self, target: Target) -> str:
        """The target's tip; whether its local branch contains the remote one is asked of git only once."""
        key = (target.remote, target.local)
        tip: str | None = self.memo.get("tips", key)
        if tip is None:
            tip = target_tip(self.repo, target)
            self.memo.put("tips", key, tip)
        return tip

    def _about_commit(self, commit: str, force: Force, place: Place, now: int) -> Answer:
        policy, target = force.policy, force.target
        gathering = Gathering(self.repo, policy, self.memo, place)
        reference = gathering.reference((commit,), gathering.trees.run_id_at(commit), force.tip)
        from commitgate.judge.history import fold

        books: dict[str, Book] = {}
        snapshot: Snapshot | None = None
        parents: tuple[Snapshot, ...] = ()
        for snapshot, parents in gathering.walk((commit,), reference):
            if snapshot.commit != commit:
                fold(policy, books, snapshot, parents)
        if snapshot is None:  # the reference itself: the target had it before the work began
            snapshot = gathering.snapshot(gathering.states[commit], (), (), {})
            parents = (snapshot,)
        else:  # as for a tree: what was stale before is told from the parents' own deltas
            pairs = zip(parents, snapshot.parents, strict=True)
            parents = tuple(gathering.with_delta(parent, gathering.states[oid]) for parent, oid in pairs)
        before = join_books(books.get(parent, BLANK) for parent in snapshot.parents).of(_run_of(snapshot))
        facts = gathering.facts(COMMIT, gathering.states[commit], snapshot, parents, reference)
        facts = with_waivers(gathering, facts, gathering.states[commit], force.tip)
        return Answer(_judged(policy, facts, before, now), policy, facts, target, place)

    def _about_tree(
        self,
        kind: str,
        heads: tuple[str, ...],
        head_data: bytes,
        rows: list[Row],
        force: Force,
        place: Place,
        now: int,
    ) -> Answer:
        policy, target = force.policy, force.target
        gathering = Gathering(self.repo, policy, self.memo, place)
        run_id = own_run_id(self.repo, kind, rows, f"{place.folder}/{RUN_FILE}")
        scratch = scratch_paths(gathering, rows) if kind == WORKTREE else set()
        gathering.pending = [row for row in rows if row.path not in scratch]
        ground = stand_on(gathering, heads, head_data, run_id, target, force.tip)
        states = [ground.states[head] for head in heads]
        state = state_of(gathering, kind, states, rows, ground.reference)
        touched: Sequence[Row] = rows
        conflicting: tuple[str, ...] = ()
        if len(heads) > 1:
            from commitgate.git.merge import made_by, remake

            deltas = [rows, *(rows_against(self.repo, kind, head) for head in heads[1:])]
            (remade,) = remake(self.repo, [(heads, lambda repo, merged: rows_against(repo, kind, merged))])
            touched, conflicting = made_by(deltas, remade, gathering.root)
        content = {}
        if kind == WORKTREE:
            gathering.content.elsewhere = content_on_disk
            content = content_on_disk(self.repo, [row.path for row in rows if row.path.startswith(place.folder + "/")])
        if scratch:
            state = state._replace(rows={path: row for path, row in state.rows.items() if path not in scratch})
            touched = [row for row in touched if row.path not in scratch]
        who = author(self.repo)
        snapshot = gathering.snapshot(state, touched, heads, content)._replace(
            author=who, committer=who, conflicting=conflicting
        )
        parents = tuple(gathering.with_delta(gathering.tree(parent, {}), parent) for parent in states)
        facts = gathering.facts(kind, state, snapshot, parents, ground.reference)
        facts = facts._replace(unmerged=tuple(sorted({row.path for row in rows if row.unmerged})))
        facts = with_waivers(gathering, facts, state, force.tip)
        before = join_books(ground.books[head] for head in heads).of(_run_of(snapshot))
        return Answer(_judged(policy, facts, before, now), policy, facts, target, place)


def _judged(policy: Policy, facts: Facts, before: History, now: int) -> Verdict:
    facts.side.lines.begin()
    from commitgate.judge.judging import judge  # only now: git looks for the blobs while Python loads

    return judge(policy, facts, before, now)


def under_both(first: tuple[Answer, ...], second: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers under two policies, run folder by run folder; what only the second one asks about is added."""
    from commitgate.judge.judging import both

    own = {answer.verdict.snapshot.root: answer for answer in second}
    found = []
    for answer in first:
        other = own.pop(answer.verdict.snapshot.root, None)
        found.append(answer if other is None else answer._replace(verdict=both(answer.verdict, other.verdict)))
    return (*found, *own.values())


def _run_of(snapshot: Snapshot) -> str:
    return snapshot.run.id if snapshot.run is not None else ""


def open_engine(directory: str = "", environ: Mapping[str, str] | None = None) -> Engine:
    """An engine with the repository's memo; without one where there must be none (CI, a quarantine)."""
    return engine_of(Repository(directory, environ))


def engine_of(repo: Repository, started: Reads | None = None) -> Engine:
    """An engine over a repository for which the reads of the index may have been started already."""
    return Engine(repo, memo_of(repo), started)


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
