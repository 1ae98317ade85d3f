"""The warnings that gates carry forward, so that what was known early is not forgotten at the end."""

from __future__ import annotations

from commitgate.facts import Snapshot


def carried_warnings(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(stage id, warning) of every gate, in the order of the stages; the same text once, where it came from."""
    first: dict[str, str] = {}
    for stage_id, gate in sorted(snapshot.gates().items()):
        for warning in gate.warnings:
            first.setdefault(warning, stage_id)
    return [(stage_id, warning) for warning, stage_id in first.items()]
