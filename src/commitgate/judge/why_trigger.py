"""Why a security trigger fires or not, and who settles it."""

from __future__ import annotations

from commitgate.judge.stages import PASSED
from commitgate.judge.verdict import Verdict
from commitgate.judge.why import Because, Reason
from commitgate.policy.layout import SECURITY_GATE
from commitgate.policy.model import Policy, Trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commitgate.documents.facts import LineHit
    from commitgate.facts import Change

_MOST = 10
_LOOKED_FOR = 8


def of_trigger(
    policy: Policy,
    verdict: Verdict,
    trigger: Trigger,
    changes: Iterable[Change],
    lines: Mapping[str, tuple[LineHit, ...]],
) -> Because:
    """A trigger of the policy against the change: file by file, then what it looks for. ``lines``: by path."""
    listed = list(changes)
    hits = [(change.path, matched) for change in listed for name, matched in change.triggers if name == trigger.id]
    for change in listed:
        told = next((one.told for one in lines.get(change.path, ()) if one.trigger == trigger.id), "")
        if told:
            hits.append((change.path, told))
    who, command = _settled_by(policy, verdict)
    reasons = [
        Reason("security/required", f"{path} ({matched})", who, command, trigger.place)
        for path, matched in hits[:_MOST]
    ]
    if len(hits) > _MOST:
        reasons.append(Reason("security/required", f"and {len(hits) - _MOST} more files"))
    track = policy.tracks.get(verdict.track)
    if hits and track is not None and trigger.id in track.too_light_for:
        fact = f"track {track.name} is not enough for a change that fires it"
        reasons.append(Reason("track/too-light", fact, "principal", 'git gate rule "track" "full"', trigger.place))
    if not hits:
        looked = f"none of the {len(listed)} changed files" if len(listed) > 1 else "nothing that changed"
        reasons.append(Reason("", f"{looked} holds what it looks for", place=trigger.place))
    reasons.append(Reason("", _looks_for(trigger), place="" if reasons[0].place else trigger.place))
    if trigger.why:
        reasons.append(Reason("", f"why: {trigger.why}"))
    fires = f"it fires on {len(hits)} file{'s' if len(hits) > 1 else ''}" if hits else "it does not fire"
    return Because(trigger.id, fires, tuple(reasons))


def of_silenced(name: str, place: str) -> Because:
    """A shipped trigger that the repository has switched off."""
    fact = "the policy of this repository switches it off, so nothing fires it"
    return Because(name, "it is switched off", (Reason("", fact, "whoever owns the policy", place=place),))


def _settled_by(policy: Policy, verdict: Verdict) -> tuple[str, str]:
    """(role, command) that answers a fired trigger; ("", "") when it is answered, or no stage is there to answer it."""
    if verdict.board is None:
        return "", ""
    for stage in policy.tracks[verdict.track].stages:
        box = next((one for one in verdict.board.boxes if one.stage == stage.name), None)
        if stage.gate == SECURITY_GATE and box is not None and box.state != PASSED:
            ready = verdict.board.open[stage.name]
            return box.role, f"git gate pass {stage.name}" if ready else f"git gate why {stage.name}"
    return "", ""


def _looks_for(trigger: Trigger) -> str:
    idioms = tuple(idiom for _, some in trigger.lines for idiom in some)
    looked = (("words", trigger.words), ("paths", trigger.patterns), ("lines like", idioms))
    parts = [f"{what} {_some(found)}" for what, found in looked if found]
    built_in = _BUILT_IN.get(trigger.id, "it has neither words nor paths nor lines, so nothing fires it")
    return f"it looks for {' and '.join(parts)}" if parts else built_in


_BUILT_IN = {
    "dep:new": "it compares the dependencies that a manifest names before and after",
    "content:opaque": "it looks for files that nobody can read by lines: binary, too large, another repository",
}


def _some(found: tuple[str, ...]) -> str:
    more = f" and {len(found) - _LOOKED_FOR} more" if len(found) > _LOOKED_FOR else ""
    return ", ".join(found[:_LOOKED_FOR]) + more
