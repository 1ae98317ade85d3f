"""The flowchart of ``git gate graph``: the real parser reads it for every track, and no name breaks it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from real_mermaid import needed, parsed

from commitgate.judge.resolved import Resolved, resolved
from commitgate.policy.load import load_policy
from commitgate.policy.model import BY_TRACK, TRACKS, LeftOut
from commitgate.report.graph import graph_mermaid

OWN = """\
profiles: {pci: false}
stages:
  audit: {gate: stage-10, role: a, needs: [build], when: {any: [{area_changed: qa}, {triggered: "path:*"}]}}
  pci: {gate: stage-11, role: a, needs: [audit], when: {profile: pci}}
  pre-review: {needs: [pci]}
"""
HOSTILE = ['"]', "end", "<<fork>>", "%%{init: {}}%%", "a\nstyle s0", ":::x", "}}", "-->", "#quot;", "__proto__"]


def order(policy_text: str, track: str) -> Resolved:
    policy, _ = load_policy(policy_text.encode())
    assert policy is not None
    return resolved(policy, policy.tracks[track], "", {})


def named(name: str) -> Resolved:
    """An order in which a stage, its gate, its schema and a reason are called something strange."""
    found = order("version: 1\n", "nano")
    strange = found.stages[0]._replace(name=name, gate=name, schema=name, needs=())
    return found._replace(stages=(strange,), checkpoints=(), left_out=(LeftOut(name, name, BY_TRACK, name),))


def test_every_need_is_an_arrow() -> None:
    drawn = [line.strip() for line in graph_mermaid(order(OWN, "full")).splitlines()]
    audit = next(line for line in drawn if '["audit<br>stage-10<br>only when the area qa changes or' in line)
    build = next(line for line in drawn if '["build<br>' in line)
    assert f"{build.partition('[')[0]} --> {audit.partition('[')[0]}" in drawn
    assert "c0 --> s1" in drawn
    assert "s0 --> s1" not in drawn
    assert any("pci<br>left out: the profile pci is not chosen" in line for line in drawn)


@needed
def test_the_real_parser_reads_every_track() -> None:
    texts = [graph_mermaid(order(text, track)) for text in ("version: 1\n", OWN) for track in TRACKS]
    assert [(said.get("type"), said.get("error")) for said in parsed(texts)] == [("flowchart-v2", None)] * len(texts)


@needed
@settings(max_examples=2)
@given(st.lists(st.text(max_size=60), min_size=30, max_size=30))
def test_no_name_breaks_the_real_parser(names: list[str]) -> None:
    texts = [graph_mermaid(named(f"n{name}")._replace(track=name)) for name in (*names, *HOSTILE)]
    assert [said for said in parsed(texts) if "error" in said] == []
