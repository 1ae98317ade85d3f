"""Areas, reviewers, triggers and budget: from the data of the two sources to records."""

from __future__ import annotations

from commitgate.digest import sha256
from commitgate.policy.globs import LENGTH_LIMIT, plain
from commitgate.policy.model import EVERY, Area, Budget, Reviewer, Trigger
from commitgate.policy.run_patterns import refusal
from commitgate.policy.sources import Path, Sources, laid_over, nearest
from commitgate.policy.words import words
from commitgate.policy.yaml_strict import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OTHER = "other"
DEPS = "deps"
CONTROL_PLANE = "control:plane"
_IDIOMS_LIMIT = 500  # of one trigger
# These areas have a meaning of their own; replacing the list of areas does not lose them.
_KEPT_AREAS = ("qa", DEPS)


def areas(sources: Sources, triggers: tuple[Trigger, ...]) -> tuple[Area, ...]:
    """Every area in the order of the file, then qa and deps when the repository does not name them, then other."""
    shipped: dict[str, Any] = sources.shipped["areas"]
    own: dict[str, Any] = sources.own.get("areas") or {}
    written = {**own, **{name: shipped[name] for name in _KEPT_AREAS if name not in own}} if own else shipped
    made: list[Area] = []
    for name, value in written.items():
        given = {"paths": value} if isinstance(value, list) else value
        fields = laid_over(shipped.get(name, {}) if name in _KEPT_AREAS else {}, given)
        paths = fields.get("paths")
        path: Path = ("areas", name, "paths") if isinstance(value, dict) else ("areas", name)
        if paths is None and "paths_of" not in fields:
            sources.refuse("schema", path, f"areas.{name}: 'paths' is missing", "give the area its path patterns")
        if paths is None:
            paths = _patterns_of(sources, triggers, fields.get("paths_of", ""))
        elif name in own:
            # Manifests are recognised like a trigger's paths: a pattern only adds.
            (check_adding_patterns if name == DEPS else check_patterns)(sources, path, paths)
        made.append(
            Area(
                name=name,
                patterns=tuple(paths),
                reviewed=fields.get("reviewed", True),
                approvals=int(fields.get("approvals", 0)),
                early=True,
                role=fields.get("role", f"dev-{name}"),
            )
        )
    made.append(Area(OTHER, (), reviewed=True, approvals=1, early=False, role=f"dev-{OTHER}"))
    return tuple(made)


def _patterns_of(sources: Sources, triggers: tuple[Trigger, ...], trigger_id: str) -> list[str]:
    """The patterns of a trigger, also of one that the repository has switched off."""
    for trigger in triggers:
        if trigger.id == trigger_id:
            return list(trigger.patterns)
    patterns: list[str] = sources.shipped["triggers"][trigger_id]["paths"] if trigger_id else []
    return patterns


def reviewers(sources: Sources, areas: tuple[Area, ...]) -> tuple[Reviewer, ...]:
    """The reviewer that each area brings, the shipped roles, and the repository's own, one record for each."""
    own_areas = [area.name for area in areas if area.name not in (OTHER, DEPS)]
    fields: dict[str, dict[str, Any]] = {name: {"areas": [name], "aliases": [f"dev-{name}"]} for name in own_areas}
    for name, value in sources.shipped["reviewers"].items():
        fields[name] = laid_over(value, fields.get(name))
    for name, value in (sources.own.get("reviewers") or {}).items():
        known = fields.get(name, {"aliases": [f"dev-{name}"]})
        merged = laid_over(known, value)
        # Aliases are added, never taken away: "dev-backend" stays a name of backend.
        merged["aliases"] = [*known.get("aliases", []), *((value or {}).get("aliases") or [])]
        fields[name] = merged
        for position, area in enumerate(merged.get("areas") or []):
            sources.known(("reviewers", name, "areas", position), area, own_areas, "area")
    made = tuple(_reviewer(name, value) for name, value in fields.items())
    _one_person_each(sources, made)
    return made


