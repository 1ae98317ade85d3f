"""What a policy says about gates beyond their own bytes: stages that it knows, schemas of its own, what tracks forbid.

The facts of a gate are a pure function of its bytes and are kept as such; this is laid over them, for one policy.
"""

from __future__ import annotations

from commitgate.finding import MALFORMED, Finding
from commitgate.policy.layout import area_of
from commitgate.policy.model import BY_TRACK, LeftOut, Policy, Schema, Stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.documents.facts import GateFacts

_UNKNOWN_STAGE = "gate/unknown-stage"


class GateRules:
    """One policy, asked about many gates."""

    def __init__(self, policy: Policy) -> None:
        self._tracks = policy.tracks
        stages = {stage.name: stage for track in policy.tracks.values() for stage in track.stages}
        self._stages = tuple(stages.values())
        schemas = {schema.path: schema for schema in policy.schemas}
        self._schemas = [(stage, schemas[stage.schema]) for stage in self._stages if stage.schema in schemas]
        self._known: dict[tuple[str, str], LeftOut | None] = {}

    def schema(self, stage_id: str) -> Schema | None:
        """The repository's own schema of a gate."""
        for stage, schema in self._schemas:
            if area_of(stage, stage_id) is not None:
                return schema
        return None

    def applied(self, facts: GateFacts) -> GateFacts:
        """The facts of a gate under this policy: a stage that it knows is not unknown, and a track may forbid it."""
        forbidden = self._forbidden(facts.stage, facts.track) if facts.track else None
        unknown = any(one.rule == _UNKNOWN_STAGE for one in facts.findings)
        if unknown and any(_is_of(stage, facts.stage) for stage in self._stages):
            facts = facts._replace(findings=tuple(one for one in facts.findings if one.rule != _UNKNOWN_STAGE))
        if forbidden is None:
            return self._of_its_area(facts)
        hint = "remove the gate, or correct its track; git gate graph shows the stages of each track"
        why = "" if forbidden.by == BY_TRACK else f" ({forbidden.why})"
        message = f"track: found {facts.track}, which has no {facts.stage}{why}, expected a track with this stage"
        return _refused(facts, "gate/track-forbids", "track", message, hint)

    def _of_its_area(self, facts: GateFacts) -> GateFacts:
        """The gate of one area speaks of that area; the reader knows so for the shipped stages only."""
        named = facts.fields.get("area")
        if not isinstance(named, str) or not named.strip() or any(one.rule == "gate/area" for one in facts.findings):
            return facts
        area = next((found for stage in self._stages if (found := area_of(stage, facts.stage))), "")
        if not area or area == named:
            return facts
        message = f'area: found {named[:60]!a}, expected "{area}" as the file name says'
        return _refused(facts, "gate/area", "area", message, f'write "area": "{area}", or rename the file')

    def _forbidden(self, stage_id: str, track: str) -> LeftOut | None:
        """The stage because of which a track must not have a gate; None when it may."""
        key = (stage_id, track)
        if key not in self._known:
            self._known[key] = self._why_forbidden(stage_id, track)
        return self._known[key]

    def _why_forbidden(self, stage_id: str, track: str) -> LeftOut | None:
        known = self._tracks.get(track)
        if known is None or any(area_of(stage, stage_id) is not None for stage in known.stages):
            return None
        return next(
            (one for one in known.left_out if stage_id == one.gate or stage_id.startswith(f"{one.gate}-")), None
        )


def _refused(facts: GateFacts, rule: str, field: str, message: str, hint: str) -> GateFacts:
    found = Finding(rule, MALFORMED, message, hint, line=facts.lines.get(field, 0))
    return facts._replace(status="", findings=tuple(sorted((*facts.findings, found), key=lambda one: one.line)))


def _is_of(stage: Stage, stage_id: str) -> bool:
    """Whether a stage may have this gate; one that is computed for each area has none without an area."""
    area = area_of(stage, stage_id)
    return area is not None and not (stage.derived and stage.fan_out and not area)
