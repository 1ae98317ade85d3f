"""The policy in force: shipped ``rules/*.yaml`` overridden by the bytes of a ``.gates.yaml``."""

from __future__ import annotations

import json
from collections.abc import Collection

from commitgate.digest import sha256
from commitgate.finding import Finding, at
from commitgate.policy import compile as build
from commitgate.policy import stages as order
from commitgate.policy import tracks as running
from commitgate.policy import yaml_strict
from commitgate.policy.model import Policy, Trigger
from commitgate.policy.own_schemas import Read, nothing, own_schemas
from commitgate.policy.sources import FILE, Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FORM = "policy/1"


def load_policy(
    override: bytes | None, read: Read = nothing, chosen: Collection[str] | None = None
) -> tuple[Policy | None, tuple[Finding, ...]]:
    """Compile the policy; ``override`` holds the bytes of ``.gates.yaml``, None when there is no such file.

    ``read`` gives the bytes of a file of the same tree, by its path from the root; None when it has none there.
    ``chosen`` are profiles to be tried out, of those that the policy knows, instead of the ones that it chooses.
    Returns the policy and its findings (path ``.gates.yaml`` or that of a schema it names, with lines). With a
    MALFORMED finding there is no policy: a rule that cannot be read is never replaced by a guess. An empty file
    changes nothing.
    """
    own: object = None
    lines: yaml_strict.LineMap = {}
    if override is not None:
        own, lines, problems = yaml_strict.load(override)
        if problems:
            return None, tuple(at(FILE, problems))
        if own is not None:
            # jsonschema is imported only when there is something to check.
            from commitgate.policy.check import against_schema

            problems = against_schema(own, lines)
            if problems:
                return None, problems
    sources = Sources(own if isinstance(own, dict) else {}, lines)
    policy = _compiled(sources, FILE if override is not None else "", read, chosen)
    return (None if sources.findings else policy), tuple(sorted(sources.findings, key=lambda finding: finding.line))


def _compiled(sources: Sources, source: str, read: Read, chosen: Collection[str] | None) -> Policy | None:
    schemas = own_schemas(sources, read)
    triggers = build.triggers(sources, [f"/{schema.path}" for schema in schemas])
    areas = build.areas(sources, triggers)
    reviewers = build.reviewers(sources, areas)
    checkpoints = running.checkpoints(sources)
    profiles = order.profiles(sources, chosen)
    stages = order.stages(sources, checkpoints, order.Names(areas, triggers, profiles))
    if not stages:
        return None
    free = sources.value("free")
    build.check_patterns(sources, ("free",), sources.own.get("free") or [])
    review: dict[str, Any] = sources.merged("review")
    for position, name in enumerate(review["release"] or ()):
        sources.known(("review", "release", position), name, [reviewer.name for reviewer in reviewers], "reviewer")
    required = sources.merged("merge").get("requires") or ""
    if required:
        sources.known(("merge", "requires"), required, stages, "stage")
    lessons = sources.merged("lessons")
    roles = sources.merged("roles")
    listed = (roles["security"] or {}).get("emails") or ()
    security_emails = tuple(email.casefold() for email in listed) or next(
        (reviewer.emails for reviewer in reviewers if reviewer.name == "security"), ()
    )
    policy = Policy(
        digest="",
        target=sources.own.get("target") or "",
        tracks=running.tracks(sources, stages, triggers, profiles),
        areas=areas,
        free=tuple(free),
        unowned=sources.value("unowned"),
        reviewers=reviewers,
        required_scoped=int(review["scoped"]),
        required_matrix=int(review["matrix"]),
        release=tuple(review["release"] or ()),
        contributors=review["contributors"],
        triggers=triggers,
        checkpoints=checkpoints,
        require_run=sources.value("require_run"),
        history=sources.value("history"),
        merge_requires=required,
        derive=sources.value("derive"),
        security_role_emails=security_emails,
        brief_sections=running.brief_sections(sources),
        source=source,
        agents=tuple(sources.value("agents")),
        budget=build.budget(sources),
        profiles=tuple(profiles.items()),
        schemas=schemas,
        artefacts=tuple(dict.fromkeys(pattern for stage in stages.values() for pattern in stage.writes)),
        runs=build.run_folders(sources),
        lesson_promotions=int(lessons["promotions"]),
        lesson_age_out=int(lessons["age_out"]),
        languages=tuple(
            (name, tuple(end.lower() for end in ends)) for name, ends in sources.shipped["languages"].items()
        ),
    )
    return policy._replace(digest=_digest(policy))


def _digest(policy: Policy) -> str:
    """sha256 over what the rules say, not over where they are written: moving a line changes no rule."""
    placeless: tuple[Trigger, ...] = tuple(trigger._replace(place="") for trigger in policy.triggers)
    canonical = json.dumps(
        [_FORM, policy._replace(digest="", source="", triggers=placeless)],
        ensure_ascii=True,
        separators=(",", ":"),
        sort_keys=True,
    )
    return str(sha256(canonical.encode("ascii")).hexdigest())
