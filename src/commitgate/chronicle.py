"""The story of a run, commit by commit: the walk that judges a commit, told instead of judged.

A range may hold several runs one after the other. Each of them is walked from its own start, so that what it was bound
to then is what it is compared with.
"""

from __future__ import annotations

from commitgate.engine import COMMIT, Engine
from commitgate.facts import Change, Snapshot
from commitgate.gather import Gathering
from commitgate.git.history import read_walk, start_walk
from commitgate.git.refs import Refs, resolve
from commitgate.judge.approvals import reviews
from commitgate.judge.history import fold
from commitgate.judge.ledger import BLANK, Book, join_books
from commitgate.judge.past import board_in_history
from commitgate.judge.stages import Board
from commitgate.judge.timeline import RUN, Moment, moments, stale_gates
from commitgate.objects import Person
from commitgate.policies import Policies
from commitgate.policy.layout import ARCHIVE, RUN_FILE
from commitgate.record import Record
from commitgate.run_folders import Asked, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from commitgate.base import Reference
    from commitgate.engine import Force
    from commitgate.git.repository import Repository
    from commitgate.judge.ledger import History
    from commitgate.policy.run_patterns import Place


class Page(Record):
    """What one commit did to one run. ``when`` is the author date in epoch seconds."""

    run: str
    commit: str
    when: int
    author: Person
    moments: tuple[Moment, ...]


class _Chapter(Record):
    """One run of a range: its id, the last commit that holds it, and the one that ends it ("" while it is there)."""

    run: str
    last: str
    closing: str


def chronicle(engine: Engine, base: str, head: str, run: str = "") -> list[Page]:
    """What the commits of base..head did to the runs they hold, oldest first; without a base, to those at ``head``.

    ``run`` chooses a run folder as in a Question. [] when there is no run. CannotDecide when a name is no
    commit, or the clone lacks history.
    """
    repo = engine.repo
    head = resolve(repo, head)
    base = resolve(repo, base) if base else ""
    policies = Policies(repo, engine.memo)
    force = engine.force(policies, policies.at_commit(head), Refs(repo))
    own = set(_oids(repo, "rev-list", head, f"^{base}", "--")) if base else None
    pages: list[Page] = []
    for place in places(repo, engine.memo, force.policy, Asked(COMMIT, (head,), force.tip, (), run)):
        for chapter in _chapters(Gathering(repo, force.policy, engine.memo, place), base, head):
            story = _Story(engine, force, place)
            pages += [page for page in story.tell(chapter) if own is None or page.commit in own]
            if chapter.closing:
                pages.append(story.end(chapter))
    return [page for page in pages if page.moments]


def _oids(repo: Repository, *command: str) -> list[str]:
    return repo.run(*command).decode("ascii").split()


def _chapters(gathering: Gathering, base: str, head: str) -> list[_Chapter]:
    """The runs that a range has in one run folder, oldest first."""
    repo, run_id_at = gathering.repo, gathering.trees.run_id_at
    now = run_id_at(head)
    found = {now: _Chapter(now, head, "")} if now else {}
    if base:
        path = repo.from_here(f"{gathering.root}/{RUN_FILE}")
        for commit in _oids(repo, "rev-list", "--topo-order", "--full-history", head, f"^{base}", "--", path):
            kept = run_id_at(commit)
            for parent in _oids(repo, "rev-parse", f"{commit}^@"):
                was = run_id_at(parent)
                if was and was != kept:
                    found.setdefault(was, _Chapter(was, parent, commit))
    return list(reversed(found.values()))


class _Story:
    """One run, walked from its start."""

    def __init__(self, engine: Engine, force: Force, place: Place) -> None:
        self._engine = engine
        self._force = force
        self._gathering = Gathering(engine.repo, force.policy, engine.memo, place)
        self._books: dict[str, Book] = {}
        self._stale: dict[str, frozenset[str]] = {}
        self._frozen: tuple[Change, ...] | None = None
        self._landed: set[str] = set()

    def tell(self, chapter: _Chapter) -> Iterator[Page]:
        """Every commit of the run, parents first, also those that did nothing to it."""
        gathering = self._gathering
        reference = gathering.reference((chapter.last,), chapter.run, self._force.tip)
        if reference.frozen_to:
            exclude = [f"^{reference.tip}"] if reference.tip else []
            self._landed = set(_oids(self._engine.repo, "rev-list", reference.frozen_to, *exclude, "--"))
        for snapshot, parents in gathering.walk((chapter.last,), reference):
            before = join_books(self._books.get(parent, BLANK) for parent in snapshot.parents)
            fold(gathering.policy, self._books, snapshot, parents)
            if snapshot.run is None or snapshot.run.id != chapter.run:
                continue
            after = self._books[snapshot.commit].of(chapter.run)
            was = self._stale_before(snapshot)
            current = self._board(snapshot, reference, after)
            self._stale[snapshot.commit] = was if current is None else stale_gates(current)
            done = moments(gathering.policy, snapshot, parents, before.of(chapter.run), after, was, current)
            yield Page(chapter.run, snapshot.commit, snapshot.when, snapshot.author, tuple(done))

    def end(self, chapter: _Chapter) -> Page:
        """The commit that ends a run: by archiving it, or otherwise."""
        repo, trees, root = self._engine.repo, self._gathering.trees, self._gathering.root
        commit = next(read_walk(repo, start_walk(repo, (chapter.closing,), (f"{chapter.closing}^@",))))
        run = trees.entries_at(chapter.last).get(f"{root}/{RUN_FILE}")
        now = trees.entries_at(commit.oid)
        archived = any(entry == run for path, entry in now.items() if path.startswith(f"{root}/{ARCHIVE}"))
        action = "archived" if archived else "replaced" if trees.run_id_at(commit.oid) else "removed"
        return Page(chapter.run, commit.oid, commit.when, commit.author, (Moment(RUN, chapter.run, action),))

    def _stale_before(self, snapshot: Snapshot) -> frozenset[str]:
        """The gates that were stale in every parent."""
        known = [self._stale.get(parent, frozenset()) for parent in snapshot.parents]
        return frozenset.intersection(*known) if known else frozenset()

    def _board(self, snapshot: Snapshot, reference: Reference, after: History) -> Board | None:
        """The stages in a commit's tree; None where it touches nothing that could move one."""
        policy = self._gathering.policy
        run = snapshot.run
        if run is None or run.track not in policy.tracks or not snapshot.gates():
            return None
        if len(snapshot.parents) == 1 and not snapshot.touched and not snapshot.touched_process:
            return None
        if reference.frozen_to and snapshot.commit not in self._landed:
            if self._frozen is None:
                self._frozen = self._gathering.frozen_delta(reference, run.track)
            side = self._gathering.bound_to(snapshot, self._frozen)
        else:
            side = self._gathering.with_delta(snapshot, self._gathering.states[snapshot.commit])
        track = policy.tracks[run.track]
        return board_in_history(policy, track, side, after, reviews(policy, track, side, after))
