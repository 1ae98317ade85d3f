"""Replaying a range: every commit that base..head introduces, judged where it stands, and the tip as it is now.

This is the authority. What passes the local hooks by (--no-verify, rebase, cherry-pick, plumbing) is found here,
because nothing is asked but the objects themselves. In CI and on a server not even facts of theirs are remembered.
"""

from __future__ import annotations

from commitgate.engine import COMMIT, Answer, under_both
from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, Finding
from commitgate.gather import Gathering
from commitgate.git.history import begin_walk
from commitgate.git.refs import Target, resolve
from commitgate.git.repository import Repository
from commitgate.judge.history import fold
from commitgate.judge.judging import judge
from commitgate.judge.ledger import BLANK, Book, History, join_books
from commitgate.judge.merging import evil_findings
from commitgate.judge.replayed import Event, judge_commit, left_state, lost_run, open_areas, restores, stands
from commitgate.judge.verdict import CHANGES, OBSTACLES, STATE, Waived
from commitgate.judge.waiving import cover, not_yet, waived_by
from commitgate.memo import Memo, NoMemo
from commitgate.policies import Policies
from commitgate.policy.layout import LESSONS_FILE
from commitgate.policy.model import Policy
from commitgate.policy.run_patterns import Place
from commitgate.record import Record
from commitgate.run_folders import FOUNDING, Asked, left_behind, places
from commitgate.waivers import control_paths, with_waivers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Replay(Record):
    """The tip's answers, one for each run, and what the range's own commits broke on the way, oldest first."""

    answers: tuple[Answer, ...]
    commits: int
    events: tuple[Event, ...]
    waived: tuple[Waived, ...] = ()  # of the commits; what is waived at the tip stands in the verdict

    @property
    def answer(self) -> Answer:
        """The first of the answers; there is at least one."""
        return self.answers[0]

    @property
    def ready(self) -> bool:
        """Whether every run of the tip may be merged."""
        return all(answer.verdict.ready for answer in self.answers)

    def standing(self) -> list[Finding]:
        """What is still so at the tip: its documents that the range changed, and what no commit repaired."""
        documents = [one for answer in self.answers for one in answer.verdict.documents]
        return [*documents, *(_named(one) for one in self.events if not one.repaired_by)]

    def repaired(self) -> list[Finding]:
        """What a commit broke and a later one repaired, as warnings that name both."""
        return [_named(one)._replace(level=0) for one in self.events if one.repaired_by]

    def history(self) -> list[Finding]:
        """The repaired ones as errors, for ``history: strict``."""
        return [_named(one)._replace(level=BLOCKED) for one in self.events if one.repaired_by]

    def waived_standing(self) -> list[Waived]:
        """What would stand there without a waiver."""
        lawful = [one for answer in self.answers for one in answer.verdict.lawful_by_waiver]
        return list(dict.fromkeys((*lawful, *self.waived)))

    def waived_merging(self) -> list[Waived]:
        """What would keep the tip from being merged without a waiver."""
        waived = [one for answer in self.answers for one in answer.verdict.waived]
        return [one for one in waived if one.part in (STATE, OBSTACLES)]

    def merging(self) -> list[Finding]:
        """What keeps the tip from being merged: its state, and the stages that are not effective."""
        return [one for answer in self.answers for one in (*answer.verdict.state, *answer.verdict.obstacles)]


def _named(event: Event) -> Finding:
    finding = event.finding
    end = f"..{event.repaired_by[:12]}" if event.repaired_by else ""
    return finding._replace(message=f"{event.commit[:12]}{end}: {finding.message}")


def _together(first: Replay, second: Replay) -> tuple[Event, ...]:
    """What either found, each thing once: it stands when it stands in one of them."""
    told: dict[tuple[str, Finding], Event] = {}
    for one in (*first.events, *second.events):
        known = told.setdefault((one.commit, one.finding), one)
        if known.repaired_by and not one.repaired_by:
            told[one.commit, one.finding] = one
    return tuple(told.values())


