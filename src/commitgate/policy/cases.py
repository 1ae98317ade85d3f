"""Test cases of a policy: the bytes of a YAML file to records, against the names that the policy knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from commitgate.finding import MALFORMED, Finding, at
from commitgate.objects import Person
from commitgate.policy import yaml_strict
from commitgate.policy.check import against_schema
from commitgate.policy.layout import area_names
from commitgate.policy.model import Policy
from commitgate.policy.sources import FINDINGS_LIMIT, Path, nearest
from commitgate.policy.yaml_strict import LineMap, line_of, shown

SCHEMA = "policy-tests.schema.json"


class Said(NamedTuple):
    """One verdict of a case. ``email`` is that of the commit's author; "": an address that the reviewer has."""

    reviewer: str
    area: str
    verdict: str
    email: str


class Expected(NamedTuple):
    """What a case expects; None where it does not say. ``approved`` is one answer for all areas, or one for each."""

    areas: tuple[str, ...] | None
    triggers: tuple[str, ...] | None
    track_suffices: bool | None
    required: dict[str, int]
    approved: bool | dict[str, bool] | None


class Case(NamedTuple):
    """A made-up change with what a policy is expected to make of it. ``line`` is where it stands in its file."""

    name: str
    line: int
    track: str
    changed: tuple[str, ...]
    author: Person
    said: tuple[Said, ...]
    expected: Expected


def load_cases(data: bytes, file: str, policy: Policy) -> tuple[tuple[Case, ...], tuple[Finding, ...]]:
    """The cases of ``file``, or the findings (MALFORMED, with lines) for which there are none."""
    read, lines, problems = yaml_strict.load(data)
    if problems:
        return (), tuple(at(file, problems))
    problems = against_schema(read, lines, SCHEMA, file)
    if problems:
        return (), problems
    assert isinstance(read, dict)
    names = _Names(policy, file, lines)
    cases = tuple(_case(number, fields, lines, names) for number, fields in enumerate(read["cases"]))
    return ((), tuple(names.findings)) if names.findings else (cases, ())


class _Names:
    """Whether the names in a file are names of the policy."""

    def __init__(self, policy: Policy, file: str, lines: LineMap) -> None:
        self.findings: list[Finding] = []
        self.tracks = tuple(policy.tracks)
        self.areas = area_names(policy)
        self.triggers = tuple(trigger.id for trigger in policy.triggers)
        self.reviewers = tuple(name for one in policy.reviewers for name in (one.name, *one.aliases))
        self._file = file
        self._lines = lines

    def known(self, path: Path, name: str, names: Iterable[str], what: str) -> str:
        """The name; one that is not among ``names`` is refused."""
        if name not in names and len(self.findings) < FINDINGS_LIMIT:
            message = f"the policy has no {what} '{shown(name)}'"
            line = line_of(self._lines, path)
            self.findings.append(
                Finding("policy/unknown-name", MALFORMED, message, nearest(name, names), self._file, line)
            )
        return name


def _case(number: int, fields: dict[str, Any], lines: LineMap, names: _Names) -> Case:
    path: Path = ("cases", number)
    email = fields.get("author", "author@example.com")
    said = []
    for at_, verdict in enumerate(fields.get("verdicts") or ()):
        where: Path = (*path, "verdicts", at_)
        reviewer = names.known((*where, "reviewer"), verdict["reviewer"], names.reviewers, "reviewer")
        area = names.known((*where, "area"), verdict["area"], names.areas, "area")
        said.append(Said(reviewer, area, verdict["verdict"], verdict.get("author", "")))
    return Case(
        fields["name"],
        line_of(lines, path),
        names.known((*path, "track"), fields.get("track", "full"), names.tracks, "track"),
        tuple(fields["changed"]),
        Person(email.partition("@")[0], email),
        tuple(said),
        _expected((*path, "expect"), fields["expect"], names),
    )


def _expected(path: Path, fields: dict[str, Any], names: _Names) -> Expected:
    def listed(key: str, known: tuple[str, ...], what: str) -> tuple[str, ...] | None:
        if key not in fields:
            return None
        return tuple(names.known((*path, key, at_), name, known, what) for at_, name in enumerate(fields[key]))

    for key in ("required", "approved"):
        for area in fields[key] if isinstance(fields.get(key), dict) else ():
            names.known((*path, key, area), area, names.areas, "area")
    return Expected(
        listed("areas", names.areas, "area"),
        listed("triggers", names.triggers, "trigger"),
        fields.get("track_suffices"),
        fields.get("required", {}),
        fields.get("approved"),
    )
