"""What an approval and a PASS are bound to: tokens over raw rows, and digests over a gate's inputs.

An approval is about a change, so it is bound to the area's delta and to the run: it survives amend, squash, rebase and
merges of unrelated work, and nothing else.
"""

from __future__ import annotations

from commitgate.digest import sha256
from commitgate.facts import Change, Snapshot
from commitgate.policy.layout import matches
from commitgate.policy.model import Area, Policy, Stage
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PRODUCT = "product"
WITHOUT_QA = "product-without-qa"
TRIGGERS = "triggers"


class Inputs(Record):
    """A digest ``i1:…`` and the parts that went into it (path → state), kept to name what changed later."""

    digest: str
    parts: dict[str, str]


def token(run: str, area: str, changes: Iterable[Change]) -> str:
    """``d1:`` and the sha256 over the rows, sorted by path; the format is fixed for good."""
    parts = [f"gates/delta/1\0{run}\0{area}\0"]
    for path, old_mode, old_oid, new_mode, new_oid, *_ in changes:
        size = len(path) if path.isascii() else len(path.encode("utf-8", "surrogateescape"))
        parts.append(f"{old_mode} {old_oid} {new_mode} {new_oid} {size}:{path}\0")
    return f"d1:{sha256(''.join(parts).encode('utf-8', 'surrogateescape')).hexdigest()}"


def unreviewed(policy: Policy) -> set[str]:
    """Names of the areas that nobody reviews (qa)."""
    return {area.name for area in policy.areas if not area.reviewed}


def part(policy: Policy, snapshot: Snapshot, what: str) -> list[Change]:
    """The rows of a part of a snapshot's delta: TRIGGERS, those that fire by name or by line, or what select knows."""
    if what == TRIGGERS:
        lines = snapshot.lines.found()
        return [change for change in snapshot.delta if change.triggers or change.path in lines]
    return select(policy, snapshot.delta, what)


def select(policy: Policy, delta: Iterable[Change], what: str) -> list[Change]:
    """The rows of a part of the product delta: an area, or PRODUCT, WITHOUT_QA. Free paths ask nothing."""
    if what == PRODUCT:
        return [change for change in delta if not change.free]
    if what == WITHOUT_QA:
        without = unreviewed(policy)
        return [change for change in delta if not change.free and change.area not in without]
    return [change for change in delta if change.area == what]


def area_token(policy: Policy, snapshot: Snapshot, what: str) -> str:
    """The token of one part of a snapshot's delta."""
    run = snapshot.run
    return token(run.id if run else "", what, part(policy, snapshot, what))


def row_parts(changes: Iterable[Change]) -> dict[str, str]:
    """path → new state, for naming later what changed."""
    return {change.path: f"{change.new_mode} {change.new_oid}" for change in changes}


def inputs(policy: Policy, snapshot: Snapshot, stage: Stage, stage_id: str, area: str) -> Inputs:
    """What a PASS of a gate is bound to in this tree: its documents (path, mode, oid) and its part of the delta."""
    run = snapshot.run
    digest = sha256(f"gates/inputs/1\0{run.id if run else ''}\0{stage_id}\0".encode())
    parts: dict[str, str] = {}
    for bound in stage.bound:
        if bound.startswith("delta:"):
            what = bound[len("delta:") :]
            if what == "area":
                what = area or PRODUCT
            rows = part(policy, snapshot, what)
            parts.update(row_parts(rows))
            digest.update(f"delta {what} {token('', what, rows)}\0".encode("utf-8", "surrogateescape"))
            continue
        pattern = bound.replace("{area}", area)
        for path in sorted(snapshot.entries):
            if matches(pattern, snapshot.below(path), ()):
                mode, oid = snapshot.entries[path]
                parts[path] = f"{mode} {oid}"
                name = path.encode("utf-8", "surrogateescape")
                digest.update(f"document {mode} {oid} {len(name)}:".encode("ascii") + name + b"\0")
    return Inputs(f"i1:{digest.hexdigest()}", parts)


def changed_parts(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Paths whose state differs, sorted."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def describe_change(path: str, before: dict[str, str], now: dict[str, str]) -> str:
    """``path (1a2b3c4 → 5d6e7f8)``: old and new blob of one part, or its modes when only they differ."""

    def short(state: str | None) -> str:
        if state is None:
            return "not there"
        return state.split(" ")[1][:7] if state.split(" ")[1].strip("0") else "removed"

    was, is_now = before.get(path), now.get(path)
    if was is not None and is_now is not None and short(was) == short(is_now):
        return f"{path} (mode {was.split(' ')[0]} → {is_now.split(' ')[0]})"
    return f"{path} ({short(was)} → {short(is_now)})"


def review_areas(policy: Policy, snapshot: Snapshot) -> list[Area]:
    """The reviewed areas with a non-empty delta, in the policy's order; "deps" on a track that has that area."""
    present = {change.area for change in snapshot.delta if change.area}
    found = [area for area in policy.areas if area.reviewed and area.name in present]
    if "deps" in present and all(area.name != "deps" for area in policy.areas):
        found.append(Area("deps", (), True, 1, True, "dev-deps"))
    return found


def fired(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """The triggers that fire in the delta: id → (first path, what matched there)."""
    found: dict[str, tuple[str, str]] = {}
    lines = snapshot.lines.found()
    for change in snapshot.delta:
        for trigger, matched in change.triggers:
            found.setdefault(trigger, (change.path, matched))
        for hit in lines.get(change.path, ()):
            found.setdefault(hit.trigger, (change.path, hit.told))
    return dict(sorted(found.items()))
