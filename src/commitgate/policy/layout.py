"""What lies where in a run folder: which files belong to the process, which stage owns them, how gates are named.

Process files are exactly the artefact paths that stages own inside a folder that holds a ``run.json``, and its
gates, ``context.md``, ``run.json``, ``budget.md`` and ``archive/``, and the pages that are made from them all:
``diagram.md`` and ``summary.md``. Everything else there is product: nothing hides in it.
"""

from __future__ import annotations

from commitgate.policy.model import Policy, Stage, Track

RUN_FILE = "run.json"
CONTEXT_FILE = "context.md"
DIAGRAM_FILE = "diagram.md"
SUMMARY_FILE = "summary.md"
LESSONS_FILE = "lessons-learned.md"
BUDGET_FILE = "budget.md"
GATES = "gates/"
ARCHIVE = "archive/"
REVIEWS = "code-review/"
WAIVERS = "waivers/"
BUDGET_GATE = "stage-budget"  # belongs to no stage: what it escalates holds up all of them
SECURITY_GATE = "stage-05-security"  # its vetoes and conditions have rules of their own
# They tell of the whole run, so no stage owns them and they may be written at any time.
PAGES = (DIAGRAM_FILE, SUMMARY_FILE)
OF_THE_RUN = (RUN_FILE, CONTEXT_FILE, BUDGET_FILE, *PAGES)


def matches(pattern: str, path: str, areas: tuple[str, ...]) -> bool:
    """Whether ``path`` (below the run folder) is meant by an artefact pattern: exact, ``dir/**`` or ``{area}``."""
    if pattern.endswith("/**"):
        return path.startswith(pattern[:-2])
    if "{area}" in pattern:
        return any(pattern.replace("{area}", area) == path for area in areas)
    return pattern == path


def area_names(policy: Policy) -> tuple[str, ...]:
    """Every area name that may stand in a gate or artefact name."""
    return (*(area.name for area in policy.areas), "deps")


def is_gate_path(path: str) -> bool:
    """Whether a path below the run folder is that of a gate: ``gates/<name>.json`` and nothing deeper."""
    return path.startswith(GATES) and path.endswith(".json") and "/" not in path[len(GATES) :]


def is_waiver_path(path: str) -> bool:
    """Whether a path below the run folder is that of a waiver: YAML in ``waivers/``, and nothing deeper.

    Waivers are no process files: they are part of the control plane, so a change of one is a change of the product.
    """
    return path.startswith(WAIVERS) and path.endswith((".yml", ".yaml")) and "/" not in path[len(WAIVERS) :]


def stage_id_of(below: str) -> str:
    """The stage id of a gate's path below the run folder."""
    return below[len(GATES) : -len(".json")]


def is_process(policy: Policy, path: str) -> bool:
    """Whether a path below the run folder is a process file (not product).

    A folder of artefacts (``adr/**``) holds documents, and the archive what was a process file before: code that is put
    there is product all the same, so nothing hides.
    """
    if path.startswith(ARCHIVE):
        kept = path[len(ARCHIVE) :]
        return is_process(policy, kept) or is_process(policy, kept.partition("/")[2])
    if path in OF_THE_RUN or is_gate_path(path):
        return True
    areas = area_names(policy)
    return any(
        matches(pattern, path, areas) and (not pattern.endswith("/**") or path.endswith(".md"))
        for pattern in policy.artefacts
    )


def owners(policy: Policy, track: Track, path: str) -> list[Stage]:
    """The stages of the track that own a process path (below the run folder); [] when it is free."""
    areas = area_names(policy)
    return [stage for stage in track.stages if any(matches(pattern, path, areas) for pattern in stage.writes)]


def gate_id(stage: Stage, area: str) -> str:
    """``stage-04-backend`` for a stage that fans out, else the stage's own gate id."""
    return f"{stage.gate}-{area}" if area else stage.gate


def gate_path(root: str, stage_id: str) -> str:
    """Path of a gate from the repository's root."""
    return f"{root}/{GATES}{stage_id}.json"


def area_of(stage: Stage, stage_id: str) -> str | None:
    """The area whose gate of this stage it is ("" for the stage's one gate); None for a gate of another stage."""
    if stage_id == stage.gate:
        return ""
    if stage.fan_out and stage_id.startswith(stage.gate + "-"):
        return stage_id[len(stage.gate) + 1 :]
    return None


def reviewer_of(path: str) -> str:
    """The reviewer's name in ``code-review/by-<reviewer>.md`` (below the run folder); "" for any other path."""
    name = path.removeprefix(REVIEWS)
    if name == path or not name.startswith("by-") or not name.endswith(".md"):
        return ""
    return name[3:-3]
