"""What a waiver of the target branch covers: findings that are shown, counted apart, and refuse nothing.

A waiver changes what a finding counts for and no fact: a stage that is not effective does not become so, an approval
that does not count is not counted. What a document cannot be accepted for, what a person must decide and what could
not be decided is never waived; neither are vetoes, nor anything that a change of the rules themselves meets.
"""

from __future__ import annotations

from commitgate.finding import BLOCKED, MALFORMED, WARNING, Finding, at
from commitgate.judge.left_out import standing_security_vetoes
from commitgate.judge.stages import FAIL
from commitgate.judge.verdict import CHANGES, DOCUMENTS, OBSTACLES, STATE, Verdict, Waived
from commitgate.policy.layout import gate_path
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.facts import Waiver, Waivers

LONGEST_DAYS = 30
_DAY = 86400
# What may be waived: a rule that is not named here is not. Left out are all that a document is malformed by, vetoes and
# who takes them back (as the end of a run would), forged marks, escalations, and what is not judged in a tree at all.
WAIVABLE = (
    "gate/failed",
    "gate/retry-count",
    "gate/retry-escalate",
    "gate/retry-same",
    "merge/evil",
    "order/early-work",
    "order/gate-removed",
    "order/one-commit",
    "order/predecessor",
    "order/track-changed",
    "order/unowned",
    "ready/stage",
    "review/mixed-commit",
    "run/landed",
    "run/required",
    "track/too-light",
)
# What follows from the state of the stages: a veto halts it, and so does a change of the rules.
_OF_THE_ORDER = ("gate/failed", "order/predecessor", "ready/stage")
_EVERYTHING = "**"


def waived_by(waiver: Waiver, finding: Finding, part: str) -> Waived:
    """The finding as one that a waiver covers."""
    facts = waiver.facts
    return Waived(finding, f"{waiver.name}, until {facts.expires}, by {facts.approved_by}: {facts.reason}", part)


