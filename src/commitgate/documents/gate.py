"""``pipeline/gates/<stage id>.json``: from bytes and file name to facts.

Everything that the gate alone can tell is judged here: strict JSON, the schema of its stage, and the rules of
``gate_rules``. Whether it agrees with other documents, with history or with the clock is the judge's question.
"""

from __future__ import annotations

import re
from json import JSONEncoder

from commitgate.digest import sha256
from commitgate.documents.facts import GateFacts
from commitgate.documents.gate_rules import rules
from commitgate.documents.json_lines import Places, key_lines
from commitgate.documents.json_strict import load
from commitgate.documents.schema import validator
from commitgate.documents.timestamp import FORM, epoch
from commitgate.finding import MALFORMED, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from commitgate.documents.checker import Checker

_NAME = re.compile(r"stage-(?:([0-9]{2})(?:-([a-z0-9][a-z0-9_-]*))?|budget)\.json")
_OWN = frozenset(
    {
        *("stage-01", "stage-02", "stage-03", "stage-04", "stage-05", "stage-05-security"),
        *("stage-07", "stage-08", "stage-09", "stage-budget"),
    }
)
_FAN_OUT = {"04": "stage-04-area", "06": "stage-06-area"}
_CONDITIONAL_RULES = {"blockers": "gate/pass-with-blockers", "this_attempt_differs_by": "gate/retry-differs"}
_canonical = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
_pretty = JSONEncoder(indent=2, ensure_ascii=False).encode


def stage_id(file_name: str) -> tuple[str, str] | None:
    """(number, suffix) of a gate's file name: ("04", "backend"), ("07", ""), ("budget", ""); None for others."""
    found = _NAME.fullmatch(file_name)
    if not found:
        return None
    return found[1] or "budget", found[2] or ""


def read(
    data: bytes, file_name: str, own: Mapping[str, Checker] | None = None, added: Checker | None = None
) -> GateFacts:
    """The facts of one gate. Never raises on bad input; with any MALFORMED finding ``status`` is "".

    ``own`` holds schemas by stage id that replace the shipped one of that stage, but never the base schema. ``added``
    is one that must hold beside all others.
    """
    parts = stage_id(file_name)
    if not parts:
        finding = Finding(
            "gate/file-name",
            MALFORMED,
            f"found {ascii(file_name)[1:-1]}, expected stage-NN.json, stage-NN-<suffix>.json or stage-budget.json",
            "rename the file, or move it out of the gates folder",
        )
        return GateFacts("", "", "", "", "", "", None, (), (), "", "", {}, {}, (finding,))
    number, suffix = parts
    stage = file_name.removesuffix(".json")
    checkers = _checkers(stage, own)
    if added is not None:
        checkers = (*checkers, added)
    keys = checkers[0].keys
    for checker in checkers[1:]:
        keys |= checker.keys
    fields, broken = load(data, keys)
    if fields is None:
        return GateFacts(stage, number, suffix, "", "", "", None, (), (), "", "", {}, {}, broken)
    text = data.decode()
    lines = key_lines(text)
    when = epoch(_text(fields, "timestamp"))
    findings = _findings(stage, fields, lines, when)
    if len(checkers) == 1 and _schema_name(stage) == "base":
        message = f"found {stage}, expected a stage of the pipeline: only the base schema judges this gate"
        findings.append(Finding("gate/unknown-stage", WARNING, message, "check the file name", line=1))
    for checker in checkers:
        if not checker.accepts(fields):
            findings.extend(_refused(checker, fields, Places(text)))
    if fields.get("status") == "ESCALATE" or fields.get("status") == "FAIL":
        findings.extend(_unexplained(fields, checkers, lines["status"]))
    if findings:
        findings = sorted(dict.fromkeys(findings), key=_by_line)
    acceptable = not any(finding.level == MALFORMED for finding in findings)
    subject = fields.get("subject")
    return GateFacts(
        stage,
        number,
        suffix,
        _text(fields, "status") if acceptable else "",
        _text(fields, "agent"),
        _text(fields, "track"),
        when,
        _texts(fields, "blockers"),
        _texts(fields, "warnings"),
        payload(fields),
        _text(subject, "inputs") if type(subject) is dict else "",
        fields,
        lines,
        tuple(findings),
    )


