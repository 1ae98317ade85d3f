"""``git gate graph``: the order of a track, what is left out and why, as text, data and diagram."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from commitgate.policy.load import load_policy
from commitgate.policy.model import TRACKS
from support import CHECKOUT

POLICY = """\
profiles: {web: true, pci: false}
stages:
  accessibility:
    gate: stage-10
    role: designer-{area}
    fan_out: area
    needs: [build]
    when: {all: [{profile: web}, {area_changed: frontend}]}
    schema: accessibility.json
  pci-review:
    gate: stage-11
    role: auditor
    needs: [accessibility]
    when: {profile: pci}
  pre-review: {needs: [pci-review]}
"""


@pytest.fixture
def told(story):
    one = story("clarified")
    one.git("switch", "-q", "main")
    one.write("accessibility.json", '{"required": ["score"]}')
    one.write(".gates.yaml", POLICY)
    one.commit("policy")
    one.git("switch", "-q", "feature/reset")
    one.git("merge", "-q", "--no-edit", "main")
    return one


def data(told, *args):
    said = told.gate("graph", "--json", *args)
    assert said.code == 0, said.said
    found = json.loads(said.out)
    schema = json.loads((CHECKOUT / "gates" / "graph.schema.json").read_text())
    Draft202012Validator(schema).validate(found)
    return found


def needs(found):
    return {one["stage"]: one["needs"] for one in found["stages"]}


def skipped(found):
    return {one["stage"]: (one["by"], one["why"]) for one in found["skipped"]}


@pytest.mark.parametrize("track", TRACKS)
def test_the_shipped_tracks(repo, track):
    found = data(repo, "--track", track)
    policy, _ = load_policy(None)
    assert policy is not None
    assert [(name, tuple(wanted)) for name, wanted in needs(found).items()] == [
        (stage.name, stage.needs) for stage in policy.tracks[track].stages
    ]
    assert {one["gate"] for one in found["skipped"]} == set(policy.tracks[track].forbidden)
    assert found["run"] is None
    conditions = {one["stage"]: one["condition"] for one in found["stages"] if one["condition"]}
    assert conditions == {"security-review": "a security trigger fires"}


def test_the_change_of_the_run_settles_the_conditions(told):
    found = data(told)
    assert (found["track"], found["run"]) == ("full", "reset-1")
    assert skipped(found) == {
        "accessibility": ("change", "nothing changes in the area frontend"),
        "security-review": ("change", "no trigger fires"),
        "pci-review": ("profile", "the profile pci is not chosen"),
    }
    assert needs(found)["pre-review"] == ["build"]
    assert needs(found)["peer-review"] == ["pre-review"]
    told.write("src/frontend/login.js", "// login\n")
    found = data(told)
    assert needs(found)["pre-review"] == ["accessibility"]
    assert needs(found)["peer-review"] == ["pre-review", "security-review"]
    assert all(one["condition"] is None for one in found["stages"])
    assert found["merge_requires"] == "qa"


def test_profiles_and_tracks_are_tried_out(told):
    found = data(told, "--profiles", "pci, web")
    assert needs(found)["pre-review"] == ["pci-review"]
    assert [one["chosen"] for one in found["profiles"]] == [True, True]
    none = data(told, "--profiles", "")
    assert skipped(none)["accessibility"] == ("profile", "the profile web is not chosen")
    nano = data(told, "--track", "nano")
    assert (nano["run"], nano["stages"][1]["condition"]) == (None, "a security trigger fires")
    assert skipped(nano)["accessibility"] == ("track", "the track nano leaves it out")


def test_as_text(told):
    told.write("src/frontend/login.js", "// login\n")
    said = told.gate("graph")
    assert said.code == 0
    assert said.out.startswith("Track full, profiles web, for the change of the run reset-1\n")
    lines = said.out.splitlines()
    row = next(line for line in lines if " accessibility " in line)
    assert re.search(r"stage-10-<area> +designer-<area> +build +held to accessibility\.json$", row)
    assert "     pci-review (stage-11): the profile pci is not chosen" in lines
    assert any("checkpoint a: a person decides" in line for line in lines)
    merge = next(at for at, line in enumerate(lines) if "a merge needs everything" in line)
    assert " qa " in "".join(lines[merge - 2 : merge])
    assert all(line == line.rstrip() for line in lines)


def test_names_that_nobody_knows(told):
    said = told.gate("graph", "--track", "nono")
    assert (said.code, "there is no track 'nono'" in said.err) == (64, True)
    said = told.gate("graph", "--profiles", "wep")
    assert (said.code, "did you mean web?" in said.err) == (64, True)
    said = told.gate("graph", "--json", "--mermaid")
    assert said.code == 64


def test_a_policy_that_is_refused_is_told_with_its_line(told):
    told.write(".gates.yaml", POLICY.replace("needs: [build]", "needs: [pre-review]"))
    said = told.gate("graph")
    assert (said.code, ".gates.yaml:" in said.err + said.out) == (1, True)
    assert "pre-review needs pci-review needs accessibility needs pre-review" in re.sub(r"\s+", " ", said.said)


def test_another_policy_than_that_in_force_is_said_to_be_one(told):
    told.write(".gates.yaml", POLICY.replace("pci: false", "pci: true"))
    said = told.gate("graph")
    assert (said.code, "the policy in force is another one" in said.err) == (0, True)
    assert "pci-review" in said.out


def test_it_cannot_be_told_without_the_change(story):
    told = story("clarified")
    told.write(".gates.yaml", "target: elsewhere\n")
    said = told.gate("graph")
    assert (said.code, "elsewhere" in said.err) == (4, True)
    assert told.gate("graph", "--track", "nano", "--profiles", "").code == 0, "nothing is asked about the change"


def test_the_page_shows_what_is_printed(repo):
    page = (CHECKOUT / "docs" / "seeing.md").read_text()
    (shown,) = re.findall(r"^```console\n\$ git gate graph --track nano\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert repo.gate("graph", "--track", "nano").out == shown