def _reviewer(name: str, fields: dict[str, Any]) -> Reviewer:
    emails = tuple(email.casefold() for email in fields.get("emails") or ())
    return Reviewer(
        name=name,
        aliases=tuple(dict.fromkeys(alias for alias in fields.get("aliases") or () if alias != name)),
        areas=tuple(fields.get("areas") or ()),
        emails=emails,
        level=fields.get("level") or ("committed" if emails else "named"),
        human=bool(fields.get("human", False)),
        keys=tuple(_fingerprint(key) for key in fields.get("keys") or ()),
    )


def _fingerprint(key: str) -> str:
    """The fingerprint of an SSH public key as ssh-keygen writes it; fingerprints as they are."""
    words = key.split()
    if len(words) < 2:
        return key if key.startswith("SHA256:") else key.upper()
    import base64  # only where keys are written out

    try:
        blob = base64.b64decode(words[1], validate=True)
    except ValueError:
        return ""  # no key at all: it speaks for nobody
    return "SHA256:" + base64.b64encode(sha256(blob).digest()).decode("ascii").rstrip("=")


def _one_person_each(sources: Sources, reviewers: tuple[Reviewer, ...]) -> None:
    """A name or alias that two reviewers share would let one file be two people."""
    owner: dict[str, str] = {}
    for reviewer in reviewers:
        for name in (reviewer.name, *reviewer.aliases):
            first = owner.setdefault(name, reviewer.name)
            if first != reviewer.name:
                sources.refuse(
                    "schema",
                    ("reviewers", reviewer.name, "aliases"),
                    f"'{name}' is a name of both {first} and {reviewer.name}, expected one",
                    "give each reviewer names of their own",
                )


def budget(sources: Sources) -> Budget:
    """The budget of a run: off as shipped, on for who states a limit, unless they switch it off themselves."""
    own: dict[str, Any] = sources.own.get("budget") or {}
    fields = sources.merged("budget")
    tokens, minutes = fields["tokens_max"] or 0, fields["wall_clock_max_minutes"] or 0
    enabled = own["enabled"] if "enabled" in own else bool(tokens or minutes)
    return Budget(enabled, int(tokens), minutes, fields["on_exceed"])


def triggers(sources: Sources, guarded: list[str]) -> tuple[Trigger, ...]:
    """Shipped triggers, changed field by field or switched off, then the repository's own.

    ``guarded`` are patterns of files that belong to the policy: a change of them is one of the control plane.
    """
    shipped: dict[str, Any] = sources.shipped["triggers"]
    own: dict[str, Any] = (sources.own.get("security") or {}).get("triggers") or {}
    merged: dict[str, dict[str, Any]] = dict(shipped)
    for name, value in own.items():
        path: Path = ("security", "triggers", name)
        if value is False or value == "off":
            if name == CONTROL_PLANE:
                sources.refuse("schema", path, f"'{name}' cannot be switched off", "remove the line")
            elif sources.known(path, name, shipped, "trigger"):
                del merged[name]
            continue
        if name not in shipped and not any(value.get(field) for field in ("words", "paths", "lines")):
            hint = f"give it words, paths or lines; or, {nearest(name, shipped)}"
            sources.refuse("unknown-name", path, f"'{name}' is no shipped trigger and matches nothing", hint)
        check_adding_patterns(sources, (*path, "paths"), value.get("paths") or [])
        for field in ("words", "except"):
            for position, word in enumerate(value.get(field) or []):
                if not words(word):
                    hint = "write words of letters or digits"
                    sources.refuse("schema", (*path, field, position), f"'{shown(word)}' holds no word", hint)
        _check_lines(sources, (*path, "lines"), value.get("lines") or {})
        for position, other in enumerate(value.get("covered_by") or []):
            sources.known((*path, "covered_by", position), other, {**shipped, **own}, "trigger")
        base: dict[str, Any] = shipped.get(name, {})
        merged[name] = _extended(base, value) if name == CONTROL_PLANE else laid_over(base, value)
    plane = merged[CONTROL_PLANE]
    merged[CONTROL_PLANE] = {**plane, "paths": [*(plane.get("paths") or ()), *guarded]}
    return tuple(
        Trigger(
            id=name,
            words=tuple(fields.get("words") or ()),
            patterns=tuple(fields.get("paths") or ()),
            stoplist=bool(fields.get("stoplist", False)),
            why=fields.get("why", ""),
            place=sources.place(("security", "triggers", name), ("triggers", name)),
            exceptions=tuple(fields.get("except") or ()),
            lines=tuple((language, tuple(idioms)) for language, idioms in (fields.get("lines") or {}).items()),
            covered_by=tuple(fields.get("covered_by") or ()),
        )
        for name, fields in merged.items()
    )


