"""Gates: the walkthrough's are valid as printed, and every rule fires where it should and nowhere else."""

from __future__ import annotations

import json
import marshal
from typing import Any

import pytest
from gate_blocks import VALID, WALKTHROUGH, gate
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import schema
from commitgate.documents.facts import GateFacts
from commitgate.documents.gate import payload, read, render, stage_id
from commitgate.documents.timestamp import epoch
from commitgate.finding import MALFORMED, WARNING
from commitgate.policy.gates import GateRules
from commitgate.policy.load import load_policy


def read_fields(fields: dict[str, Any], name: str = "") -> GateFacts:
    return read(render(fields), f"{name or fields['stage']}.json")


def rules(facts: GateFacts) -> list[str]:
    assert all(finding.hint and not finding.path for finding in facts.findings)
    malformed = any(finding.level == MALFORMED for finding in facts.findings)
    assert (facts.status == "") == malformed
    return [finding.rule for finding in facts.findings]


@pytest.mark.parametrize("name", sorted(WALKTHROUGH))
def test_the_walkthrough_is_valid_as_printed(name: str) -> None:
    text = WALKTHROUGH[name]
    facts = read(text.encode(), f"{name.split()[0]}.json")
    assert facts.findings == ()
    assert facts.status == "PASS"
    assert facts.fields == json.loads(text)
    # The printed blocks have a key per line.
    assert facts.lines == {key: line for line, key in enumerate(json.loads(text), 2)}


@pytest.mark.parametrize("stage", sorted(VALID))
def test_a_valid_gate_of_every_stage(stage: str) -> None:
    assert rules(read_fields(VALID[stage])) == []


def test_facts() -> None:
    facts = read_fields(gate("stage-04-backend", warnings=["a", "b"], subject={"inputs": "i1:" + "0" * 64}))
    assert (facts.stage, facts.number, facts.suffix) == ("stage-04-backend", "04", "backend")
    assert (facts.status, facts.agent, facts.track) == ("PASS", "dev-backend", "full")
    assert facts.when == 1774519200
    assert (facts.blockers, facts.warnings) == ((), ("a", "b"))
    assert facts.inputs == "i1:" + "0" * 64
    assert facts.lines["area"] == 7
    assert len(facts.payload) == 64
    marshal.dumps((facts.fields, facts.lines, facts.when))  # what the memo stores


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("stage-07.json", ("07", "")),
        ("stage-04-backend.json", ("04", "backend")),
        ("stage-05-security.json", ("05", "security")),
        ("stage-04-web-app_2.json", ("04", "web-app_2")),
        ("stage-budget.json", ("budget", "")),
        *((name, None) for name in ("stage-7.json", "stage-07", "Stage-07.json", "stage-07.json\n", "stage-07-.json")),
        *((name, None) for name in ("stage-٠٧.json", "stage-budget-x.json", "stage-04-Backend.json", "run.json", "")),
    ],
)
def test_file_names(name: str, parts: tuple[str, str] | None) -> None:
    assert stage_id(name) == parts
    assert ("gate/file-name" in rules(read(b"{}", name))) == (parts is None)


