"""What ``gather`` hands to ``judge``: trees and deltas as plain data. No git, no files, no clock in here."""

from __future__ import annotations

from commitgate.documents.facts import ContextFacts, GateFacts, LineHit, ReviewFacts, RunFacts, WaiverFacts
from commitgate.objects import Person, Row
from commitgate.policy.layout import GATES, is_gate_path, reviewer_of
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from commitgate.policy.model import PathClass, Policy


class Change(Record):
    """One row of the product delta, with what the policy says about its path."""

    path: str
    old_mode: str
    old_oid: str
    new_mode: str
    new_oid: str
    area: str  # "" for a path that is free
    free: bool
    triggers: tuple[tuple[str, str], ...]  # (trigger id, what matched); () in areas that are not reviewed


def counted(policy: Policy, kind: PathClass, track: str) -> tuple[str, bool, tuple[tuple[str, str], ...]]:
    """How a path counts on a track: the area, whether it is free, and the triggers of a Change."""
    known = policy.tracks.get(track)
    area = "deps" if known is not None and known.deps_area and kind.deps else kind.area
    triggers = kind.triggers
    if not kind.free and any(one.name == area and not one.reviewed for one in policy.areas):
        triggers = tuple(hit for hit in triggers if hit[0] == "control:plane")
    return "" if kind.free else area, kind.free, triggers


def classified(policy: Policy, rows: Iterable[tuple[Row, PathClass]], track: str) -> tuple[Change, ...]:
    """Product rows with their area and triggers as they count on a track, sorted by path."""
    return in_order([Change(*row[:5], *counted(policy, kind, track)) for row, kind in rows])


def in_order(changes: list[Change]) -> tuple[Change, ...]:
    """Sorted by the bytes of the path."""
    changes.sort(key=lambda change: change.path.encode("utf-8", "surrogateescape"))
    return tuple(changes)


class Lines:
    """What the lines of a delta fire, by path. The blobs are read when it is first asked for, and never again.

    The answer is fixed by the ids of the blobs, like everything else in a snapshot; only the reading waits, because
    most of a long history is never asked. ``start`` lets git begin, and what it returns takes the answer.
    """

    def __init__(self, start: Callable[[], Callable[[], dict[str, tuple[LineHit, ...]]]] | None = None) -> None:
        self._start = start
        self._read: Callable[[], dict[str, tuple[LineHit, ...]]] | None = None
        self._found: dict[str, tuple[LineHit, ...]] = {}

    def begin(self) -> None:
        """Let git look for the blobs already, for whoever is going to ask and has something to do before."""
        if self._start is not None:
            self._read = self._start()
            self._start = None

    def found(self) -> dict[str, tuple[LineHit, ...]]:
        """Path → hits, of every path that has any; in the order of the paths."""
        self.begin()
        if self._read is not None:
            self._found = self._read()
            self._read = None
        return self._found


NO_LINES = Lines()


class Snapshot(Record):
    """One tree with its delta: the side being judged, or a commit on the way to it.

    ``entries`` holds every path below the run folder (mode, oid); ``documents`` the parsed facts by path.
    ``delta`` is the product delta base→this tree; in a commit that touches no process file it is empty,
    because nothing is bound there. ``touched`` and ``touched_process`` are what the commit itself makes: they differ
    from its parent, and in a merge from what git itself would make of the parents.
    """

    commit: str  # "" for the index and the work tree
    parents: tuple[str, ...]
    author: Person
    committer: Person
    coauthors: tuple[Person, ...]
    root: str  # the run folder, "pipeline"
    entries: dict[str, tuple[str, str]]
    documents: dict[str, Any]
    delta: tuple[Change, ...]
    touched: tuple[Change, ...]
    touched_process: tuple[Row, ...]
    signer: str = ""  # key of a commit's good signature; asked for only where a reviewer's level is "signed"
    when: int = 0  # author date of a commit, epoch seconds
    conflicting: tuple[str, ...] = ()  # of a merge: the paths that git could not merge by itself
    lines: Lines = NO_LINES  # of the delta

    @property
    def run(self) -> RunFacts | None:
        """The run, or None when no ``run.json`` is there."""
        found: RunFacts | None = self.documents.get(f"{self.root}/run.json")
        return found

    @property
    def context(self) -> ContextFacts | None:
        """``context.md``, or None when it is absent."""
        found: ContextFacts | None = self.documents.get(f"{self.root}/context.md")
        return found

    def below(self, path: str) -> str:
        """The path below the run folder; "" when it is not in it."""
        start = self.root + "/"
        return path[len(start) :] if path.startswith(start) else ""

    def changes(self, below: str, parents: Iterable[Snapshot]) -> bool:
        """Whether a file of the run folder is that of no parent: changed by this tree's commit, or merged in it."""
        path = f"{self.root}/{below}"
        return self.entries.get(path) not in [parent.entries.get(path) for parent in parents]

    def gates(self) -> dict[str, GateFacts]:
        """The gates by stage id."""
        start = f"{self.root}/{GATES}"
        return {
            path[len(start) : -5]: facts
            for path, facts in self.documents.items()
            if path.startswith(start) and is_gate_path(self.below(path))
        }

    def reviews(self) -> list[tuple[str, str, ReviewFacts]]:
        """(path, reviewer as the file name says, facts) of every review file, sorted by path."""
        found = []
        for path in sorted(self.documents):
            name = reviewer_of(self.below(path))
            if name:
                found.append((path, name, self.documents[path]))
        return found


class Waiver(Record):
    """A waiver in one tree: its path, its blob, and what it says."""

    path: str
    oid: str
    facts: WaiverFacts

    @property
    def name(self) -> str:
        """Its id: the name of the file without the ending."""
        return self.path.rsplit("/", 1)[-1].rpartition(".")[0]


class Waivers(Record):
    """What the judge is told about waivers."""

    standing: tuple[Waiver, ...]  # in the target branch's tree, whether they count or not
    brought: tuple[Waiver, ...]  # that the side adds or changes
    control: tuple[str, ...]  # paths of the control plane that the side changes, and the target has not like that


NO_WAIVERS = Waivers((), (), ())


class Facts(Record):
    """Everything the judge is told about one question."""

    side: Snapshot
    parents: tuple[Snapshot, ...]  # entries and documents only
    base: str  # oid of the base, "" for the empty tree
    frozen: bool  # a landed run: the delta no longer moves
    kind: str  # index, commit or worktree
    unmerged: tuple[str, ...]  # paths with conflicts in the index
    based: bool = True  # False: without a run, and with no single merge base
    outside: tuple[Change, ...] = ()  # what the side changes since its run landed; no gate covers it
    waivers: Waivers = NO_WAIVERS
    branch: bool = False  # work on its way to a target that does not hold it yet
    landed: str = ""  # where a run ends: the id of the run that the base holds, whose change this is not
