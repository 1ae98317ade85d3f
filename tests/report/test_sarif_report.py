"""SARIF against the schema of the standard, and what code scanning makes of it."""

from __future__ import annotations

import json
import re
from functools import cache
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from samples import EMPTY, FULL, reports

from commitgate.finding import BLOCKED, UNKNOWN, Finding
from commitgate.policy.catalog import catalog
from commitgate.report.sarif import FINGERPRINT, fingerprint, render
from support import CHECKOUT

# unreserved and escaped characters, the sub-delimiters that quote leaves alone are none
URI = re.compile(r"[A-Za-z0-9._~/-]|%[0-9A-F]{2}")


@cache
def standard() -> Draft202012Validator:
    return Draft202012Validator(json.loads((CHECKOUT / "tests" / "data" / "sarif-2.1.0.json").read_text()))


def log(report):
    """The one run of the log, which is valid."""
    data = json.loads(render(report))
    standard().validate(data)
    (run,) = data["runs"]
    return run


def of(*findings, **more):
    return log(EMPTY._replace(findings=findings, **more))


@settings(max_examples=40, deadline=None)
@given(report=reports)
def test_any_report_is_valid(report):
    run = log(report)
    assert len(run["results"]) == len(report.findings) + len(report.history) + len(report.suppressed)
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    prints = [result["partialFingerprints"][FINGERPRINT] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert "](" not in result["message"]["text"]
        assert not re.search(r"(?<!\{)(\{\{)*\{\d", result["message"]["text"]), "no placeholder"
        for place in result.get("locations", []):
            if "physicalLocation" in place:
                uri = place["physicalLocation"]["artifactLocation"]["uri"]
                assert URI.sub("", uri) == ""
                assert not {"", ".", ".."} & set(uri.split("/"))


def test_the_schema_refuses_what_is_no_sarif():
    data = json.loads(render(FULL))
    data["runs"][0]["results"][0]["level"] = "fatal"
    assert not standard().is_valid(data)


def test_levels_places_and_rules():
    run = log(FULL)
    first, second, third = run["results"][:3]
    assert [one["level"] for one in (first, second, third)] == ["error", "error", "warning"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "pipeline/gates/stage-04-backend.json", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 7}
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/%C3%A4%20b.py"
    assert "SRCROOT" in run["originalUriBaseIds"]
    rule = run["tool"]["driver"]["rules"][0]
    known = catalog()["gate/schema"]
    assert rule["shortDescription"]["text"] == known.title
    assert known.why in rule["help"]["text"]
    assert known.fix in rule["help"]["markdown"]
    assert "git gate validate" in first["message"]["text"]


def test_every_rule_can_be_told():
    run = of(*(Finding(rule, BLOCKED, "found") for rule in catalog()))
    assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])


def test_waived_and_repaired_findings_are_told_apart():
    results = log(FULL)["results"]
    waived = [one for one in results if "suppressions" in one]
    assert [one["ruleId"] for one in waived] == ["security/veto"]
    assert waived[0]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "W-7: until 1 May"}
    ]
    assert [one["ruleId"] for one in results if "history" in one.get("properties", {}).get("tags", [])] == [
        "order/early-work"
    ]


@pytest.mark.parametrize(("code", "done"), [(0, True), (1, True), (2, True), (3, True), (UNKNOWN, False)])
def test_the_exit_code(code, done):
    (told,) = log(EMPTY._replace(exit=code))["invocations"]
    assert (told["exitCode"], told["executionSuccessful"]) == (code, done)


@pytest.mark.parametrize("raw", [b"a\xff.py", b"a:b.py", b"100%.py", "ä #?.py".encode(), b"a\nb", b"c%41"])
def test_a_uri_names_the_bytes_of_the_path(raw):
    run = of(Finding("gate/schema", BLOCKED, "m", "", raw.decode("utf-8", "surrogateescape")))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert unquote_to_bytes(place["artifactLocation"]["uri"]) == raw
    assert ":" not in place["artifactLocation"]["uri"]


@pytest.mark.parametrize("path", ["../up.py", "/etc/passwd", "//host/x", "a/../b", "./a"])
def test_no_uri_leads_out_of_the_repository(path):
    (place,) = of(Finding("gate/schema", BLOCKED, "m", "", path, 3))["results"][0]["locations"]
    assert place == {"logicalLocations": [{"fullyQualifiedName": path}]}


class TestFingerprint:
    HERE = Finding("gate/stale", BLOCKED, "3 files changed since 1f2e3d4a5b6c", "do", "src/a.py", 4)

    @pytest.mark.parametrize(
        "other",
        [
            HERE._replace(line=40),
            HERE._replace(message="12 files changed since abcdef0123456789abcdef0123456789abcdef01"),
            HERE._replace(hint="do that"),
            HERE._replace(level=0),
        ],
    )
    def test_it_stays(self, other):
        assert fingerprint(self.HERE) == fingerprint(other)

    @pytest.mark.parametrize(
        "other",
        [HERE._replace(rule="gate/schema"), HERE._replace(path="src/b.py"), HERE._replace(message="a file has gone")],
    )
    def test_it_changes(self, other):
        assert fingerprint(self.HERE) != fingerprint(other)