STAGE_CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    # the base gate
    ("stage-01", {"agent": ...}, ["gate/schema"]),
    ("stage-01", {"status": "pass"}, ["gate/schema"]),
    ("stage-01", {"status": ...}, ["gate/schema"]),
    ("stage-01", {"stage": "stage-02"}, ["gate/stage-name"]),
    ("stage-01", {"stage": "stage-01\n"}, ["gate/stage-name"]),
    ("stage-01", {"stage": 1}, ["gate/schema"]),
    ("stage-01", {"timestamp": "2026-03-26T10:00:00"}, ["gate/timestamp"]),
    ("stage-01", {"timestamp": 3}, ["gate/schema"]),
    ("stage-01", {"blockers": ["x"]}, ["gate/pass-with-blockers"]),
    ("stage-01", {"blockers": ["x"], "status": "FAIL"}, []),
    ("stage-01", {"anything": {"else": [1, None]}}, []),
    ("stage-01", {"Agent": "pm"}, ["json/lookalike-key"]),
    # what a PASS needs, and the same fields in a FAIL
    ("stage-01", {"required_sections_complete": False}, ["gate/pass-needs"]),
    ("stage-01", {"required_sections_complete": False, "status": "FAIL"}, []),
    ("stage-01", {"acceptance_criteria_count": 7.0}, []),
    ("stage-01", {"acceptance_criteria_count": True}, ["gate/schema"]),
    ("stage-02", {"pm_approved": False}, ["gate/pass-needs"]),
    ("stage-02", {"pm_approved": False, "status": "FAIL"}, []),
    ("stage-02", {"arch_approved": ...}, ["gate/schema"]),
    ("stage-03", {"open_questions_count": 1}, ["gate/pass-needs"]),
    ("stage-03", {"open_questions_count": 1, "status": "FAIL"}, []),
    ("stage-04-backend", {"area": "frontend"}, ["gate/area"]),
    ("stage-04-backend", {"files_changed": ...}, ["gate/schema"]),
    ("stage-04", {"workstreams": ...}, ["gate/schema"]),
    ("stage-05", {"lint_passed": False, "tests_passed": False}, ["gate/pass-needs"] * 2),
    ("stage-05", {"type_check_passed": False}, ["gate/pass-needs"]),
    ("stage-05", {"type_check_passed": True, "license_check_passed": True}, []),
    ("stage-05", {"sca_findings": {"high": 0, "critical": 1}}, ["gate/pass-needs"]),
    ("stage-05", {"sca_findings": {"high": 0, "critical": 1}, "status": "FAIL"}, []),
    ("stage-05", {"sca_findings": {"high": 0}}, ["gate/schema"]),
    ("stage-05", {"sca_findings": {"high": 0, "critical": 0}}, []),
    ("stage-05", {"security_review_required": False}, []),
    ("stage-05-security", {"veto": True}, ["gate/pass-needs"]),
    ("stage-05-security", {"security_approved": False, "veto": True, "status": "FAIL"}, []),
    ("stage-06-backend", {"required_approvals": 0}, ["gate/schema"]),
    ("stage-06-backend", {"review_shape": "round"}, ["gate/schema"]),
    ("stage-06-backend", {"approvals": ["dev-frontend"]}, ["gate/approvals"]),
    ("stage-06-backend", {"approvals": ["dev-frontend"] * 2}, ["gate/approvals"] * 2),
    ("stage-06-backend", {"approvals": [], "status": "FAIL", "failure_reason": "INSUFFICIENT_APPROVALS"}, []),
    ("stage-06-backend", {"changes_requested": [{"reviewer": "dev-qa", "timestamp": "x"}]}, ["gate/pass-needs"]),
    ("stage-06-backend", {"changes_requested": ["dev-qa"], "status": "FAIL"}, ["gate/schema"]),
    ("stage-06-backend", {"area": "qa"}, ["gate/area"]),
    ("stage-07", {"all_acceptance_criteria_met": False}, ["gate/pass-needs"]),
    ("stage-07", {"tests_failed": 1, "tests_passed": 22}, ["gate/pass-needs"]),
    ("stage-07", {"tests_failed": 1, "tests_passed": 22, "status": "FAIL"}, []),
    ("stage-07", {"failing_tests": ["x"]}, ["gate/pass-needs"]),
    ("stage-07", {"tests_total": 24}, ["gate/totals"]),
    ("stage-07", {"tests_total": "23"}, ["gate/schema"]),
    ("stage-07", {"assigned_retry_to": "dev-backend"}, []),
    ("stage-08", {"pm_signoff": False}, ["gate/pass-needs"]),
    ("stage-08", {"runbook_referenced": ...}, ["gate/schema"]),
    ("stage-08", {"runbook_referenced": False}, ["gate/pass-needs"]),
    ("stage-08", {"smoke_test_passed": ...}, ["gate/pass-needs"]),
    ("stage-08", {"runbook_referenced": ..., "smoke_test_passed": ..., "auto_from_stage_07": True}, []),
    ("stage-08", {"smoke_test_passed": False, "auto_from_stage_07": False}, ["gate/pass-needs"]),
    ("stage-08", {"smoke_test_passed": False, "status": "FAIL"}, []),
    ("stage-09", {"severity": "blue"}, ["gate/schema"]),
    ("stage-09", {"patterns_harvested": True}, []),
    ("stage-budget", {"tokens_max": ...}, ["gate/schema"]),
    # tracks
    ("stage-06-backend", {"track": "quick"}, ["gate/track-review"] * 2),
    ("stage-06-backend", {"track": "quick", "review_shape": "scoped", "required_approvals": 1}, []),
    ("stage-06-backend", {"track": "dep-update", "review_shape": "scoped", "required_approvals": 1}, []),
    ("stage-07", {"track": "nano"}, ["gate/track-needs"]),
    ("stage-07", {"track": "nano", "regression_check": "PASS"}, []),
    ("stage-07", {"track": "config-only", "regression_check": "FAIL"}, ["gate/track-needs"]),
    ("stage-07", {"track": "dep-update", "regression_check": "FAIL", "status": "FAIL", "blockers": ["x"]}, []),
    ("stage-07", {"track": "quick"}, []),
    ("stage-05", {"track": "hotfix"}, ["gate/track-needs"]),
    ("stage-05", {"track": "hotfix", "stage_4_5a_skipped": True}, []),
    # reasons and retries
    ("stage-01", {"status": "ESCALATE"}, ["gate/escalation-reason"]),
    ("stage-01", {"status": "ESCALATE", "escalation_reason": "two readings", "options": ["A", "B"]}, []),
    ("stage-04-backend", {"status": "FAIL"}, ["gate/fail-reason"]),
    ("stage-04-backend", {"status": "FAIL", "blockers": [" "]}, ["gate/fail-reason"]),
    ("stage-04-backend", {"status": "FAIL", "failure_reason": "STALE"}, []),
    ("stage-07", {"retry_number": 1, "previous_failure_reason": "404"}, ["gate/retry-differs"]),
    *(
        (
            "stage-07",
            {"retry_number": 1, "previous_failure_reason": "404", "this_attempt_differs_by": blank},
            ["gate/retry-differs"],
        )
        for blank in (" ", "\u200b\u2060 \ufeff", "\u2800", "\u00ad")
    ),
    ("stage-01", {"agent": "\u200b"}, ["gate/schema"]),
    ("stage-07", {"retry_number": 1, "this_attempt_differs_by": "wildcard"}, ["gate/retry-reason"]),
    ("stage-07", {"retry_number": 2, "previous_failure_reason": "404", "this_attempt_differs_by": "wildcard"}, []),
    ("stage-07", {"retry_number": 0}, []),
    ("stage-07", {"retry_number": -1}, ["gate/schema"]),
]


