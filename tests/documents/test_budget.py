"""``budget.md``: rows are summed up, whatever the file says, and an edit changes no other line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.budget import as_hundredths, read, shown_minutes
from commitgate.documents.budget_edit import new, set_row
from commitgate.errors import GateError, UserError

TABLE = """\
# Budget

Some prose.

| Stage | Tokens | Minutes |
| --- | ---: | ---: |
| stage-01 | 1200 | 14.25 |
| **stage-04-backend** | 800 | 30 |
| Total | 2000 | 44.25 |

More prose: | not | a | table |
"""


def test_the_rows_are_read_and_summed_up():
    facts = read(TABLE.encode())
    assert facts.findings == ()
    assert facts.rows == (("stage-01", 1200, 14.25, 7), ("stage-04-backend", 800, 30.0, 8))
    assert (facts.tokens, facts.minutes, facts.total, facts.last) == (2000, 44.25, 9, 9)


def test_a_fresh_one_is_sound():
    facts = read(new())
    assert (facts.findings, facts.rows, facts.tokens) == ((), (), 0)


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("| Total | 2000 | 44.25 |", "| Total | 1000 | 44.25 |", "budget/total", 9),
        ("| Total | 2000 | 44.25 |", "| Total | 2000 | 44.2 |", "budget/total", 9),
        ("| 1200 |", "| -1200 |", "budget/row", 7),
        ("| 1200 |", "| 1,200 |", "budget/row", 7),
        ("| 1200 |", "| 1e9 |", "budget/row", 7),
        ("| 1200 |", "| ١٢ |", "budget/row", 7),
        ("| 1200 |", "| " + "9" * 13 + " |", "budget/row", 7),
        ("| 1200 |", "| |", "budget/row", 7),
        ("14.25", "14.255", "budget/row", 7),
        ("14.25", "NaN", "budget/row", 7),
        ("**stage-04-backend**", "stage-01", "budget/row", 8),
        ("**stage-04-backend**", "build", "budget/row", 8),
        ("| Total | 2000 | 44.25 |\n", "| Total | 2000 | 44.25 |\n| stage-09 | 1 | 1 |\n", "budget/row", 10),
        ("| Stage | Tokens", "| Tokens | Stage", "budget/table", 5),
        ("| Stage |", "| Step |", "budget/table", 0),
        ("More prose", "| Stage | Tokens | Minutes |\n| --- | --- | --- |\n\nMore", "budget/table", 11),
        ("Some prose.", "```", "budget/unclosed", 3),
    ],
)
def test_what_cannot_be_counted_is_told_with_its_line(old, new, rule, line):
    findings = read(TABLE.replace(old, new).encode()).findings
    assert [(one.rule, one.line) for one in findings][:1] == [(rule, line)]
    assert all(one.level and one.hint for one in findings)


def test_a_table_in_a_fence_counts_for_nothing():
    fenced = f"```\n{TABLE}```\n\n{TABLE}"
    assert read(fenced.encode()).tokens == 2000


def test_a_row_is_replaced_and_a_new_one_stands_above_the_total():
    data = set_row(TABLE.encode(), "stage-01", "100", "1")
    assert b"| stage-01 | 100 | 1 |\n" in data
    assert b"| Total | 900 | 31 |\n" in data
    data = set_row(data, "stage-07", "50", "0.5")
    assert data.decode().splitlines()[8:10] == ["| stage-07 | 50 | 0.5 |", "| Total | 950 | 31.5 |"]
    assert set_row(data, "stage-07", "050", "0.50") == data
    assert data.startswith(b"# Budget\n\nSome prose.\n")
    assert data.endswith(b"\n\nMore prose: | not | a | table |\n")


@pytest.mark.parametrize(
    "start",
    [
        "| Stage | Tokens | Minutes |\n| --- | --- | --- |",
        "| Stage | Tokens | Minutes |\n| --- | --- | --- |\n| stage-02 | 1 | 1 |",
        "\ufeff| Stage | Tokens | Minutes |\n| --- | --- | --- |\n| stage-02 | 1 | 1 |\n\nEnd",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_without_a_total_gets_one_in_the_files_own_line_ends(start, end):
    before = start.replace("\n", end).encode()
    after = set_row(before, "stage-01", "7", "2")
    assert read(after).findings == ()
    assert read(after).total
    assert after.count(b"\r\n") == (after.count(b"\n") if end == "\r\n" else 0)
    kept = [line for line in before.split(b"\n") if line.strip()]
    assert all(line.rstrip(b"\r") in after for line in kept)


@pytest.mark.parametrize(
    ("stage", "tokens", "minutes"),
    [
        ("build", "1", "1"),
        ("stage-01", "1.5", "1"),
        ("stage-01", "x", "1"),
        ("stage-01", "1", "1 h"),
        ("a|b", "1", "1"),
    ],
)
def test_what_is_no_number_is_refused(stage, tokens, minutes):
    with pytest.raises(UserError):
        set_row(TABLE.encode(), stage, tokens, minutes)


def test_a_file_that_cannot_be_read_is_not_edited():
    with pytest.raises(GateError) as caught:
        set_row(TABLE.replace("1200", "many").encode(), "stage-02", "1", "1")
    assert caught.value.code == 1
    assert "budget.md:7" in caught.value.message


numbers = st.tuples(st.integers(0, 10**12 - 1).map(str), st.integers(0, 10**9 - 1).map(shown_minutes))
stages = st.sampled_from(["stage-01", "stage-02", "stage-04-backend", "stage-07"])


@settings(max_examples=60)
@given(st.lists(st.tuples(stages, numbers), max_size=6))
def test_any_row_of_updates_adds_up(updates):
    data = new().replace(b"\n", b"\r\n")
    held = {}
    for stage, (tokens, minutes) in updates:
        data = set_row(data, stage, tokens, minutes)
        held[stage] = (int(tokens), as_hundredths(minutes))
    facts = read(data)
    assert facts.findings == ()
    assert {row[0] for row in facts.rows} == set(held)
    assert facts.tokens == sum(one[0] for one in held.values())
    assert round(facts.minutes * 100) == sum(one[1] for one in held.values())
    assert data.count(b"\n") == data.count(b"\r\n")


@settings(max_examples=60)
@given(st.binary(max_size=200) | st.text(alphabet="|-: stageokmin0123456789.\n", max_size=120).map(str.encode))
def test_any_bytes_are_read(data):
    facts = read(data)
    assert facts.findings or facts.last
