"""A complete gate from what the tree says, what a person says, and what the gate before it said."""

from __future__ import annotations

from typing import Any, NamedTuple

from commitgate.documents.facts import GateFacts
from commitgate.documents.gate import payload
from commitgate.judge.binding import inputs
from commitgate.judge.gates import trailing_failures
from commitgate.policy.model import Stage
from commitgate.working.desk import Desk
from commitgate.working.gate_fields import Fields, Tree, fields_of
from commitgate.working.run_folder import timestamp
from commitgate.working.settings import TEXT, UNSET, Ask, placeholder

PASS, FAIL, ESCALATE = "PASS", "FAIL", "ESCALATE"
_BASE = ("stage", "status", "agent", "track", "timestamp", "blockers", "warnings", "subject", "area")
_RETRY = ("retry_number", "previous_failure_reason", "this_attempt_differs_by")
# These explain one status, and mean nothing under another.
_OF_STATUS = (
    "failure_reason",
    "assigned_retry_to",
    "escalation_reason",
    "decision_needed",
    "options",
    "escalated_by",
    "pipeline_halted_at",
)
# A folded gate was nobody's word, so nothing of it is kept.
FOLDED = ("auto_from_stage_07", "auto_from_stage_04")


class Request(NamedTuple):
    """What is to be recorded. ``warnings`` None: keep those of the gate before."""

    status: str
    agent: str
    settings: dict[str, Any]
    warnings: tuple[str, ...] | None
    blockers: tuple[str, ...]


def compose(
    desk: Desk, stage: Stage, stage_id: str, area: str, request: Request
) -> tuple[dict[str, Any], tuple[Ask, ...]]:
    """The fields of a gate in the order of the file, and what a person has to say still: placeholders stand there."""
    found = desk.snapshot.gates().get(stage_id)
    before = found.fields if found is not None and not any(found.fields.get(key) is True for key in FOLDED) else {}
    trusted = found if before and found is not None and found.status else None
    said, settings = _said(desk, stage_id, area, request, before, trusted), dict(request.settings)
    if request.status == ESCALATE:
        said = Fields(said.computed, (*said.asked, Ask("escalation_reason", TEXT, "Why is this escalated?")))
    values, missing = _values(said, settings, before if trusted is not None else {}, request.status)
    head = {
        "stage": stage_id,
        "status": request.status,
        "agent": request.agent,
        "track": desk.track.name,
        "timestamp": timestamp(desk.now),
    }
    known = {*_BASE, *_RETRY, *_OF_STATUS, *said.computed, *(ask.key for ask in said.asked)}
    kept = {key: value for key, value in before.items() if key not in known}
    if trusted is not None and trusted.status == request.status:
        kept |= {key: before[key] for key in _OF_STATUS if key in before and key not in values}
    tail = _notes(request, trusted) | {key: settings.pop(key) for key in ("blockers", "warnings") if key in settings}
    fields = head | values | kept | {key: value for key, value in settings.items() if key not in values}
    if request.status == PASS:
        tail["subject"] = {"inputs": inputs(desk.policy, desk.snapshot, stage, stage_id, area).digest}
    return fields | tail, missing


def _notes(request: Request, trusted: GateFacts | None) -> dict[str, Any]:
    """Blockers and warnings: as given, else as they were. Warnings outlive a change of status, blockers do not."""
    blockers, warnings = request.blockers, request.warnings
    if trusted is not None and not blockers and trusted.status == request.status:
        blockers = trusted.blockers
    if warnings is None:
        warnings = trusted.warnings if trusted is not None else ()
    return {"blockers": list(blockers), "warnings": list(warnings)}


def _said(
    desk: Desk, stage_id: str, area: str, request: Request, before: dict[str, Any], trusted: GateFacts | None
) -> Fields:
    """The stage's own fields, and for a repeated FAIL those that count the attempts."""
    own = fields_of(Tree(desk.policy, desk.track, desk.snapshot, desk.history), stage_id, area)
    if request.status != FAIL:
        return own
    attempts = tuple(one for one in desk.history.attempts.get(stage_id, ()) if one.commit)
    failed = trailing_failures(attempts)
    if not failed or (trusted is not None and _repeats(own, request, before)):
        kept = {key: before[key] for key in _RETRY if key in before} if failed else {}
        return Fields(own.computed | kept, own.asked)
    number = len(failed)
    again = trusted is not None and trusted.fields.get("retry_number") == number
    reason = str(before.get("previous_failure_reason") or "") if again else _reason(trusted)
    counted: dict[str, Any] = {"retry_number": number}
    if reason:
        counted["previous_failure_reason"] = reason
    asks = list(own.asked)
    differs = Ask("this_attempt_differs_by", TEXT, "What does this attempt do differently?")
    if again:
        asks.append(differs._replace(default=before.get(differs.key, UNSET)))
    else:
        asks.append(differs)
    return Fields(own.computed | counted, tuple(asks))


def _repeats(own: Fields, request: Request, before: dict[str, Any]) -> bool:
    """Whether nothing is said that the FAIL on record does not say already: then it is no further attempt."""
    if before.get("status") != FAIL or request.agent != before.get("agent"):
        return False
    said = own.computed | request.settings
    if request.blockers:
        said["blockers"] = list(request.blockers)
    if request.warnings is not None:
        said["warnings"] = list(request.warnings)
    return payload(said) == payload({key: before.get(key) for key in said})


def _reason(trusted: GateFacts | None) -> str:
    if trusted is None or trusted.status != FAIL:
        return ""
    return "; ".join(trusted.blockers) or str(trusted.fields.get("failure_reason") or "")


def _values(
    said: Fields, settings: dict[str, Any], before: dict[str, Any], status: str
) -> tuple[dict[str, Any], tuple[Ask, ...]]:
    """The stage's own fields, and the questions that stay open. What was said before holds while it can hold."""
    values = {key: settings.get(key, value) for key, value in said.computed.items()}
    missing = []
    for one in said.asked:
        ask = one if status == PASS else one._replace(passing=UNSET)
        kept = before.get(ask.key, UNSET) if ask.key not in _RETRY else UNSET
        if ask.passing is not UNSET and kept != ask.passing:
            kept = UNSET
        for value in (settings.get(ask.key, UNSET), kept, ask.default):
            if value is not UNSET:
                values[ask.key] = value
                break
        else:
            missing.append(ask)
            values[ask.key] = placeholder(ask)
    return values, tuple(missing)