@pytest.mark.parametrize(("stage", "changes", "expected"), STAGE_CASES)
def test_rules(stage: str, changes: dict[str, Any], expected: list[str]) -> None:
    assert rules(read_fields(gate(stage, **changes), stage)) == expected


FORBIDDEN = {
    "full": "",
    "quick": "02 03 05",
    "nano": "01 02 03 05 06 08 09",
    "config-only": "01 02 03 06 09",
    "dep-update": "01 02 03 05 09",
    "hotfix": "01 02 03",
}


@pytest.mark.parametrize("track", sorted(FORBIDDEN))
@pytest.mark.parametrize("stage", sorted(VALID))
def test_tracks_forbid_stages(track: str, stage: str) -> None:
    shipped, _ = load_policy(None)
    assert shipped is not None
    facts = GateRules(shipped).applied(read_fields(gate(stage, track=track)))
    forbidden = stage.split("-")[1] in FORBIDDEN[track].split() and stage != "stage-05-security"
    assert ("gate/track-forbids" in rules(facts)) == forbidden


@pytest.mark.parametrize("stage", ["stage-10", "stage-00", "stage-06", "stage-05-license", "stage-07-backend"])
def test_an_unknown_stage_is_judged_by_the_base_schema(stage: str) -> None:
    fields = {key: VALID["stage-01"][key] for key in ("status", "agent", "track", "timestamp", "blockers", "warnings")}
    facts = read_fields({"stage": stage, **fields})
    assert [(finding.rule, finding.level) for finding in facts.findings] == [("gate/unknown-stage", WARNING)]
    assert facts.status == "PASS"
    assert "gate/schema" in rules(read_fields({"stage": stage, **fields, "agent": ""}))