class Cover(Record):
    """The waivers that count at one moment, and what none of them covers here."""

    active: tuple[Waiver, ...]
    expired: tuple[Waiver, ...]
    rules: frozenset[str]  # rules that nothing covers here
    paths: frozenset[str]  # paths at which nothing is covered

    def by(self, finding: Finding) -> Waiver | None:
        """The waiver that covers a finding, None when none does."""
        return self._first(self.active, finding)

    def too_late(self, finding: Finding) -> Waiver | None:
        """A waiver that covered a finding until it expired."""
        return self._first(self.expired, finding)

    def _first(self, waivers: tuple[Waiver, ...], finding: Finding) -> Waiver | None:
        if finding.level not in (WARNING, BLOCKED) or finding.rule in self.rules or finding.path in self.paths:
            return None
        return next((one for one in waivers if covers(one, finding)), None)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether rule and scope of a waiver meet a finding. One without a path is met by the scope ``**`` alone."""
    facts = waiver.facts
    if facts.rule != finding.rule:
        return False
    if not finding.path or _EVERYTHING in facts.scope:
        return _EVERYTHING in facts.scope
    from commitgate.policy.patterns import Matcher  # only where a rule is waived and met

    return Matcher(facts.scope).match(finding.path) is not None


def faults(waiver: Waiver, now: int) -> list[Finding]:
    """Why a waiver does not count at the time ``now`` (epoch seconds); [] when it does."""
    facts, path = waiver.facts, waiver.path
    found = at(path, facts.findings)
    name = _name_fault(waiver)
    if name:
        hint = f"git mv it to the name {facts.id or waiver.name}.yml"
        found.append(Finding("waiver/malformed", MALFORMED, name, hint, path, facts.lines.get("id", 0)))
    if any(one.level for one in facts.findings):
        return found
    if facts.rule not in WAIVABLE:
        found.append(
            Finding(
                "waiver/not-allowed",
                BLOCKED,
                f"{facts.rule} is no rule that may be waived",
                "docs/waivers.md lists those that may be",
                path,
                facts.lines.get("rule", 0),
            )
        )
    whole_day = _DAY if len(facts.expires) == len("2026-03-26") else 0
    if facts.until - whole_day > now + LONGEST_DAYS * _DAY:
        found.append(
            Finding(
                "waiver/too-long",
                MALFORMED,
                f"expires: {facts.expires} is more than {LONGEST_DAYS} days ahead",
                f"choose a day within {LONGEST_DAYS} days; a longer need is a change of the policy",
                path,
                facts.lines.get("expires", 0),
            )
        )
    return found + ([expired(waiver)] if facts.until <= now else [])


def _name_fault(waiver: Waiver) -> str:
    name = waiver.name
    plain = name[:1].isalnum() and name.isascii() and all(one.isalnum() or one in "._-" for one in name)
    if not waiver.path.endswith(".yml") or not plain:
        return "a waiver's file is called <id>.yml, the id made of letters, digits, '.', '_' and '-'"
    if waiver.facts.id not in ("", name):
        return f"id is {waiver.facts.id[:80]!a}, but the file is called {name}.yml"
    return ""


def expired(waiver: Waiver) -> Finding:
    """That a waiver does not count any more."""
    facts = waiver.facts
    return Finding(
        "waiver/expired",
        WARNING,
        f"the waiver of {facts.rule} expired ({facts.expires}) and waives nothing",
        f"{facts.owner or 'its owner'} mends what it was about and removes it",
        waiver.path,
        facts.lines.get("expires", 0),
    )


def not_yet(waivers: Waivers, findings: Iterable[Finding], now: int) -> list[Finding]:
    """The waivers that a side brings along for what it is itself refused for."""
    needed = list(findings)
    return [
        Finding(
            "waiver/not-yet",
            WARNING,
            f"the waiver of {one.facts.rule} does not count yet: it is not on the target branch",
            "merge it by a pull request of its own first",
            one.path,
            one.facts.lines.get("rule", 0),
        )
        for one in waivers.brought
        if any(covers(one, it) for it in needed) and not faults(one, now)
    ]


def cover(verdict: Verdict, waivers: Waivers, now: int) -> Cover:
    """What is covered on the side of a verdict."""
    troubled = [(one, faults(one, now)) for one in waivers.standing]
    lapsed = [one for one, found in troubled if found and all(it.rule == "waiver/expired" for it in found)]
    paths, halted = _barred(verdict)
    rules = set(_OF_THE_ORDER) if halted else set()
    if waivers.control:
        rules |= {*_OF_THE_ORDER, "run/landed", "run/required", "track/too-light"}
    active = tuple(one for one, found in troubled if not found)
    return Cover(active, tuple(lapsed), frozenset(rules), frozenset((*paths, *waivers.control)))


def _barred(verdict: Verdict) -> tuple[set[str], bool]:
    """Gates whose failing is no honest FAIL but a document that does not hold, and whether a veto stands."""
    board = verdict.board
    if board is None:
        return set(), False
    snapshot = verdict.snapshot
    gates = snapshot.gates()
    paths = {
        gate_path(snapshot.root, box.stage_id)
        for box in board.boxes
        if box.state == FAIL and box.stage_id in gates and gates[box.stage_id].status not in ("FAIL", "ESCALATE")
        if not any(box.stage_id == f"stage-06-{one.area}" for one in verdict.reviews)
    }
    vetoed = bool(standing_security_vetoes(verdict.history)) or any(one.requested for one in verdict.reviews)
    return paths, vetoed


def settle(verdict: Verdict, waivers: Waivers, now: int) -> Verdict:
    """The verdict with what waivers cover taken out of it and kept apart, and with what is wrong with the waivers."""
    if not waivers.standing and not waivers.brought:
        return verdict
    covering = cover(verdict, waivers, now)
    told: list[Waived] = []
    late: dict[str, Finding] = {}
    parts: dict[str, tuple[Finding, ...]] = {}
    for part, findings in (
        (DOCUMENTS, verdict.documents),
        (CHANGES, verdict.changes),
        (STATE, verdict.state),
        (OBSTACLES, verdict.obstacles),
    ):
        parts[part], waived = divide(covering, findings, part)
        told += waived
        if part in (DOCUMENTS, CHANGES):
            lapsed = [covering.too_late(one) for one in parts[part]]
            late.update((one.path, expired(one)) for one in lapsed if one is not None)
    brought = [finding for one in waivers.brought for finding in faults(one, now)]
    early = not_yet(waivers, [it for part in parts.values() for it in part], now)
    parts[DOCUMENTS] = (*parts[DOCUMENTS], *brought)
    parts[CHANGES] = (*parts[CHANGES], *late.values(), *early)
    standing = [it._replace(level=WARNING) for one in waivers.standing for it in faults(one, now)]
    known = {*late.values(), *brought}
    parts[STATE] = (*parts[STATE], *(one for one in standing if one not in known))
    refusing = any(one.level for part in (DOCUMENTS, CHANGES, STATE) for one in parts[part])
    ready = not refusing and not parts[OBSTACLES]
    return verdict._replace(
        documents=parts[DOCUMENTS],
        changes=parts[CHANGES],
        state=parts[STATE],
        obstacles=parts[OBSTACLES],
        ready=ready,
        waived=tuple(told),
    )


def divide(covering: Cover, findings: Iterable[Finding], part: str) -> tuple[tuple[Finding, ...], list[Waived]]:
    """The findings that count, and those that a waiver covers."""
    kept: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        waiver = covering.by(finding)
        if waiver is None:
            kept.append(finding)
        else:
            waived.append(waived_by(waiver, finding, part))
    return tuple(kept), waived
