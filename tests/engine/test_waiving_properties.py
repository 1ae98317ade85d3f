"""What waivers may do to any verdict at all: take some findings out of the count, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.facts import WaiverFacts
from commitgate.facts import Snapshot, Waiver, Waivers
from commitgate.finding import BLOCKED, ESCALATE, MALFORMED, UNKNOWN, WARNING, Finding, exit_code
from commitgate.judge.ledger import EMPTY
from commitgate.judge.verdict import Verdict
from commitgate.judge.waiving import WAIVABLE, settle
from commitgate.objects import NOBODY

NOW = 1_800_000_000
SIDE = Snapshot("", (), NOBODY, NOBODY, (), "pipeline", {}, {}, (), (), ())
PATHS = ("src/a.js", "src/deep/b.js", "docs/c.md", "")
SCOPES = ("**", "/src/**", "*.js", "/docs/c.md", "nothing")

paths = st.sampled_from(PATHS)
rules = st.sampled_from((*WAIVABLE[:4], "security/veto", "json/syntax", "escalation/open", "engine/shallow"))
levels = st.sampled_from([WARNING, BLOCKED, BLOCKED, MALFORMED, ESCALATE, UNKNOWN])
parts = st.lists(st.builds(Finding, rules, levels, st.just("m"), st.just("h"), paths), max_size=4).map(tuple)


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    until = NOW + draw(st.sampled_from([-1, 0, 1, 86400, 40 * 86400]))
    broken = draw(st.sampled_from([(), (), (), (Finding("waiver/malformed", MALFORMED, "m"),)]))
    scope = tuple(draw(st.lists(st.sampled_from(SCOPES), min_size=1, max_size=2)))
    facts = WaiverFacts("", draw(rules), scope, "r", "o", "a", "a moment in time", until, broken, {})
    return Waiver(f"pipeline/waivers/{draw(st.sampled_from('abc'))}.yml", "0", facts)


def verdict(documents, changes, state, obstacles):  # type: ignore[no-untyped-def]
    ready = not obstacles and not any(one.level for one in (*documents, *changes, *state))
    return Verdict("", "", "", documents, changes, state, obstacles, None, (), ready, EMPTY, SIDE)


verdicts = st.builds(verdict, parts, parts, parts, parts)
several = st.lists(waivers(), max_size=3).map(tuple)


def every(judged):  # type: ignore[no-untyped-def]
    return (*judged.documents, *judged.changes, *judged.state, *judged.obstacles)


def refusing(judged):  # type: ignore[no-untyped-def]
    return [one for one in every(judged) if one.level and not one.rule.startswith("waiver/")]


@settings(max_examples=150)
@given(before=verdicts, standing=several, control=st.sets(paths, max_size=1).map(tuple))
def test_nothing_is_lost_and_only_what_may_be_is_taken_out(before, standing, control):
    after = settle(before, Waivers(standing, (), control), NOW)
    out = [one.finding for one in after.waived]
    left = [one for one in every(after) if not one.rule.startswith("waiver/")]
    assert sorted((*left, *out)) == sorted(every(before))
    for one in out:
        assert one.rule in WAIVABLE
        assert one.level in (WARNING, BLOCKED)
        assert one.path not in control
        counting = [it.facts for it in standing if not it.facts.findings and NOW < it.facts.until <= NOW + 30 * 86400]
        assert any(it.rule == one.rule for it in counting)


@settings(max_examples=150)
@given(before=verdicts, standing=several, fewer=st.integers(0, 2), control=st.sets(paths, max_size=1).map(tuple))
def test_taking_a_waiver_away_never_lets_anything_pass(before, standing, fewer, control):
    more = settle(before, Waivers(standing, (), control), NOW)
    less = settle(before, Waivers((*standing[:fewer], *standing[fewer + 1 :]), (), control), NOW)
    assert set(refusing(more)) <= set(refusing(less))
    assert more.ready or not less.ready
    if exit_code(less.lawful) == 0:
        assert exit_code(more.lawful) == 0


@settings(max_examples=100)
@given(before=verdicts, standing=several)
def test_what_the_side_brings_along_takes_nothing_out(before, standing):
    after = settle(before, Waivers((), standing, ()), NOW)
    assert after.waived == ()
    assert [one for one in every(after) if not one.rule.startswith("waiver/")] == list(every(before))
    assert before.ready or not after.ready
