"""The sign-off fold: when the tests already prove what the sign-off would say."""

from __future__ import annotations

from commitgate.documents.facts import BriefFacts, TestReportFacts
from commitgate.facts import Snapshot
from commitgate.judge.agreement import quoted
from commitgate.policy.model import Track

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_LINES = 6


def one_to_one(brief: BriefFacts, report: TestReportFacts) -> str:
    """ "" when every criterion has exactly one test and every test proves one criterion; else what is wrong."""
    wanted = range(1, len(brief.criteria) + 1)
    by_criterion: dict[int, list[int]] = {}
    by_test: dict[str, list[int]] = {}
    for number, test, line in report.mapping:
        by_criterion.setdefault(number, []).append(line)
        by_test.setdefault(test, []).append(line)
    without = [number for number in wanted if number not in by_criterion]
    if without:
        return f"criterion {', '.join(map(str, without))} has no test"
    strange = sorted(number for number in by_criterion if number not in wanted)
    if strange:
        return f"criterion {', '.join(map(str, strange))} is not in brief.md{_in_lines(by_criterion, strange)}"
    crowded = [number for number, lines in by_criterion.items() if len(lines) > 1]
    if crowded:
        return f"criterion {', '.join(map(str, crowded))} has more than one test{_in_lines(by_criterion, crowded)}"
    doubled = sorted(test for test, lines in by_test.items() if len(lines) > 1)
    return f"{quoted(doubled)} proves more than one criterion{_in_lines(by_test, doubled)}" if doubled else ""


def _in_lines(places: dict[Any, list[int]], keys: list[Any]) -> str:
    """Where in the report these stand."""
    lines = sorted(line for key in keys for line in places[key])
    more = ", …" if len(lines) > _MOST_LINES else ""
    return f" (line {', '.join(map(str, lines[:_MOST_LINES]))}{more})"


def fold_obstacles(snapshot: Snapshot, track: Track) -> list[str]:
    """Why the sign-off may not be folded on this tree; [] when it may."""
    gates = snapshot.gates()
    qa = gates.get("stage-07")
    if track.fold not in ("criteria", "regression"):
        return [f"track {track.name} has no sign-off fold"]
    if qa is None or qa.status != "PASS":
        return ["stage-07 is not PASS"]
    if track.fold == "regression":
        passed = qa.fields.get("regression_check") == "PASS"
        return [] if passed else ['stage-07 does not say regression_check: "PASS"']
    needed = ("all_acceptance_criteria_met", "criterion_to_test_mapping_is_one_to_one")
    obstacles = [f"stage-07 does not say {field}: true" for field in needed if qa.fields.get(field) is not True]
    brief = snapshot.documents.get(f"{snapshot.root}/brief.md")
    report = snapshot.documents.get(f"{snapshot.root}/test-report.md")
    if brief is None or report is None:
        return [*obstacles, "the mapping cannot be derived without brief.md and test-report.md"]
    wrong = one_to_one(brief, report)
    return [*obstacles, wrong] if wrong else obstacles
