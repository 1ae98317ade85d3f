"""What the judge says of one side: findings by what they are about, and the board."""

from __future__ import annotations

from commitgate.facts import Snapshot
from commitgate.finding import Finding
from commitgate.judge.ledger import History
from commitgate.judge.review_gate import AreaReview
from commitgate.judge.stages import Board
from commitgate.record import Record

DOCUMENTS, CHANGES, STATE, OBSTACLES = "documents", "changes", "state", "obstacles"


class Waived(Record):
    """A finding that a waiver covers; ``part`` is the field of the verdict that it would stand in."""

    finding: Finding
    told: str  # the waiver in one line: its id, until when, by whom, and why
    part: str


class Verdict(Record):
    """What the judge says of one side.

    ``documents``: what is wrong with the documents as they stand; ``changes``: what the commit itself does against the
    rules. ``state``: where the run stands (FAIL, ESCALATE, veto, …), which never makes a commit unlawful.
    ``obstacles``: what keeps the branch from being ready. ``board`` is None when no run is active. ``waived``: what a
    waiver of the target branch covers; it stands in none of the others and refuses nothing.
    """

    run: str
    feature: str
    track: str
    documents: tuple[Finding, ...]
    changes: tuple[Finding, ...]
    state: tuple[Finding, ...]
    obstacles: tuple[Finding, ...]
    board: Board | None
    reviews: tuple[AreaReview, ...]
    ready: bool
    history: History
    snapshot: Snapshot
    waived: tuple[Waived, ...] = ()
    branch: bool = False  # work on its way to a target that does not hold it yet

    @property
    def lawful(self) -> tuple[Finding, ...]:
        """Everything that may make a commit unlawful."""
        return (*self.documents, *self.changes)

    @property
    def lawful_by_waiver(self) -> tuple[Waived, ...]:
        """What would stand there without a waiver."""
        return tuple(one for one in self.waived if one.part in (DOCUMENTS, CHANGES))
