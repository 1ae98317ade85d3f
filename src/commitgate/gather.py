"""Repository, base, side and policy → facts. Reads objects only: no work tree, no index lock, nothing written.

Work is done commit by commit, parents first: every commit of base..side becomes a Snapshot whose entries and
delta are those of its first parent plus its own raw rows. What was known of a head is kept in the memo and
extended when HEAD moves by one commit.
"""

from __future__ import annotations

from commitgate.base import BRANCH, NOWHERE, Reference, find_reference
from commitgate.content import LineContent
from commitgate.facts import Change, Facts, Lines, Snapshot, counted, in_order
from commitgate.git.delta import extend_delta
from commitgate.git.history import Commit, diff_trees, read_links, read_walk, start_walk
from commitgate.git.refs import merge_bases, only_base, refuse_shallow
from commitgate.memo import register
from commitgate.objects import NOBODY, Person, Row
from commitgate.policy.gates import GateRules
from commitgate.policy.layout import REVIEWS, RUN_FILE, is_process
from commitgate.policy.model import PathClass, Policy
from commitgate.policy.run_patterns import Place
from commitgate.record import Record
from commitgate.trees import Content, Trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from commitgate.git.merge import Remade
    from commitgate.git.repository import Repository
    from commitgate.memo import Memo


class State(Record):
    """What is known of one commit: its base, everything below the run folder, and all rows base→commit."""

    commit: str
    base: str  # "" = the empty tree
    entries: dict[str, tuple[str, str]]
    rows: dict[str, Row]


register(State, Row, Person, Reference)


