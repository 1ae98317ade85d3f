"""Which waivers stand on the target branch, and what a side does to them and to the rest of the control plane.

Only what the target has counts: a pull request cannot bring the waiver that it needs. A repository without waivers
pays for one look into the memo.
"""

from __future__ import annotations

from commitgate.facts import NO_WAIVERS, Facts, Waiver, Waivers
from commitgate.memo import register
from commitgate.objects import ABSENT
from commitgate.policy.layout import WAIVERS, is_waiver_path
from commitgate.trees import Content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.gather import Gathering, State

register(Waiver)

_CONTROL_PLANE = "control:plane"


def with_waivers(gathering: Gathering, facts: Facts, state: State, tip: str) -> Facts:
    """The facts with what is to be known of waivers. ``tip``: the commit that the target is at, "" without one."""
    side = facts.side
    standing = standing_at(gathering, tip) if tip else ()
    written = [path for path in side.documents if is_waiver_path(side.below(path))]
    if not standing and not written:
        return facts
    held = {(one.path, one.oid) for one in standing}
    brought = tuple(
        Waiver(path, side.entries[path][1], side.documents[path])
        for path in sorted(written)
        if path in state.rows and (path, side.entries[path][1]) not in held
    )
    if not standing:
        return facts._replace(waivers=NO_WAIVERS._replace(brought=brought))
    control = tuple(path for path in control_paths(gathering, state.rows) if not _has(gathering, state, tip, path))
    return facts._replace(waivers=Waivers(standing, brought, control))


def standing_at(gathering: Gathering, tip: str) -> tuple[Waiver, ...]:
    """The waivers in the tree of a commit, in the order of their paths."""
    key = (tip, gathering.root)
    known: tuple[Waiver, ...] | None = gathering.memo.get("waivers", key)
    if known is None:
        known = _read(gathering, tip)
        gathering.memo.put("waivers", key, known)
    return known


def _read(gathering: Gathering, tip: str) -> tuple[Waiver, ...]:
    trees = gathering.trees
    if gathering.repo.batch.get([f"{tip}:{gathering.root}/{WAIVERS.rstrip('/')}"])[0].type != "tree":
        return ()
    entries = {path: entry for path, entry in trees.entries_at(tip).items() if is_waiver_path(_below(gathering, path))}
    documents = trees.documents(entries, Content())
    return tuple(Waiver(path, entries[path][1], documents[path]) for path in sorted(documents))


def _below(gathering: Gathering, path: str) -> str:
    return path[len(gathering.root) + 1 :]


def control_paths(gathering: Gathering, paths: Iterable[str]) -> list[str]:
    """Those of the paths that belong to the control plane."""
    return [path for path in paths if any(one == _CONTROL_PLANE for one, _ in gathering.path_class(path).triggers)]


def _has(gathering: Gathering, state: State, tip: str, path: str) -> bool:
    """Whether the target has a path as the side has it: then the side does not change it any more."""
    row = state.rows[path]
    if "\n" in path:
        return False  # the name of an object cannot say it
    blob = gathering.repo.batch.get([f"{tip}:{path}"])[0]
    return blob.type == "missing" if row.new_mode == ABSENT else blob.oid == row.new_oid
