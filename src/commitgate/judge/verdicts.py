"""V(tree): which reviewer says what about which area, over all review files of one tree."""

from __future__ import annotations

from commitgate.documents.facts import ReviewSection
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, WARNING, Finding, at
from commitgate.policy.layout import area_names
from commitgate.policy.model import Policy, Reviewer
from commitgate.record import Record

APPROVED = "APPROVED"
CHANGES_REQUESTED = "CHANGES REQUESTED"


class Entry(Record):
    """One verdict of one tree. ``reviewer`` is canonical."""

    reviewer: str
    area: str
    verdict: str
    token: str  # "d1:…" of the tool-written line, or ""
    path: str
    section: ReviewSection

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same entry in another tree: prose, place and file do not matter."""
        return (self.reviewer, self.area, self.verdict, self.token)


def find_reviewer(policy: Policy, name: str) -> Reviewer | None:
    """The reviewer of that name or alias."""
    for reviewer in policy.reviewers:
        if name == reviewer.name or name in reviewer.aliases:
            return reviewer
    return None


def nearest(word: str, known: tuple[str, ...]) -> str:
    """`` (did you mean "backend"?)`` or ""."""
    import difflib  # only when something is wrong already

    close = difflib.get_close_matches(word, known, 1)
    return f' (did you mean "{close[0]}"?)' if close else ""


def read_verdicts(policy: Policy, snapshot: Snapshot) -> tuple[dict[tuple[str, str], Entry], list[Finding]]:
    """The entries by (reviewer, area), and what is wrong with the review files."""
    entries: dict[tuple[str, str], Entry] = {}
    doubled: set[tuple[str, str]] = set()
    findings: list[Finding] = []
    areas = area_names(policy)
    for path, name, facts in snapshot.reviews():
        findings += at(path, facts.findings)
        if not _is_name(name):
            findings.append(
                Finding(
                    "review/file-name",
                    MALFORMED,
                    f"{name!r} is no reviewer's name: by-<name>.md wants lower-case ASCII letters, digits, _ and -",
                    "rename the file after the reviewer, e.g. by-backend.md",
                    path,
                )
            )
            continue
        reviewer = find_reviewer(policy, name)
        if reviewer is None:
            names = tuple(one.name for one in policy.reviewers)
            findings.append(
                Finding(
                    "review/unknown-reviewer",
                    WARNING,
                    f"{name} is no reviewer of this repository{nearest(name, names)}; nothing in this file counts",
                    "add the reviewer under reviewers: in .gates.yaml, or rename the file",
                    path,
                )
            )
            continue
        for section in facts.sections:
            if section.area not in areas:
                findings.append(
                    Finding(
                        "review/unknown-area",
                        MALFORMED,
                        f'"{section.area}" is no area of this repository{nearest(section.area, areas)}',
                        f"areas: {', '.join(areas)}",
                        path,
                        section.line,
                    )
                )
                continue
            key = (reviewer.name, section.area)
            if key in entries or key in doubled:
                first = entries.pop(key, None)
                doubled.add(key)
                findings.append(
                    Finding(
                        "review/duplicate-area",
                        MALFORMED,
                        f"{reviewer.name} reviews {section.area} in {first.path if first else 'another file'} too; "
                        "one reviewer has one section for an area",
                        "keep one of the sections",
                        path,
                        section.line,
                    )
                )
                continue
            if section.verdict:
                entries[key] = Entry(reviewer.name, section.area, section.verdict, section.reviewed, path, section)
    return entries, findings


def escalating(policy: Policy, snapshot: Snapshot) -> list[tuple[str, str, ReviewSection, str]]:
    """Every section with an ``ESCALATE:`` line: (reviewer, area, section, path), whatever its verdict."""
    found = []
    for path, name, facts in snapshot.reviews():
        reviewer = find_reviewer(policy, name)
        if reviewer is not None:
            found += [(reviewer.name, one.area, one, path) for one in facts.sections if one.escalations]
    return found


def _is_name(name: str) -> bool:
    return name.isascii() and name[:1].islower() and all(c.islower() or c.isdigit() or c in "_-" for c in name)