class Gathering:
    """Everything asked about one repository under one policy, for one run folder."""

    def __init__(self, repo: Repository, policy: Policy, memo: Memo, place: Place) -> None:
        self.repo = repo
        self.policy = policy
        self.memo = memo
        self.place = self.share = place  # the share is what deltas are taken of
        self.root = place.folder
        self.trees = Trees(repo, memo, self.root, GateRules(policy))
        self.content = LineContent(repo, policy, memo, self.path_class)
        self.states: dict[str, State] = {}
        self.pending: Sequence[Row] = ()  # of a tree that is not committed yet: its rows against its first head
        self._classifier: Any = None
        self._counted: dict[str, dict[str, tuple[str, bool, tuple[tuple[str, str], ...]]]] = {}  # by track and path
        self._tree: Snapshot | None = None
        self._children: dict[str, int] = {}
        self._remade: dict[str, Remade | None] = {}

    # -- the range ------------------------------------------------------------------------------------------

    def reference(self, heads: tuple[str, ...], run_id: str, tip: str) -> Reference:
        """Where the run's work starts from, for these heads."""
        about = (heads, run_id, tip, self.trees.run_id_at, self.place.siblings, self.pending)
        return self.stand_on(find_reference(self.repo, self.policy, self.root, *about))

    def stand_on(self, reference: Reference) -> Reference:
        """Let deltas be those of a run with this reference."""
        self.share = self.place.landed() if reference.frozen_to else self.place
        return reference

    def behind(self, reference: Reference) -> list[str]:
        """What a walk leaves out: everything that the target had before."""
        return [reference.tip] if reference.tip else []

    def walk(self, heads: tuple[str, ...], reference: Reference) -> Iterator[tuple[Snapshot, tuple[Snapshot, ...]]]:
        """Every commit of the range with its parents' snapshots, parents first; ``states`` is filled on the way.

        Parents outside the range are boundaries: their tree is read, and their delta is empty by definition.
        """
        exclude = self.behind(reference)
        log = start_walk(self.repo, heads, exclude)
        links = read_links(self.repo, heads, exclude)
        inside = {link.oid for link in links}
        boundaries = {parent for link in links for parent in link.parents if parent not in inside}
        boundaries.update(head for head in heads if head not in inside)
        for oid in boundaries:
            if oid not in self.states:
                self.states[oid] = self.boundary(oid)
        if any(not link.parents for link in links):
            refuse_shallow(self.repo)
        # A state whose last child is made is handed on to it; those that are asked for afterwards stay.
        asked = {*heads, *(parent for link in links for parent in link.parents if link.oid in heads)}
        for link in links:
            for parent in link.parents:
                self._children[parent] = self._children.get(parent, 0) + 1
        self._children.update((oid, self._children.get(oid, 0) + 1) for oid in asked | boundaries)
        merges = [link for link in links if len(link.parents) > 1]
        if merges:
            from commitgate.git.merge import remake, tree_compare

            remade = remake(self.repo, [(link.parents, tree_compare(link.tree)) for link in merges])
            self._remade.update(zip((link.oid for link in merges), remade, strict=True))
        for commit in read_walk(self.repo, log):
            yield self.step(commit, reference)

    def boundary(self, commit: str) -> State:
        """The state of a commit that the target already has."""
        return State(commit, commit, self.trees.entries_at(commit), {})

    def step(self, commit: Commit, reference: Reference) -> tuple[Snapshot, tuple[Snapshot, ...]]:
        """Extend the states by one commit; its snapshot and its parents'."""
        parents = [self.states[parent] for parent in commit.parents]
        before = self.before(commit, parents)
        base = self.base_of(commit.oid, commit.parents, reference)
        if not parents:
            entries, rows = self.trees.below({}, commit.deltas[0]), extend_delta({}, commit.deltas[0])
        else:
            entries = self.trees.below(parents[0].entries, commit.deltas[0])
            if base != parents[0].base:
                rows = {row.path: row for row in diff_trees(self.repo, base, commit.oid)}
            elif self._children.get(commit.parents[0], 2) == 1:
                rows = extend_delta(parents[0].rows, commit.deltas[0])
            else:
                rows = extend_delta(dict(parents[0].rows), commit.deltas[0])
        for parent in commit.parents:
            self._children[parent] = self._children.get(parent, 2) - 1
            if not self._children[parent]:
                del self.states[parent]
        self.states[commit.oid] = State(commit.oid, base, entries, rows)
        touched: Sequence[Row] = commit.deltas[0]
        conflicting: tuple[str, ...] = ()
        if len(parents) > 1:
            from commitgate.git.merge import made_by

            touched, conflicting = made_by(commit.deltas, self._remade.pop(commit.oid, None), self.root)
        state = self.states[commit.oid]
        snapshot = self.snapshot(
            state,
            touched,
            commit.parents,
            Content(),
            author=commit.author,
            committer=commit.committer,
            coauthors=commit.coauthors,
            when=commit.when,
            conflicting=conflicting,
        )
        if snapshot.touched_process:  # nothing is bound where no process file changes
            snapshot = self.with_delta(snapshot, state)._replace(signer=self.signer(snapshot))
            if state.commit == reference.frozen_to and snapshot.run is not None:  # a squash writes the gates itself
                snapshot = self.bound_to(snapshot, self.frozen_delta(reference, snapshot.run.track))
        return snapshot, before

    def before(self, commit: Commit, parents: list[State]) -> tuple[Snapshot, ...]:
        """The parents' trees; with their deltas where the commit may end a run, which must have been complete."""
        trees = tuple([self.tree(parent, Content()) for parent in parents])
        path = f"{self.root}/{RUN_FILE}"
        ends = any(row.path == path for delta in commit.deltas for row in delta)
        return tuple(map(self.with_delta, trees, parents)) if ends else trees

    def signer(self, snapshot: Snapshot) -> str:
        """The key of a good signature, where a review is committed and some reviewer has to sign."""
        reviewed = any(snapshot.below(row.path).startswith(REVIEWS) for row in snapshot.touched_process)
        if not reviewed or all(reviewer.level != "signed" for reviewer in self.policy.reviewers):
            return ""
        from commitgate.git.signature import signing_key

        return signing_key(self.repo, snapshot.commit)

    def base_of(self, commit: str, parents: tuple[str, ...], reference: Reference) -> str:
        """base(c): that of its parents when they agree, else asked of git.

        That a side has exactly one base was settled with its reference. A commit on the way to it may have had several
        until the target was merged once more: any of them will do, because what was bound there counts only
        while it is the very change, old and new blobs alike, that the side makes now.
        """
        if len(parents) == 1:
            return self.states[parents[0]].base
        bases = {self.states[parent].base for parent in parents}
        if len(bases) == 1:
            return bases.pop()
        if not reference.tip:
            return ""
        found = merge_bases(self.repo, reference.tip, *(parents or (commit,)))
        return min(found) if len(found) > 1 else only_base(self.repo, found, reference.tip, (parents or (commit,))[0])

    # -- snapshots ------------------------------------------------------------------------------------------

    def tree(self, state: State, content: Content) -> Snapshot:
        """A snapshot of a tree alone, whatever commit it is of: entries and documents, no delta and no change."""
        if not content and self._tree is not None and self._tree.entries is state.entries:
            return self._tree  # most commits leave the run folder alone
        documents = self.trees.documents(state.entries, content) if content else self.trees.documents_of(state.entries)
        made = Snapshot("", (), NOBODY, NOBODY, (), self.root, state.entries, documents, (), (), ())
        if not content:
            self._tree = made
        return made

    def snapshot(
        self, state: State, touched: Iterable[Row], parents: tuple[str, ...], content: Content, **told: Any
    ) -> Snapshot:
        """A snapshot of a tree and of what its commit makes, still without its delta; ``told``: further fields."""
        tree = self.tree(state, content)
        run = tree.run
        process, product = self.split(touched, run is not None)
        changes = self.classify(product, run.track if run is not None else "")
        return tree._replace(
            commit=state.commit, parents=parents, touched=changes, touched_process=tuple(process), **told
        )

    def with_delta(self, snapshot: Snapshot, state: State) -> Snapshot:
        """The snapshot with its product delta base→tree; without a run there is nothing to bind."""
        if snapshot.run is None:
            return snapshot
        _, rows = self.split(state.rows.values(), True, self.share)
        return self.bound_to(snapshot, self.classify(rows, snapshot.run.track))

    def bound_to(self, snapshot: Snapshot, delta: tuple[Change, ...]) -> Snapshot:
        """The snapshot with a delta, and with what its lines fire once somebody asks."""
        return snapshot._replace(delta=delta, lines=Lines(lambda: self.content.begin(delta)))

    def facts(
        self, kind: str, state: State, snapshot: Snapshot, parents: tuple[Snapshot, ...], reference: Reference
    ) -> Facts:
        """The side with the delta it is judged by: its own, or the frozen one of a landed run."""
        if reference.frozen_to and snapshot.run is not None:
            from commitgate.landed import rows_outside

            track = snapshot.run.track
            side = self.bound_to(snapshot, self.frozen_delta(reference, track))
            outside = self.classify(
                self.split(rows_outside(self.repo, reference, state.base, state.rows), True)[1], track
            )
            return Facts(side, parents, state.base, frozen=True, kind=kind, unmerged=(), outside=outside)
        landed = self.trees.landed(state.base, snapshot, parents)
        based = reference.mode != NOWHERE
        branch = reference.mode == BRANCH
        side = self.with_delta(snapshot, state)
        return Facts(side, parents, state.base, False, kind, (), based=based, branch=branch, landed=landed)

    def split(self, rows: Iterable[Row], active: bool, share: Place | None = None) -> tuple[list[Row], list[Row]]:
        """(process rows, product rows). Without a run every path is product; what is another run's is neither."""
        start, place = self.root + "/", share or self.place
        alone = place == Place(self.root)
        process, product = list[Row](), list[Row]()
        for row in rows:
            if active and row.path.startswith(start) and is_process(self.policy, row.path[len(start) :]):
                process.append(row)
            elif alone or place.owns(self.policy, row.path):
                product.append(row)
        return process, product

    def classify(self, rows: Iterable[Row], track: str) -> tuple[Change, ...]:
        """Rows with their area and triggers, sorted by path."""
        known = self._counted.setdefault(track, {})
        changes = []
        for row in rows:
            counts = known.get(row.path)
            if counts is None:
                counts = known[row.path] = counted(self.policy, self.path_class(row.path), track)
            changes.append(Change(*row[:5], *counts))
        return in_order(changes)

    def frozen_delta(self, reference: Reference, track: str) -> tuple[Change, ...]:
        """The product delta of a landed run, which no longer moves."""
        from commitgate.landed import frozen_rows

        rows = frozen_rows(self.repo, reference, self.pending)
        return self.classify(self.split(rows, True, self.share)[1], track)

    def path_class(self, path: str) -> PathClass:
        """What the policy says of a path, memoised: it is a pure function of the two."""
        key = (self.policy.digest, self.place.product, path)
        found = self.memo.get("paths", key)
        if found is None:
            if self._classifier is None:
                from commitgate.policy.paths import Classifier

                self._classifier = Classifier(self.policy, self.place.product)
            found = self._classifier.classify(path)
            self.memo.put("paths", key, found)
        return found  # type: ignore[no-any-return]
