"""A repository's own stages: their conditions, the profiles, and every mistake with its line."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.finding import MALFORMED, Finding
from commitgate.judge.judging import required_stages
from commitgate.policy.condition import World, because, described, holds, settled
from commitgate.policy.load import load_policy
from commitgate.policy.model import TRACKS, Policy, Stage, Track

OWN = """\
stages:
  audit:
    gate: stage-10
    role: auditor
    needs: [build]
    {lines}
"""


def good(text: str) -> Policy:
    policy, findings = load_policy(text.encode())
    assert findings == ()
    assert policy is not None
    return policy


def wrong(text: str) -> Finding:
    """The one finding of a policy that is refused."""
    policy, findings = load_policy(text.encode())
    assert policy is None
    assert [finding.level for finding in findings] == [MALFORMED]
    return findings[0]


def own(*lines: str) -> str:
    return OWN.format(lines="\n    ".join(lines))


def audit(policy: Policy, track: str = "full") -> Stage:
    return next(stage for stage in policy.tracks[track].stages if stage.name == "audit")


def why_left_out(track: Track) -> dict[str, str]:
    return {one.stage: one.why for one in track.left_out}


def test_a_new_stage_is_on_the_tracks_that_take_all_and_on_every_track_when_it_says_so() -> None:
    plain = good(own())
    assert [name for name in TRACKS if "stage-10" not in plain.tracks[name].forbidden] == ["full"]
    assert why_left_out(plain.tracks["nano"])["audit"] == "the track nano leaves it out"
    everywhere = good(own("every_track: true"))
    assert all("stage-10" not in everywhere.tracks[name].forbidden for name in TRACKS)


def test_a_new_stage_stands_behind_what_it_needs_so_a_merge_asks_for_it() -> None:
    extra = "  second: {gate: stage-11, role: r, needs: [build]}\n  last: {gate: stage-12, role: r, needs: [deploy]}\n"
    policy = good(own() + extra + "  free: {gate: stage-13, role: r}\n")
    names = [stage.name for stage in policy.tracks["full"].stages]
    assert names[names.index("build") :][:4] == ["build", "audit", "second", "pre-review"]
    assert names[-3:] == ["deploy", "last", "retrospective"]
    required = required_stages(policy, policy.tracks["full"])
    assert {"audit", "second", "free"} <= set(required)
    assert "last" not in required


def test_conditions_are_compiled_and_patterns_of_triggers_expanded() -> None:
    assert audit(good(own("when: {area_changed: frontend}"))).when == ("area_changed", "frontend")
    assert audit(good(own("when: {triggered: path:auth}"))).when == ("triggered", "path:auth", ("path:auth",))
    family = audit(good(own('when: {triggered: "infra:*"}'))).when
    assert family[:2] == ("triggered", "infra:*")
    assert len(family[2]) > 1
    assert all(one.startswith("infra:") for one in family[2])
    assert audit(good(own("when: triggered"))).when[1] == "*"
    both = audit(good(own("when: {area_changed: frontend}", "skip_when: {triggered: path:auth}"))).when
    assert both == ("all", ("area_changed", "frontend"), ("not", ("triggered", "path:auth", ("path:auth",))))
    assert audit(good(own())).when == ()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["when: {profile: pci}"], "the profile pci is not chosen"),
        (["skip_when: {profile: web}"], "the profile web is chosen"),
        (["when: {all: [{profile: web}, {profile: pci}]}"], "the profile pci is not chosen"),
        (["when: {not: {any: [{profile: web}, {area_changed: qa}]}}"], "the profile web is chosen"),
        (["when: {any: [{profile: pci}, {not: {profile: web}}]}"],
         "the profile pci is not chosen and the profile web is chosen"),
    ],
)  # fmt: skip
def test_a_profile_leaves_a_stage_out_like_a_track_does(lines: list[str], reason: str) -> None:
    text = own(*lines) + "  pre-review: {needs: [audit]}\nprofiles: {web: true, pci: false}\n"
    track = good(text).tracks["full"]
    assert why_left_out(track) == {"audit": reason}
    assert track.forbidden == ("stage-10",)
    assert next(stage for stage in track.stages if stage.name == "pre-review").needs == ("build",)


def test_what_a_profile_settles_is_not_asked_again() -> None:
    profiles = "profiles: {web: true, pci: false}\n"
    some = audit(good(own("when: {any: [{profile: pci}, {area_changed: frontend}]}") + profiles))
    assert some.when == ("area_changed", "frontend")
    always = audit(good(own("when: {any: [{profile: web}, {area_changed: frontend}]}") + profiles))
    assert always.when == ()


def test_profiles_as_a_list_are_all_chosen() -> None:
    assert good("profiles: [web, pci]\n").profiles == (("web", True), ("pci", True))
    assert good("profiles: {web: true, pci: false}\n").profiles == (("web", True), ("pci", False))
    assert good("version: 1\n").profiles == ()


def test_choosing_a_profile_is_another_policy() -> None:
    texts = ["profiles: {pci: true}\n", "profiles: {pci: false}\n", "version: 1\n"]
    assert len({good(text).digest for text in texts}) == 3


def test_the_paths_of_a_stage_that_is_left_out_everywhere_stay_documents() -> None:
    text = own("writes: [audit.md]", "when: {profile: pci}") + "profiles: {pci: false}\n"
    assert "audit.md" in good(text).artefacts


@pytest.mark.parametrize(
    ("text", "rule", "line", "said"),
    [
        (own("when: {area_changed: frontnd}"), "policy/unknown-name", 6, "'frontend'"),
        (own("when: {triggered: path:aut}"), "policy/unknown-name", 6, "'path:auth'"),
        (own('when: {triggered: "nothing:*"}'), "policy/unknown-name", 6, "nothing:*"),
        (own("when: {profile: web}"), "policy/unknown-name", 6, "none is defined"),
        (own("when: {profile: wep}") + "profiles: [web]\n", "policy/unknown-name", 6, "'web'"),
        (own("when:", "  all:", "    - {area_changed: qa}", "    - not: {area_changed: nowhere}"),
         "policy/unknown-name", 9, "'nowhere'"),
        (own("when: {area: frontend}"), "policy/unknown-key", 6, "area_changed"),
        (own("when: {area_changed: qa, profile: web}"), "policy/schema", 6, "exactly one of"),
        (own("when: {}"), "policy/schema", 6, "exactly one of"),
        (own("when: {all: []}"), "policy/schema", 6, "a list of conditions"),
        (own("when: always"), "policy/schema", 6, "a condition"),
        (own("bound: [brief.md]").replace("[build]", "[bild]"), "policy/unknown-name", 5, "'build'"),
        (own().replace("[build]", "[build, qa, build]"), "policy/schema", 5, "twice"),
        (own().replace("[build]", "[audit]"), "policy/cycle", 5, "audit needs audit"),
        (own() + "  build: {needs: [audit]}\n", "policy/cycle", 7, "build needs audit needs build"),
        (own().replace("stage-10", "stage-07"), "policy/schema", 3, "belongs to qa"),
        (own().replace("stage-10", "stage-04-audit"), "policy/schema", 3, "area 'audit' in build"),
        (own() + "tracks: {nano: {stages: [build, build]}}\n", "policy/schema", 7, "twice"),
        (own("when: {profile: web}") + "profiles: {web: false}\ntracks: {nano: {stages: [audit]}}\n",
         "policy/empty-track", 8, "the track nano leaves it out; the profile web is not chosen"),
        ("stages: {build: {when: {profile: x}}, qa: {when: {profile: x}}}\nprofiles: {x: false}\n",
         "policy/empty-track", 2, "nano leaves out every stage"),
        ("stages: {security-review: {when: {triggered: path:auth}}}\n", "policy/schema", 1, "control:plane"),
        ("stages: {security-review: {skip_when: {area_changed: qa}}}\n", "policy/schema", 1, "control:plane"),
        ("stages: {security-review: {every_track: false}}\n", "policy/schema", 1, "control:plane"),
        ("stages: {security-review: {gate: stage-12}}\n", "policy/schema", 1, "stage-05-security"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_in_their_line(text: str, rule: str, line: int, said: str) -> None:
    found = wrong(text)
    assert (found.rule, found.line) == (rule, line)
    assert said in f"{found.message} ({found.hint})"


def test_a_review_of_the_control_plane_may_be_asked_for_by_more_than_that() -> None:
    text = "stages: {security-review: {when: {any: [{area_changed: backend}, {triggered: control:plane}]}}}\n"
    assert good(text).tracks["nano"].stages[1].name == "security-review"


def test_a_longer_circle_is_printed_from_end_to_end() -> None:
    text = "stages:\n  design: {needs: [deploy]}\n"
    found = wrong(text)
    assert (found.rule, found.line) == ("policy/cycle", 2)
    names = found.message.removeprefix("the stages need each other in a circle: ").split(" needs ")
    assert names[0] == names[-1]
    assert {"design", "deploy", "build", "qa"} <= set(names)


PROFILES = ("p", "q")
TRIGGERS = ("path:a", "path:b")
AREAS = ("x", "y")
leaves = st.one_of(
    st.sampled_from(PROFILES).map(lambda name: ("profile", name)),
    st.sampled_from(AREAS).map(lambda name: ("area_changed", name)),
    st.sampled_from([("triggered", "*", TRIGGERS), ("triggered", "path:a", ("path:a",))]),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda one: ("not", one)),
        st.tuples(st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=3)).map(
            lambda made: (made[0], *made[1])
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    conditions, st.sets(st.sampled_from(PROFILES)), st.sets(st.sampled_from(TRIGGERS)), st.sets(st.sampled_from(AREAS))
)
def test_settling_profiles_first_changes_no_answer(
    condition: tuple[Any, ...], profiles: set[str], triggers: set[str], areas: set[str]
) -> None:
    before, whole = World(profiles), World(profiles, triggers, areas)
    answer = holds(condition, whole)
    assert answer is not None
    assert because(condition, whole)
    assert described(condition)
    early = holds(condition, before)
    if early is not None:
        assert answer is early
    else:
        rest = settled(condition, before)
        assert "profile" not in str(rest)
        assert holds(rest, World((), triggers, areas)) is answer
        every = itertools.product((set(), set(TRIGGERS)), (set(), set(AREAS)))
        assert all(isinstance(holds(rest, World((), *known)), bool) for known in every)
