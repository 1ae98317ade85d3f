"""Waivers as documents: what is read, and that whatever is wrong is ``waiver/malformed`` with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitgate.documents.waiver import end_of, read
from commitgate.finding import MALFORMED
from support import CHECKOUT

GOOD = """\
rule: order/early-work
scope: /src/legacy/**
reason: The importer moves first.
owner: dev-backend
approved_by: Ana Lima
expires: 2026-03-26
"""
MIDNIGHT = 1774569600  # 2026-03-27T00:00:00Z


def test_everything_is_read():
    facts = read(GOOD.encode())
    assert facts.findings == ()
    assert (facts.rule, facts.scope, facts.owner) == ("order/early-work", ("/src/legacy/**",), "dev-backend")
    assert (facts.reason, facts.approved_by, facts.id) == ("The importer moves first.", "Ana Lima", "")
    assert facts.until == MIDNIGHT
    assert facts.lines["expires"] == 6


def test_a_list_of_patterns_and_a_moment():
    text = GOOD.replace("/src/legacy/**", '["*.sql", /tools/]').replace("2026-03-26", "2026-03-26T23:00:00+01:00")
    facts = read(text.encode())
    assert facts.findings == ()
    assert facts.scope == ("*.sql", "/tools/")
    assert facts.until == MIDNIGHT - 2 * 3600


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("rule: order/early-work\n", "", 1, "without rule"),
        ("expires: 2026-03-26\n", "", 1, "without expires"),
        ("expires: 2026-03-26", "expires: 2026-02-30", 6, "expected a day"),
        ("expires: 2026-03-26", "expires: tomorrow", 6, "expected a day"),
        ("expires: 2026-03-26", "expires: 20260326", 6, "expected text"),
        ("rule: order/early-work", "rule: '*'", 1, "rule"),
        ("rule: order/early-work", "rule: [order/early-work, ready/stage]", 1, "expected text"),
        ("scope: /src/legacy/**", "scope: []", 2, "scope"),
        ("scope: /src/legacy/**", "scope: '!/src/legacy/**'", 2, "takes back"),
        ("scope: /src/legacy/**", "scope: [a, '[']", 2, "can never match"),
        ("scope: /src/legacy/**", "scope: '**/a/**/b/**/c'", 2, "more than 2"),
        ("reason: The importer moves first.", "reason: ' '", 3, "reason"),
        ("owner: dev-backend", "owner: dev-backend\nowner: me", 5, "twice"),
        ("owner: dev-backend", "owner: dev-backend\nexpire: 2026-04-01", 5, "unknown key 'expire'"),
        ("owner: dev-backend", "owner: &a dev-backend", 4, "anchor"),
        ("owner: dev-backend", "owner: !!python/object:os.system x", 4, "tag"),
        (GOOD, "", 1, "found null"),
        (GOOD, "- a\n", 1, "found a list"),
        (GOOD, "a: [", 2, ""),
        (GOOD, "a: " + "[" * 100, 1, "levels deep"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_waives_nothing(old, new, line, said):
    facts = read(GOOD.replace(old, new).encode())
    assert {(one.rule, one.level) for one in facts.findings} == {("waiver/malformed", MALFORMED)}
    assert facts.findings[0].line == line
    assert said in facts.findings[0].message
    assert all(one.hint for one in facts.findings)


def test_a_file_that_is_no_text():
    assert [one.rule for one in read(b"\xff\xfe\x00").findings] == ["waiver/malformed"]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read(data):
    facts = read(data)
    assert facts.findings or facts.rule


@given(st.text(max_size=30))
def test_any_day_is_told_or_refused(text):
    assert end_of(text) is None or "-" in text


def test_the_one_that_the_documentation_shows():
    page = (CHECKOUT / "docs" / "waivers.md").read_text()
    shown = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert read(shown.encode()).findings == ()
