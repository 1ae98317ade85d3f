"""May this ref become that commit? The question of pre-push, pre-receive and reference-transaction.

The answer is the replay of what the update brings. A protected branch is neither deleted nor rewritten, and what the
target branch is moved to must be ready to merge; without a run there is nothing to be ready with.
"""

from __future__ import annotations

import sys

from commitgate.doors.updates import HEADS, TAGS, Update
from commitgate.errors import CannotDecide
from commitgate.finding import BLOCKED, PASS, UNKNOWN, Finding, exit_code
from commitgate.git.refs import is_ancestor
from commitgate.policies import PolicyRefused
from commitgate.replay import Replay, Replaying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commitgate.git.repository import Repository
    from commitgate.memo import NoMemo
    from commitgate.protection import Protected

Answers = list[tuple[str, list[Finding]]]  # for each ref what is to be said of it


class Judging:
    """Judges the updates of one push. ``elsewhere`` are arguments of rev-list for what is there already."""

    def __init__(
        self, repo: Repository, protected: Protected, elsewhere: Sequence[str], now: int, memo: NoMemo | None = None
    ) -> None:
        self._repo = repo
        self._protected = protected
        self._elsewhere = elsewhere
        self._now = now
        self._replaying = Replaying(repo, lambda commits: None, memo)
        self._replays: dict[tuple[str, ...], Replay] = {}
        self.waived: list[tuple[Finding, str]] = []  # what would have been found without waivers

    def judge(self, updates: Sequence[Update]) -> Answers:
        """What is to be said of every update, in the order given."""
        answers = {one: self._asked(one) for one in updates if self._is_protected(one)}
        if not self._protected.tip:  # a push may bring the target branch along: the other branches start from it
            brought = [one.new for one in updates if one.ref == HEADS + self._protected.target]
            self._protected = self._protected._replace(tip=next(iter(brought), ""))
        return [(one.ref, answers[one] if one in answers else self._asked(one)) for one in updates]

    def _is_protected(self, update: Update) -> bool:
        return update.ref.startswith(HEADS) and update.ref[len(HEADS) :] in self._protected.branches

    def _asked(self, update: Update) -> list[Finding]:
        try:
            if self._is_protected(update):
                return self._kept(update)
            if update.ref.startswith(TAGS):
                return self._tag(update)
            if update.new and update.ref == HEADS + self._protected.unborn:
                return [_taking_over(self._protected)]
            return self._branch(update) if update.new and update.ref.startswith(HEADS) else []
        except PolicyRefused as refused:
            return list(refused.findings)
        except CannotDecide as unknown:
            return [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]

    def _kept(self, update: Update) -> list[Finding]:
        name = update.ref[len(HEADS) :]
        if not update.new:
            return [_refused(f"{name} is a protected branch: it is not deleted", "keep it")]
        if update.old and not self._holds(update.new, update.old):
            return [
                _refused(
                    f"{name} is a protected branch: it is not rewritten, and {update.new[:12]} does not contain its "
                    f"commit {update.old[:12]}",
                    f"fetch, merge or rebase onto {name}, and push without --force",
                )
            ]
        if self._protected.target not in ("", name):
            return self._branch(update)
        return self.moved(update.old or self._protected.shared, update.new)

    def moved(self, base: str, new: str) -> list[Finding]:
        """What speaks against moving the target branch from ``base`` ("": it is founded) to ``new``."""
        replay = self._replay(base, new)
        found = [*_counting(replay), *replay.merging()]
        if not base:  # what there was before the rules asks for no run; from here on they hold
            found = [one for one in found if one.rule != "run/required"]
        self.waived += [(one.finding, one.told) for one in replay.waived_merging()]
        return list(dict.fromkeys(found))

    def _branch(self, update: Update) -> list[Finding]:
        known = (update.old,) if update.old and self._holds(update.new, update.old) else ()
        try:
            return _counting(self._replay(self._protected.tip, update.new, *known))
        except CannotDecide as unknown:
            if unknown.rule != "engine/unrelated":
                raise
            # A branch of its own root, as documentation is published from: it is judged by itself.
            return _counting(self._replay("", update.new, *known))

    def _tag(self, update: Update) -> list[Finding]:
        commit = self._commit(update.new) if update.new else ""
        if not commit or not self._repo.run("rev-list", "--max-count=1", commit, "--not", *self._elsewhere, "--"):
            return []
        return self._branch(Update(update.ref, "", commit))

    def _commit(self, oid: str) -> str:
        """The commit that an object is or is a tag of; "" for a tag of anything else."""
        name = f"{oid}^{{commit}}"
        return self._repo.line("rev-parse", "--verify", "--quiet", "--end-of-options", name, accept=(0, 1, 128))

    def _holds(self, new: str, old: str) -> bool:
        """Whether ``new`` contains ``old``. What is not in this repository is not contained."""
        return self._repo.batch.get([old])[0].type == "commit" and is_ancestor(self._repo, old, new)

    def _replay(self, base: str, head: str, *known: str) -> Replay:
        asked = (base, head, *known)
        if asked not in self._replays:
            if base:
                self._replays[asked] = self._replaying.replay(base, head, self._now, known)
            else:
                self._replays[asked] = self._replaying.replay_all(head, self._now, known)
            self.waived += [(one.finding, one.told) for one in self._replays[asked].waived_standing()]
        return self._replays[asked]


def _counting(replay: Replay) -> list[Finding]:
    """What still stands, and under ``history: strict`` what was repaired since."""
    strict = replay.answer.policy.history == "strict"
    return list(dict.fromkeys([*replay.standing(), *(replay.history() if strict else [])]))


def _refused(message: str, hint: str) -> Finding:
    return Finding("push/protected", BLOCKED, message, hint)


def _taking_over(protected: Protected) -> Finding:
    target, unborn = protected.target, protected.unborn
    return _refused(
        f"HEAD of the server names {unborn}, which is not there: made now, it would be the default branch instead of "
        f"{target}, which nothing would protect any more",
        f"on the server: git symbolic-ref HEAD {HEADS}{target}; or push under another name",
    )


def tell(answers: Iterable[tuple[str, list[Finding]]], closing: str, waived: Sequence[tuple[Finding, str]] = ()) -> int:
    """Say for each ref why it is refused, and what was waived; nothing else when all pass. The worst exit code."""
    told = list(answers)
    code = exit_code(finding for _, findings in told for finding in findings)
    if code == PASS and not waived:
        return code
    from commitgate.report.terminal import colours
    from commitgate.report.text import neutral, render, waived_lines

    colour = colours(sys.stderr)
    sys.stderr.write(waived_lines(waived, colour))
    if code == PASS:
        return code
    for ref, findings in told:
        if exit_code(findings) == PASS:
            sys.stderr.write(f"{neutral(ref)}: in order\n")
        else:
            sys.stderr.write(f"{neutral(ref)}: refused\n{render(findings, colour)}")
    sys.stderr.write(f"git gate: {closing}; `git gate explain <rule>` says more about a rule\n")
    return code