def test_findings_stand_in_their_lines() -> None:
    fields = gate(
        "stage-05", track="slow", lint_passed=False, sca_findings={"high": 0, "critical": 2}, warnings=["a", 3]
    )
    facts = read_fields({key: value for key, value in fields.items() if key != "tests_passed"})
    text = render(facts.fields).decode().split("\n")
    assert [(finding.rule, text[finding.line - 1].strip()) for finding in facts.findings] == [
        ("gate/schema", "{"),
        ("gate/schema", '"track": "slow",'),
        ("gate/pass-needs", '"lint_passed": false,'),
        ("gate/schema", "3"),
        ("gate/pass-needs", '"critical": 2'),
    ]


def test_a_broken_document_keeps_only_its_name() -> None:
    facts = read(b'{"status": "PASS", "status": "PASS"}', "stage-04-backend.json")
    assert rules(facts) == ["json/duplicate-key"]
    assert (facts.stage, facts.suffix, facts.fields, facts.payload) == ("stage-04-backend", "backend", {}, "")


def test_the_payload_ignores_form_time_and_subject() -> None:
    fields = VALID["stage-07"]
    same = dict(reversed(fields.items())) | {
        "timestamp": "2027-01-01T00:00:00Z",
        "subject": {"inputs": "i1:" + "1" * 64},
    }
    assert read_fields(same).payload == read_fields(fields).payload == payload(fields)
    assert read(json.dumps({**fields, "tests_total": 23.0}).encode(), "stage-07.json").payload == payload(fields)
    assert payload({**fields, "tests_total": 24}) != payload(fields)
    assert payload({**fields, "warnings": ["é"]}) != payload(fields)


def test_render_keeps_order_and_letters() -> None:
    assert render({"b": ["é"], "a": []}) == '{\n  "b": [\n    "é"\n  ],\n  "a": []\n}\n'.encode()


def test_own_schemas_are_added_to_the_base() -> None:
    own = {
        "stage-10-audit": schema.from_bytes(
            b'{"required": ["score"], "properties": {"score": {"maximum": 9}}}', "x.json"
        )
    }
    fields = {
        **{key: VALID["stage-01"][key] for key in ("agent", "track", "timestamp", "blockers", "warnings")},
        "score": 1,
    }
    named = {"stage": "stage-10-audit", "status": "PASS", **fields}
    assert rules(read(render(named), "stage-10-audit.json", own)) == []
    assert rules(read(render({**named, "score": 10}), "stage-10-audit.json", own)) == ["gate/schema"]
    assert rules(read(render({**named, "agent": ""}), "stage-10-audit.json", own)) == ["gate/schema"]
    assert rules(read(render({**named, "Score": 1}), "stage-10-audit.json", own)) == ["json/lookalike-key"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-26T10:00:00Z", 1774519200),
        ("2026-03-26T11:00:00+01:00", 1774519200),
        ("2026-03-26T04:30:00-0530", 1774519200),
        ("2026-03-26T10:00Z", 1774519200),
        ("2026-03-26T10:00:00.999Z", 1774519200),
        ("0001-01-01T00:00:00+14:00", -62135647200),
        *((text, None) for text in ("2026-03-26", "2026-03-26T10:00:00", "2026-03-26 10:00:00Z", "20260326T100000Z")),
        *((text, None) for text in ("2026-02-30T10:00:00Z", "2026-03-26T24:00:00Z", "2026-03-26T10:60:00Z", "", "now")),
        *((text, None) for text in ("2026-03-26T10:00:00Z\n", "0000-01-01T00:00:00Z", "２026-03-26T10:00:00Z")),
        *((text, None) for text in ("2026-W13-4T10:00:00Z", "2026-03-26T10:00:00+25:00")),
    ],
)
def test_timestamps(text: str, seconds: int | None) -> None:
    assert epoch(text) == seconds


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(VALID)), st.data())
def test_no_field_of_any_type_raises(stage: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(VALID[stage])))
    values = (
        st.none()
        | st.booleans()
        | st.integers(-3, 3)
        | st.floats(-2, 2)
        | st.text(max_size=3)
        | st.just([[]])
        | st.just({})
    )
    facts = read_fields({**VALID[stage], key: data.draw(values)}, stage)
    assert facts.stage == stage
    assert all(isinstance(text, str) for text in (facts.status, facts.agent, facts.track, *facts.blockers))
