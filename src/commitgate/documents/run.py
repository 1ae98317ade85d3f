"""``pipeline/run.json``: which feature travels on which track.

``{"schema": 1, "run": "<id>", "feature": "<title>", "track": "<track>", "created": "<ISO 8601 with zone>"}``;
further keys are allowed and kept out of the facts.
"""

from __future__ import annotations

from json import JSONDecoder

from commitgate.documents.facts import RunFacts
from commitgate.documents.gate import render
from commitgate.documents.json_lines import Places, after_blanks, key_lines, members
from commitgate.documents.json_strict import load
from commitgate.documents.schema import validator
from commitgate.documents.timestamp import FORM, epoch
from commitgate.finding import MALFORMED, Finding


def read(data: bytes) -> RunFacts:
    """The facts of a run file. Never raises on bad input; ``id`` is "" when it cannot be accepted."""
    checker = validator("run")
    fields, broken = load(data, checker.keys)
    if fields is None:
        return RunFacts("", "", "", "", broken, {})
    text = data.decode()
    lines = key_lines(text)
    places = Places(text)
    hint = 'correct pipeline/run.json; "git gate start" writes one'
    findings = [
        Finding("run/schema", MALFORMED, refusal.message, hint, line=places.line(refusal.path))
        for refusal in checker.refusals(fields)
    ]
    created = fields.get("created")
    if type(created) is str and epoch(created) is None:
        message = f"created: found {created[:60]!a}, expected {FORM}"
        findings.append(
            Finding("run/created", MALFORMED, message, "write the time with its zone", line=lines["created"])
        )
    texts = {key: value for key, value in fields.items() if type(value) is str}
    return RunFacts(
        "" if findings else texts["run"],
        texts.get("feature", ""),
        texts.get("track", ""),
        texts.get("created", ""),
        tuple(findings),
        lines,
    )


def write(run: str, feature: str, track: str, created: str) -> bytes:
    """The bytes of a run file; what is given must be what ``read`` accepts."""
    return render({"schema": 1, "run": run, "feature": feature, "track": track, "created": created})


def with_track(data: bytes, track: str) -> bytes:
    """A run file that ``read`` accepts with another track; every other byte stays."""
    text = data.decode()
    value = next(value for name, _, value in members(text, after_blanks(text, 0)) if name == "track")
    _, end = JSONDecoder().raw_decode(text, value)
    return (text[:value] + f'"{track}"' + text[end:]).encode()
