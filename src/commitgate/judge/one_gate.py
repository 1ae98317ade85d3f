"""One gate file by itself: what it says, and what is wrong with it. Whoever asks has read it already."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts, RunFacts
from commitgate.finding import BLOCKED, ESCALATE, MALFORMED, UNKNOWN, Finding, at
from commitgate.judge.gates import circumstances, fold, folder_finding, mode_findings, twin_finding
from commitgate.objects import SUBMODULE, SYMLINK
from commitgate.record import Record

PASSED = "PASS"
UNREADABLE = "UNKNOWN"
REFUSED = "MALFORMED"
# What a status asks for as an exit code.
LEVELS = {"FAIL": BLOCKED, "ESCALATE": ESCALATE, UNREADABLE: UNKNOWN, REFUSED: MALFORMED}


class Opinion(Record):
    """``says``: PASS, FAIL, ESCALATE, MALFORMED or UNKNOWN; the findings carry the path."""

    path: str
    says: str
    findings: tuple[Finding, ...]


def run_file(path: str, facts: RunFacts) -> Opinion:
    """``run.json``, which may lie among what is to be looked at."""
    return Opinion(path, REFUSED if facts.findings else PASSED, tuple(at(path, facts.findings)))


def opinion(path: str, mode: str, facts: GateFacts, track: str, now: int) -> Opinion:
    """A gate that could be read, against its file's mode, its run's track ("" without a run) and the clock."""
    findings = [*mode_findings(path, mode), *at(path, facts.findings), *circumstances(path, facts, track, now)]
    refused = any(finding.level for finding in findings)
    return Opinion(path, REFUSED if refused else facts.status, tuple(findings))


def no_file(path: str, mode: str) -> Opinion:
    """Something else than a file stands there: a folder, a link, a device."""
    findings = mode_findings(path, mode) if mode in (SYMLINK, SUBMODULE) else [folder_finding(path)]
    return Opinion(path, REFUSED, tuple(findings))


def unreadable(path: str, why: str) -> Opinion:
    """Nothing is known of it, so nothing can be said."""
    finding = Finding(
        "engine/unreadable", UNKNOWN, f"it cannot be read: {why}", "make it readable, then ask again", path
    )
    return Opinion(path, UNREADABLE, (finding,))


def with_twins(opinions: list[Opinion]) -> list[Opinion]:
    """The same, with every path refused that is another one where case or Unicode composition is ignored."""
    first: dict[str, str] = {}
    found = []
    for one in opinions:
        twin = first.setdefault(fold(one.path), one.path)
        if twin != one.path:
            one = Opinion(one.path, REFUSED, (*one.findings, twin_finding(one.path, twin)))
        found.append(one)
    return found