def _waived(gathering: Gathering, replay: Replay, now: int) -> Replay:
    """The replay without the events that a waiver covers; those are kept apart. One that came too early is named."""
    waivers = replay.answer.facts.waivers
    if not waivers.standing and not waivers.brought:
        return replay
    paths = {one.finding.path for one in replay.events if one.finding.path}
    control = (*waivers.control, *control_paths(gathering, paths))
    covering = cover(replay.answer.verdict, waivers, now)
    covering = covering._replace(paths=covering.paths | set(control))
    found = [(one, covering.by(one.finding)) for one in replay.events]
    verdict = replay.answer.verdict
    early = not_yet(waivers, [one.finding for one, waiver in found if waiver is None], now)
    documents = tuple(dict.fromkeys((*verdict.documents, *early)))
    answer = replay.answer._replace(verdict=verdict._replace(documents=documents))
    return replay._replace(
        answers=(answer, *replay.answers[1:]),
        events=tuple(one for one, waiver in found if waiver is None),
        waived=tuple(waived_by(waiver, _named(one), CHANGES) for one, waiver in found if waiver is not None),
    )


class Replaying:
    """One replay in one repository, objects only."""

    def __init__(self, repo: Repository, progress: Callable[[int], None], memo: Memo | None = None) -> None:
        self.repo = repo
        self.memo = memo if memo is not None else NoMemo()
        self._progress = progress

    def replay(self, base: str, head: str, now: int, known: tuple[str, ...] = ()) -> Replay:
        """Judge base..head (``base`` "" for everything) at the time ``now``, under the base's policy and the head's.

        ``known`` are commits that were judged where they are: what they contain is not judged again.
        """
        head = resolve(self.repo, head)
        base = resolve(self.repo, base) if base else ""
        policies = Policies(self.repo, self.memo)
        own = policies.at_commit(head)
        protected = policies.protected(base) if base else None
        first = self.under(protected or own, base, head, now, known)
        if protected is None or protected.digest == own.digest:
            return first
        second = self.under(own, base, head, now, known)
        waived = tuple(dict.fromkeys((*first.waived, *second.waived)))
        return Replay(under_both(first.answers, second.answers), first.commits, _together(first, second), waived)

    def replay_all(self, head: str, now: int, known: tuple[str, ...] = ()) -> Replay:
        """Judge everything up to ``head`` where there is no target branch yet, under the policy that it brings."""
        head = resolve(self.repo, head)
        policy = Policies(self.repo, self.memo).at_commit(head)
        return self.under(policy._replace(target=""), "", head, now, known)

    def under(self, policy: Policy, base: str, head: str, now: int, known: tuple[str, ...] = ()) -> Replay:
        """Judge base..head, both of them full commit ids, under one policy alone, whatever the commits hold."""
        asked = Asked(COMMIT if base else FOUNDING, (head,), base)
        judged = places(self.repo, self.memo, policy, asked)
        replays = [self._about(policy, place, base, head, now, known) for place in judged]
        for place in left_behind(self.repo, policy, base, head, judged):
            other = self._about(policy, place, base, head, now, known)
            # What was in there is past; that the run went is not, since its vetoes and escalations went with it.
            events = tuple(one for one in other.events if one.lost is not None)
            replays.append(other._replace(answers=(), events=events, waived=()))
        first = replays[0]
        for other in replays[1:]:
            waived = tuple(dict.fromkeys((*first.waived, *other.waived)))
            first = Replay((*first.answers, *other.answers), first.commits, _together(first, other), waived)
        return first

    def _about(self, policy: Policy, place: Place, base: str, head: str, now: int, known: tuple[str, ...]) -> Replay:
        gathering = Gathering(self.repo, policy, self.memo, place)
        reference = gathering.reference((head,), gathering.trees.run_id_at(head), base)
        begin_walk(self.repo, (head,), gathering.behind(reference))
        own = None if reference.tip == base and not known else self._between(head, base, *known)
        walk = _Walk(gathering, policy, now)
        parents: tuple[Snapshot, ...] = ()
        snapshot: Snapshot | None = None
        for snapshot, parents in gathering.walk((head,), reference):
            walk.visit(snapshot, parents, own is None or snapshot.commit in own)
            self._progress(walk.commits)
        if snapshot is None:
            snapshot = gathering.snapshot(gathering.states[head], (), (), {})
            parents = (snapshot,)
        before = walk.before(snapshot)
        facts = gathering.facts(COMMIT, gathering.states[head], snapshot, parents, reference)
        facts = with_waivers(gathering, facts, gathering.states[head], base)
        verdict = judge(policy, facts, before, now)
        documents = tuple(one for one in verdict.documents if not one.path or one.path in walk.touched)
        waived = tuple(one for one in verdict.waived if one.part != CHANGES)
        verdict = verdict._replace(documents=documents, changes=(), waived=waived)
        answer = Answer(verdict, policy, facts, Target("", "", base), place)
        events = tuple(
            one if stands(policy, one, verdict) else one._replace(repaired_by=walk.repairs(one) or head)
            for one in walk.events
        )
        return _waived(gathering, Replay((answer,), walk.commits, events), now)

    def _between(self, head: str, *behind: str) -> set[str]:
        exclude = [f"^{one}" for one in behind if one]
        return set(self.repo.run("rev-list", head, *exclude, "--").decode("ascii").split())


