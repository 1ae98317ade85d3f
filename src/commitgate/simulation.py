"""What a policy would have said about the past: every merge of a branch judged under two policies, and compared."""

from __future__ import annotations

from commitgate.errors import CannotDecide
from commitgate.finding import Finding
from commitgate.git.refs import resolve
from commitgate.policy.model import Policy
from commitgate.record import Record
from commitgate.replay import Replaying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from commitgate.git.repository import Repository

_FORMAT = "--format=%H %P%x00%s"


class Opinion(Record):
    """What one policy says of one merge. ``undecided`` says why it could not be judged; "" when it could."""

    ready: bool
    findings: tuple[Finding, ...]  # errors only: warnings keep nobody from merging
    undecided: str


class Compared(Record):
    """One merge under the policy in force and under the edited one."""

    commit: str
    subject: str
    now: Opinion
    then: Opinion

    @property
    def undecided(self) -> str:
        """Why it could not be compared; "" when it could."""
        return self.now.undecided or self.then.undecided

    @property
    def changed(self) -> bool:
        """Whether the verdict is another one."""
        return not self.undecided and bool(self.now.ready != self.then.ready or self.appears or self.disappears)

    @property
    def appears(self) -> tuple[Finding, ...]:
        """What only the edited policy finds."""
        return _beyond(self.then.findings, self.now.findings)

    @property
    def disappears(self) -> tuple[Finding, ...]:
        """What only the policy in force finds."""
        return _beyond(self.now.findings, self.then.findings)


def _beyond(some: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those of another kind or at another place; that a message counts differently is no other verdict."""
    known = {(one.rule, one.level, one.path) for one in others}
    return tuple(one for one in some if (one.rule, one.level, one.path) not in known)


def simulate(
    repo: Repository, base: str, head: str, in_force: Policy, edited: Policy, now: int, progress: Callable[[int], None]
) -> list[Compared]:
    """Every first-parent commit of base..head, oldest first, as what it brought to the commit before it.

    Of a merge with two parents the second one is judged, as its pull request was; of any other commit (squashed,
    octopus, direct) the commit itself. ``now`` is the time of the judgement in epoch seconds.
    """
    replaying = Replaying(repo, lambda _: None)
    found = []
    for number, (commit, parents, subject) in enumerate(_merges(repo, base, head), 1):
        side = parents[1] if len(parents) == 2 else commit
        before = parents[0] if parents else ""
        one, other = (_opinion(replaying, policy, before, side, now) for policy in (in_force, edited))
        found.append(Compared(commit, subject, one, other))
        progress(number)
    return found


def _merges(repo: Repository, base: str, head: str) -> list[tuple[str, tuple[str, ...], str]]:
    output = repo.run(
        "log", "--first-parent", "--reverse", "--no-show-signature", "--encoding=UTF-8", "-z", _FORMAT,
        resolve(repo, head), f"^{resolve(repo, base)}", "--",
    )  # fmt: skip
    fields = output.decode("utf-8", "replace").split("\0")
    heads = (line.split() for line in fields[::2] if line)
    return [(oids[0], tuple(oids[1:]), subject) for oids, subject in zip(heads, fields[1::2], strict=True)]


def _opinion(replaying: Replaying, policy: Policy, base: str, head: str, now: int) -> Opinion:
    try:
        replay = replaying.under(policy, base, head, now)
    except CannotDecide as unknown:
        return Opinion(False, (), unknown.message)
    merging = []
    for answer in replay.answers:
        found = (*answer.verdict.state, *answer.verdict.obstacles)
        # Of a run that had landed before, its own state is another merge's affair.
        merging += [one for one in found if not answer.facts.frozen or one.rule == "run/landed"]
    errors = tuple(dict.fromkeys(one for one in (*replay.standing(), *merging) if one.level))
    return Opinion(not errors, errors, "")