def _extended(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """For the control plane: lists grow, nothing goes."""
    lists = ("words", "paths", "except")
    grown = {field: [*base.get(field, []), *(change.get(field) or [])] for field in lists}
    return {**base, **grown, "lines": change.get("lines") or {}, "stoplist": bool(change.get("stoplist", False))}


def _check_lines(sources: Sources, path: Path, lines: dict[str, list[str]]) -> None:
    """Refuse languages that nobody knows, and idioms that cannot be looked for."""
    if not lines:
        return
    # As with path patterns: the shipped ones are proved by the tests, and cost nothing here.
    from commitgate.policy.idioms import refusal

    if sum(len(idioms) for idioms in lines.values()) > _IDIOMS_LIMIT:
        sources.refuse("schema", path, f"more than {_IDIOMS_LIMIT} idioms", "write fewer and more telling ones")
        return
    for language, idioms in lines.items():
        if language != EVERY:
            sources.known((*path, language), language, (*sources.shipped["languages"], EVERY), "language")
        for position, idiom in enumerate(idioms):
            reason = refusal(idiom)
            if reason:
                message = f"idiom '{shown(idiom)}' cannot be used: {reason}"
                sources.refuse("pattern", (*path, language, position), message, 'write code, for example "os.system("')


def run_folders(sources: Sources) -> tuple[str, ...]:
    """The patterns of the folders in which a run may lie."""
    written: list[str] = sources.value("runs")
    for position, pattern in enumerate(written):
        reason = refusal(pattern)
        if reason:
            hint = "for example pipeline, pipelines/*, services/*/pipeline"
            sources.refuse("pattern", ("runs", position), f"pattern '{shown(pattern)}' cannot be used: {reason}", hint)
    return tuple(written)


def check_patterns(sources: Sources, path: Path, patterns: list[str]) -> None:
    """Refuse each pattern that cannot be compiled or can never match."""
    for position, pattern in enumerate(patterns):
        if plain(pattern.removeprefix("!")) is not None and len(pattern) <= LENGTH_LIMIT:
            continue
        # pathspec is imported only for the few patterns that need it; the shipped ones are proved by the tests.
        from commitgate.policy import expressions

        reason = expressions.refusal(pattern)
        if reason:
            hint = "write a gitignore pattern, for example /src/api/**"
            sources.refuse("pattern", (*path, position), f"pattern '{shown(pattern)}' cannot be used: {reason}", hint)


def check_adding_patterns(sources: Sources, path: Path, patterns: list[str]) -> None:
    """The same where no pattern may take back what another one says: a firing is never argued away."""
    for position, pattern in enumerate(patterns):
        if pattern.startswith("!"):
            hint = "list the paths that count; a trigger's words can be narrowed with except:"
            message = f"pattern '{shown(pattern)}' takes back what another one says, expected one that adds"
            sources.refuse("pattern", (*path, position), message, hint)
    check_patterns(sources, path, patterns)
