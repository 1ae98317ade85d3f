"""The test report: which test proves which criterion, and the totals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import facts, test_report
from commitgate.share import path

HEAD = "## Criteria\n\n| Criterion | Test | Result |\n| --- | --- | --- |\n"


def read(text: str) -> facts.TestReportFacts:
    return test_report.read(text.encode())


def rules(found: facts.TestReportFacts) -> list[tuple[str, int]]:
    return [(finding.rule.removeprefix("report/"), finding.line) for finding in found.findings]


def test_a_report_as_people_write_it() -> None:
    found = read(
        "# Tests\n\nTotal: 23, passed: 22, failed: 1\n\n## Acceptance Criteria\n\n| Test | **Criterion** | Result |\n"
        "|:--|---|--:|\n| answers 200 | AC-1 | passed |\n| `a \\| b > c` | 2: mail goes out | failed |\n"
    )
    assert found.findings == ()
    assert found.mapping == ((1, "answers 200", 9), (2, "a | b > c", 10))
    assert (found.total, found.passed, found.failed, found.totals_line) == (23, 22, 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Total: 23, passed: 22, failed: 1",
        "TOTAL: 23 PASSED: 22 FAILED: 1.",
        "**Total:** 23 | **Passed:** 22 | **Failed:** 1",
        "- total: 23; passed: 22; failed: 1",
        "Total: 23\nPassed: 22\nFailed: 1",
        "- Total: 23\n- Passed: 22\n- Failed: 1",
        "| Total | Passed | Failed |\n|--|--|--|\n| 23 | **22** | 1 |",
        "| Failed | Suite | Total | Passed |\n|--|--|--|--|\n| 1 | all | 23 | 22 |",
        "Total: 23, passed: 22, failed: 1\n\nTotal: 23, passed: 22, failed: 1",
    ],
)
def test_totals(text: str) -> None:
    found = read(f"# Report\n\n{text}\n")
    assert ((found.total, found.passed, found.failed), found.findings) == ((23, 22, 1), ())


@pytest.mark.parametrize(
    "text", ["", "In total 23 tests ran.", "`Total: 23, passed: 22, failed: 1`x", "> Total: 1, passed: 1, failed: 0"]
)
def test_no_totals(text: str) -> None:
    found = read(f"# Report\n\n{text}\n")
    assert ((found.total, found.passed, found.failed, found.totals_line), found.findings) == ((-1, -1, -1, 0), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Total: 23", 1),
        ("Total: 23, passed: all, failed: none", 1),
        ("Total: 23, passed: 20, failed: 1, skipped: 2", 1),
        ("Total: 1, passed: 1, failed: 0\n\nTotal: 2, passed: 2, failed: 0", 3),
        ("| Total | Passed | Failed |\n|--|--|--|\n| 1 | 1 | - |", 3),
        ("Total: 1\u0660, passed: 1, failed: 0", 1),
    ],
)
def test_totals_that_cannot_be_read(text: str, line: int) -> None:
    found = read(text + "\n")
    assert (found.total, rules(found)) == (-1, [("totals", line)])


@pytest.mark.parametrize(
    "cell", ["3", "AC-3", "AC3", "ac 3", "3.", "3. opens the form", "AC-3: opens", "**AC-3**", "3 — opens"]
)
def test_criterion_cells(cell: str) -> None:
    found = read(f"{HEAD}| {cell} | t | passed |\n")
    assert (found.mapping, found.findings) == (((3, "t", 5),), ())


@pytest.mark.parametrize(
    "row",
    [
        "| 1, 2 | t | passed |",
        "| 1-3 | t | passed |",
        "| 1 and 2 | t | passed |",
        "| all | t | passed |",
        "|  | t | passed |",
        "| 1 |  | passed |",
        "| 1 | a | b | passed |",
        "| 1 | a |",
        "| 1 | a<br>b | passed |",
        "| 1 | `a`, `b` | passed |",
        "| AC-\u0661 | t | passed |",
    ],
)
def test_rows_that_cannot_be_read(row: str) -> None:
    found = read(f"{HEAD}{row}\n| 2 | t | passed |\n")
    assert (found.mapping, rules(found)) == (((2, "t", 6),), [("row", 5)])


def test_a_criterion_twice_is_for_the_judge() -> None:
    found = read(f"{HEAD}| 1 | a | x |\n| 1 | b | x |\n")
    assert (found.mapping, found.findings) == (((1, "a", 5), (1, "b", 6)), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Criteria\n\n| a | b |\n|--|--|\n| 1 | t |\n", [("columns", 3)]),
        ("## Results\n\n| Criterion | Test |\n|--|--|\n| 1 | t |\n", [("columns", 3)]),
        (HEAD + "| 1 | t | x |\n\n## Failures\n\n| Criterion | Test |\n|--|--|\n| 1 | t |\n", []),
        (HEAD + "| 1 | t | x |\n\n```\n", [("unclosed", 7)]),
    ],
)
def test_which_tables_count(text: str, expected: list[tuple[str, int]]) -> None:
    assert rules(read(text)) == expected


def test_the_template_states_nothing_yet() -> None:
    with open(path("templates", "pipeline", "test-report.md"), encoding="utf-8") as file:
        found = read(file.read())
    assert (found.mapping, found.total, found.findings) == ((), -1, ())


_NAMES = st.text(st.sampled_from("ab |>`,:"), min_size=1, max_size=10).map(lambda text: f"t{text}t".replace("`", ""))


@settings(max_examples=60, deadline=None)
@given(st.lists(_NAMES, max_size=8))
def test_names_with_escaped_pipes_are_read_exactly(names: list[str]) -> None:
    rows = "".join(f"| {number} | {name.replace('|', chr(92) + '|')} | ok |\n" for number, name in enumerate(names, 1))
    found = read(HEAD + rows)
    assert ([(number, name) for number, name, _ in found.mapping], found.findings) == (list(enumerate(names, 1)), ())


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([HEAD, "|1|a|b|\n", "|\n", "Total: 1\n", "passed: 1\n"])).map("".join).map(str.encode)
)
def test_never_raises(data: bytes) -> None:
    assert all(finding.rule.startswith("report/") for finding in test_report.read(data).findings)
