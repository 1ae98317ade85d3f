"""The example of docs/policy.md, run: its graph, its schema, and what its stages ask for."""

from __future__ import annotations

import json
import re

import pytest

from story import RUN
from support import CHECKOUT


@pytest.fixture(scope="module")
def samples():
    page = (CHECKOUT / "docs" / "policy.md").read_text()
    section = page.partition("## Your own graph")[2].partition("### Conditions")[0]
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


@pytest.fixture
def told(story, samples):
    one = story("started")
    one.git("switch", "-q", "main")
    one.write(".gates.yaml", samples["yaml"])
    one.write("policy/accessibility.schema.json", samples["json"])
    one.commit("policy")
    one.git("switch", "-q", "-C", "feature/demo", "main")
    one.write("pipeline/run.json", RUN.replace('"full"', '"nano"').replace("reset-1", "demo-1"))
    one.write("pipeline/context.md", "# Context\n\nTRACK: nano\n\n## User Decisions\n\n")
    one.commit("start")
    return one


def built(told, path):
    area = path.split("/")[1]
    told.write(path, "x\n")
    told.write(f"pipeline/pr-{area}.md", "# change\n")
    told.write_gate(f"stage-04-{area}", track="nano", area=area, files_changed=[path])
    assert told.commit("build", author=f"dev-{area}", check=False).code == 0


def test_the_graph_is_the_one_that_is_shown(told, samples):
    built(told, "src/backend/plain.js")
    command, _, shown = samples["console"].partition("\n")
    assert command == "$ git gate graph --track nano"
    said = told.gate(*command.removeprefix("$ git gate ").split())
    assert (said.code, said.out) == (0, shown)


def test_the_stage_asks_for_what_its_schema_requires(told):
    built(told, "src/frontend/plain.js")
    told.write_gate("stage-07", track="nano", tests_total=0, tests_passed=0, regression_check="PASS")
    told.git("add", "-A")
    assert "stage-10 is missing" in told.door().err
    told.git("reset", "-q", "--hard")
    asked = told.gate("pass", "accessibility")
    assert (asked.code, "wcag_level, open_violations" in asked.err) == (64, True)
    open_ones = ("--set", "wcag_level=AA", "--set", "open_violations=2")
    refused = told.gate("pass", "accessibility", *open_ones)
    assert (refused.code, "gate/pass-needs" in refused.out) == (1, True)
    assert told.gate("pass", "accessibility", "--status", "FAIL", *open_ones).code == 0
    assert told.gate("pass", "accessibility", "--set", "wcag_level=AA", "--set", "open_violations=0").code == 0
    gate = told.read_gate("stage-10")
    assert (gate["agent"], gate["wcag_level"], gate["open_violations"]) == ("designer", "AA", 0)
    assert told.commit("accessibility", author="designer", check=False).code == 0
    assert told.state("stage-10") == "pass"


def test_profiles_make_other_orders(told):
    def stages(*args):
        found = json.loads(told.gate("graph", "--json", "--track", "full", *args).out)
        return [one["stage"] for one in found["stages"]]

    assert {"design", "pci-audit", "usability"} <= set(stages())
    assert not {"design", "clarification", "pci-audit", "usability"} & set(stages("--profiles", "prototype"))