def payload(fields: Mapping[str, Any]) -> str:
    """sha256 (64 hex digits) of what a gate says: canonical JSON without ``timestamp`` and ``subject``."""
    said = {key: value for key, value in fields.items() if key != "timestamp" and key != "subject"}
    digest: str = sha256(_canonical(said).encode()).hexdigest()
    return digest


def render(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a gate file: two spaces of indent, UTF-8, the order of the keys kept, a newline at the end."""
    return (_pretty(fields) + "\n").encode()


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if type(value) is str else ""


def _texts(fields: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = fields.get(key)
    return tuple(item for item in value if type(item) is str) if type(value) is list else ()


def _by_line(finding: Finding) -> int:
    return finding.line


def _schema_name(stage: str) -> str:
    """The shipped schema of a stage; "base" for a stage that the pipeline does not know."""
    if stage in _OWN:
        return stage
    number, _, suffix = stage.removeprefix("stage-").partition("-")
    return _FAN_OUT.get(number, "base") if suffix else "base"


def _checkers(stage: str, own: Mapping[str, Checker] | None) -> tuple[Checker, ...]:
    if own and stage in own:
        return validator("base"), own[stage]
    return (validator(_schema_name(stage)),)


def _findings(stage: str, fields: dict[str, Any], lines: Mapping[str, int], when: int | None) -> list[Finding]:
    """What is wrong beside the schema."""
    findings = []
    named = fields.get("stage")
    if type(named) is str and named != stage:
        message = f'stage: found {named[:60]!a}, expected "{stage}" as the file name says'
        hint = f'write "stage": "{stage}", or rename the file'
        findings.append(Finding("gate/stage-name", MALFORMED, message, hint, line=lines["stage"]))
    if when is None and type(fields.get("timestamp")) is str:
        message = f"timestamp: found {fields['timestamp'][:60]!a}, expected {FORM}"
        hint = "write the time with its zone"
        findings.append(Finding("gate/timestamp", MALFORMED, message, hint, line=lines["timestamp"]))
    for key, finding in rules(stage, fields):
        findings.append(finding._replace(line=lines.get(key) or lines.get("status", 1)))
    return findings


def _refused(checker: Checker, fields: dict[str, Any], places: Places) -> Iterator[Finding]:
    """What a schema refuses, each with the rule that it breaks."""
    for refusal in checker.refusals(fields):
        # A wrong name is gate/stage-name already, whichever pattern or constant refuses it here.
        if refusal.path == ("stage",) and type(fields.get("stage")) is str:
            continue
        rule, message = "gate/schema", refusal.message
        hint = f"correct {refusal.field}; {checker.place} describes every field"
        if refusal.conditional:
            rule = _CONDITIONAL_RULES.get(refusal.field, "gate/pass-needs")
            message = f"{refusal.field}: {refusal.found}, but a PASS needs {refusal.expected}"
            hint = 'finish the work, or set "status" to "FAIL" and name the reason in "blockers"'
        if rule == "gate/retry-differs":
            message = f"{refusal.field}: {refusal.found}, expected a text, since retry_number is at least 1"
            hint = "say what this attempt does differently from the one before"
        yield Finding(rule, MALFORMED, message, hint, line=places.line(refusal.path))


def _unexplained(fields: dict[str, Any], checkers: tuple[Checker, ...], line: int) -> Iterator[Finding]:
    """Warnings about an ESCALATE or FAIL that does not say why."""
    if fields["status"] == "ESCALATE":
        if not _text(fields, "escalation_reason").strip():
            message = "escalation_reason: found none, expected why this is escalated"
            hint = 'add "escalation_reason": "…"'
            yield Finding("gate/escalation-reason", WARNING, message, hint, line=line)
        return
    said = (*_texts(fields, "blockers"), _text(fields, "failure_reason"))
    # A stage field says why when the same fields could not be a PASS: tests_failed 1, pm_approved false, …
    as_pass = {**fields, "status": "PASS", "blockers": []}
    if not any(text.strip() for text in said) and all(checker.accepts(as_pass) for checker in checkers):
        message = "blockers: found none, and no field that explains the FAIL, expected the reason"
        yield Finding("gate/fail-reason", WARNING, message, 'name the reason in "blockers"', line=line)
