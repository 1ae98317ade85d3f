"""Rules of one gate that its schema cannot express: numbers that must add up, names that must agree, tracks.

Each looks at the gate's own fields, and only at fields of the right type: what the schema refuses already is
not said twice. The reader places each finding in the line of the key that comes with it.
"""

from __future__ import annotations

import json

from commitgate.finding import MALFORMED, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SCOPED = ("quick", "dep-update")
# (stage, tracks, field, the value that a PASS must have there)
_NEEDED = (
    ("stage-07", ("nano", "config-only", "dep-update"), "regression_check", "PASS"),
    ("stage-05", ("hotfix",), "stage_4_5a_skipped", True),
)

# (key that the finding is about, finding without a line)
Keyed = tuple[str, Finding]


def rules(stage: str, fields: dict[str, Any]) -> Iterator[Keyed]:
    """The findings of the rules below for one gate; ``stage`` is its id as the file name says."""
    number, _, suffix = stage.removeprefix("stage-").partition("-")
    track = fields.get("track")
    if type(track) is str:
        yield from _track(stage, number, track, fields)
    if number in ("04", "06") and suffix:
        yield from _area(suffix, fields)
    if number == "06":
        yield from _approvals(fields)
    if stage == "stage-07":
        yield from _totals(fields)
    if "retry_number" in fields:
        yield from _retries(fields)


def _track(stage: str, number: str, track: str, fields: dict[str, Any]) -> Iterator[Keyed]:
    if number == "06" and track in _SCOPED:
        approvals = fields.get("required_approvals")
        if fields.get("review_shape") == "matrix":
            message = f"review_shape: found matrix, expected scoped on the track {track}"
            yield "review_shape", Finding("gate/track-review", MALFORMED, message, "run git gate derive")
        if type(approvals) is int and approvals > 1:
            message = f"required_approvals: found {approvals}, expected 1 on the track {track}"
            yield "required_approvals", Finding("gate/track-review", MALFORMED, message, "run git gate derive")
    if fields.get("status") == "PASS":
        for needed_by, tracks, key, value in _NEEDED:
            found = fields.get(key)
            if stage == needed_by and track in tracks and (type(found) is not type(value) or found != value):
                wanted = json.dumps(value)
                shown = f"found {json.dumps(found)[:60]}" if key in fields else "missing"
                message = f"{key}: {shown}, but a PASS of {stage} on the track {track} needs {wanted}"
                hint = f'record "{key}": {wanted} when it is so, or set "status" to "FAIL"'
                yield key, Finding("gate/track-needs", MALFORMED, message, hint)


def _area(suffix: str, fields: dict[str, Any]) -> Iterator[Keyed]:
    area = fields.get("area")
    if type(area) is str and area.strip() and area != suffix:
        message = f'area: found {area[:60]!a}, expected "{suffix}" as the file name says'
        yield "area", Finding("gate/area", MALFORMED, message, f'write "area": "{suffix}", or rename the file')


def _approvals(fields: dict[str, Any]) -> Iterator[Keyed]:
    names, wanted = fields.get("approvals"), fields.get("required_approvals")
    if type(names) is not list or not all(type(name) is str for name in names):
        return
    different = len(set(names))
    if different != len(names):
        message = f"approvals: found {len(names)} names of {different} reviewers, expected each reviewer once"
        yield "approvals", Finding("gate/approvals", MALFORMED, message, "run git gate derive")
    if fields.get("status") == "PASS" and type(wanted) is int and different < wanted:
        message = f"approvals: found {different}, but a PASS needs as many as required_approvals: {wanted}"
        yield "approvals", Finding("gate/approvals", MALFORMED, message, "run git gate derive")


def _totals(fields: dict[str, Any]) -> Iterator[Keyed]:
    total, passed, failed = fields.get("tests_total"), fields.get("tests_passed"), fields.get("tests_failed")
    if type(total) is not int or type(passed) is not int or type(failed) is not int:
        return
    if fields.get("status") == "PASS" and passed + failed != total:
        message = f"tests_total: found {total}, but a PASS needs tests_passed + tests_failed = {passed + failed}"
        yield "tests_total", Finding("gate/totals", MALFORMED, message, "copy the three numbers from the test run")


def _retries(fields: dict[str, Any]) -> Iterator[Keyed]:
    number, reason = fields["retry_number"], fields.get("previous_failure_reason")
    if type(number) is int and number >= 1 and not (type(reason) is str and reason.strip()):
        message = f"previous_failure_reason: found none, expected why the attempt before retry {number} failed"
        yield "retry_number", Finding("gate/retry-reason", WARNING, message, 'add "previous_failure_reason": "…"')