class _Walk:
    """The fold of one replay: books, events, and who touched what after them."""

    def __init__(self, gathering: Gathering, policy: Policy, now: int) -> None:
        self._gathering = gathering
        self._policy = policy
        self._now = now
        self._books: dict[str, Book] = {}
        self._open: tuple[dict[str, tuple[str, str]], dict[str, History], frozenset[str]] | None = None
        self._touches: dict[str, list[tuple[int, str]]] = {}
        self._order: dict[str, int] = {}
        self.events: list[Event] = []
        self.touched: set[str] = set()
        self.commits = 0

    def before(self, snapshot: Snapshot) -> History:
        """The joined history of a commit's parents, for the run of its own tree."""
        return self._book(snapshot).of(snapshot.run.id if snapshot.run is not None else "")

    def _book(self, snapshot: Snapshot) -> Book:
        return join_books([self._books.get(parent, BLANK) for parent in snapshot.parents])

    def visit(self, snapshot: Snapshot, parents: tuple[Snapshot, ...], own: bool) -> None:
        """Fold one commit in, and judge it when the range introduces it."""
        if own:
            self.commits += 1
            for finding in self._errors(snapshot, parents):
                lost = lost_run(finding, snapshot, parents)
                if lost is None or not restores(snapshot, self.events):
                    left = left_state(snapshot, finding.path)
                    self.events.append(Event(snapshot.commit, finding, left, "", lost))
            self._note(snapshot)
        fold(self._policy, self._books, snapshot, parents)

    def repairs(self, event: Event) -> str:
        """The first later commit that touches what the event left behind."""
        since = self._order[event.commit]
        later = self._touches.get(event.finding.path, [])
        return next((commit for number, commit in later if number > since), "")

    def _note(self, snapshot: Snapshot) -> None:
        self._order[snapshot.commit] = self.commits
        paths = [*(row.path for row in snapshot.touched_process), *(change.path for change in snapshot.touched)]
        self.touched.update(paths)
        for path in paths if self.events else ():
            self._touches.setdefault(path, []).append((self.commits, snapshot.commit))

    def _errors(self, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> list[Finding]:
        if snapshot.run is None and all(parent.run is None for parent in parents) and not snapshot.entries:
            return []
        if not snapshot.touched_process and not snapshot.changes(LESSONS_FILE, parents):
            lawful = self._open_areas(snapshot)
            if all(change.area in lawful for change in snapshot.touched):
                return evil_findings(snapshot, BLOCKED)
            snapshot = self._gathering.with_delta(snapshot, self._gathering.states[snapshot.commit])
        landed = self._gathering.trees.landed(self._gathering.states[snapshot.commit].base, snapshot, parents)
        facts = Facts(snapshot, parents, "", False, COMMIT, (), landed=landed)
        return judge_commit(self._policy, facts, self.before(snapshot), self._now)

    def _open_areas(self, snapshot: Snapshot) -> frozenset[str]:
        """The same for every commit that leaves the run folder and its history alone."""
        runs = self._book(snapshot).runs
        if self._open is None or self._open[0] is not snapshot.entries or self._open[1] is not runs:
            made = open_areas(self._policy, snapshot, self.before(snapshot))
            self._open = (snapshot.entries, runs, made)
        return self._open[2]
