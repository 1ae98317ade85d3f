"""JUnit XML as a CI server reads it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from samples import EMPTY, FULL, reports

from commitgate.finding import BLOCKED, UNKNOWN, WARNING, Finding
from commitgate.report.junit import render
from commitgate.report.text import neutral


def suite(report):
    root = ElementTree.fromstring(render(report).encode())
    assert root.tag == "testsuites"
    (found,) = root
    assert root.attrib.items() >= {key: found.attrib[key] for key in ("tests", "failures", "errors", "skipped")}.items()
    return found


def cases(report):
    return {case.get("name"): case for case in suite(report).findall("testcase")}


@settings(max_examples=60, deadline=None)
@given(report=reports)
def test_any_report_is_xml_that_fails_when_the_gate_does(report):
    found = suite(report)
    tests = found.findall("testcase")
    assert int(found.get("tests")) == len(tests)
    for kind, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(found.get(kind)) == sum(case.find(name) is not None for case in tests)
    assert all(len(case) <= 2 for case in tests)
    bad = [case for case in tests if case.find("failure") is not None or case.find("error") is not None]
    assert bool(bad) == bool(report.exit)
    assert (int(found.get("errors")) > 0) == (report.exit == UNKNOWN)
    text = "\n".join(found.itertext())
    assert all(neutral(one.message) in text for one in report.findings)


def test_a_stage_is_a_test():
    found = cases(FULL)
    assert list(found["stage-01 Requirements"]) == []
    assert "files_changed is 'many'" in found["stage-04-backend Build (backend)"].find("failure").get("message")
    assert found["stage-06-backend Peer review (backend)"].find("skipped").get("message") == "waiting; 1 of 2 approvals"
    assert list(found["stage-08 Deploy"]) == []


def test_a_family_of_rules_is_a_test():
    found = cases(FULL)
    failure = found["gate"].find("failure")
    assert failure.get("type") == "gate/schema"
    assert failure.text.splitlines()[:2] == [
        "error gate/schema pipeline/gates/stage-04-backend.json:7: "
        "stage-04-backend: files_changed is 'many', a list of paths is expected",
        "    → git gate validate pipeline/gates/stage-04-backend.json",
    ]
    assert "warning gate/stale src/c.py:3" in failure.text
    assert found["history"].find("failure") is None
    assert "9a8b7c6" in found["history"].find("system-out").text
    assert "W-7" in found["security/veto src/auth.py:4"].find("skipped").get("message")


@pytest.mark.parametrize(("level", "outcome"), [(WARNING, "system-out"), (BLOCKED, "failure"), (UNKNOWN, "error")])
def test_the_outcome_of_a_family(level, outcome):
    report = EMPTY._replace(findings=(Finding("gate/schema", level, "m"),), exit=level)
    (inside,) = cases(report)["gate"]
    assert inside.tag == outcome
    assert cases(report)["verdict"][0].tag == outcome


def test_a_report_without_anything_is_one_test_that_passes():
    assert list(cases(EMPTY)) == ["verdict"]
    assert suite(EMPTY).get("failures") == "0"


def test_no_gate_of_another_name_fails_a_stage():
    other = Finding("gate/schema", BLOCKED, "m", "", "pipeline/gates/stage-01-old.json")
    assert list(cases(FULL._replace(findings=(other,)))["stage-01 Requirements"]) == []
