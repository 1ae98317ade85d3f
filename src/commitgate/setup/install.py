"""Installing the shims: everything is looked at and written to temporary files first, then moved into place.

What stood at a hook's path is kept as ``<hook>.before-commitgate`` beside it. A shim runs it first.
"""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from commitgate import __version__
from commitgate.errors import GateError, UserError
from commitgate.setup import files, shims
from commitgate.setup.shims import FOREIGN, FRAMEWORK, KEPT, LEGACY, MISSING, NO_FILE, OURS, Standing


class Step(NamedTuple):
    """What will be done for one hook.

    data: the shim to write, b"" when it already stands there. new: nothing stands there yet. keep: the hook there is
    moved to its kept name. remove: paths to delete, all shims of ours that would make a shim run itself.
    said: one line for the person.
    """

    hook: str
    path: str
    data: bytes
    new: bool
    keep: bool
    remove: tuple[str, ...]
    said: str


def plan(folder: str, hooks: tuple[str, ...] = shims.HOOKS) -> list[Step]:
    """What installing into ``folder`` means. UserError, with every obstacle, when it cannot be done."""
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UserError(f"{folder} is to hold the hooks, but it is not a folder", "move it away")
    shims.require_complete()
    steps, obstacles = [], []
    for hook in hooks:
        try:
            steps.append(_plan(folder, hook))
        except UserError as obstacle:
            obstacles.append(obstacle)
    if obstacles:
        raise UserError("; ".join(o.message for o in obstacles), "; ".join(o.hint for o in obstacles))
    return steps


def _plan(folder: str, hook: str) -> Step:
    path = os.path.join(folder, hook)
    found, kept, legacy = (shims.look(p) for p in (path, path + KEPT, path + LEGACY))
    for at, standing in ((path, found), (path + KEPT, kept)):
        if standing.kind == NO_FILE:
            raise UserError(f"{at} is not a file", f"move it away: mv {at!r} {at + '.old'!r}")
    remove = [path + KEPT] if kept.kind == OURS else []
    # The framework over one of our shims: that shim is its legacy hook, and would run after ours again.
    if found.kind == FRAMEWORK and legacy.kind == OURS:
        remove.append(path + LEGACY)
    data = shims.text(hook)
    if found.kind == OURS and found.executable and found.data == data and not remove:
        return Step(hook, path, b"", False, False, (), "already installed" + _chained(hook, kept))
    if found.kind == OURS:
        said = "refreshed" if found.version == __version__ else f"replaced the one of version {found.version}"
        return Step(hook, path, data, False, False, tuple(remove), said + _chained(hook, kept))
    if found.kind == MISSING:
        return Step(hook, path, data, True, False, tuple(remove), "installed" + _chained(hook, kept))
    replaceable = kept.kind in (MISSING, OURS) or kept.kind == found.kind == FRAMEWORK or kept.data == found.data != b""
    if not replaceable:
        raise UserError(
            f"{path} and {path + KEPT} are two different hooks, and only one can be kept",
            f"join them in {path}, then remove the other: rm {path + KEPT!r}",
        )
    # A shim of ours at the kept name is simply overwritten.
    remove = [path + LEGACY] if path + LEGACY in remove else []
    return Step(hook, path, data, False, True, tuple(remove), "installed" + _chained(hook, found))


def _chained(hook: str, before: Standing) -> str:
    if before.kind not in (FOREIGN, FRAMEWORK):
        return ""
    whose = "the pre-commit framework's hook" if before.kind == FRAMEWORK else "the hook that stood there"
    if not before.executable:
        return f"; {whose} is kept as {hook}{KEPT} and not run: it is not executable, so git ignored it too"
    return f"; runs {whose} first, kept as {hook}{KEPT}"


def apply(folder: str, steps: list[Step]) -> bool:
    """Carry the steps out; whether anything changed. After a GateError every hook of others stands where it stood."""
    steps = [step for step in steps if step.data]
    if not steps:
        return False
    temporary: list[str] = []
    try:
        os.makedirs(folder, exist_ok=True)
        temporary.extend(files.prepare(step.path, step.data, 0o755) for step in steps)
    except OSError as error:
        _discard(temporary)
        raise _failed(folder, error) from None
    placed: list[Step] = []
    try:
        for step, prepared in zip(steps, temporary, strict=True):
            placed.append(step)
            if step.keep:
                os.replace(step.path, step.path + KEPT)
            os.replace(prepared, step.path)
    except OSError as error:
        for step in placed:
            with contextlib.suppress(OSError):
                _take_back(step)
        _discard(temporary)
        raise _failed(folder, error) from None
    _discard([path for step in steps for path in step.remove])
    return True


def _take_back(step: Step) -> None:
    if step.keep:
        os.replace(step.path + KEPT, step.path)
    elif step.new:
        files.discard(step.path)


def _discard(paths: list[str]) -> None:
    for path in paths:
        files.discard(path)


def _failed(folder: str, error: OSError) -> GateError:
    return GateError(
        f"the hooks cannot be written to {folder}: {error.strerror}; nothing was changed",
        "make the folder writable, or choose another: git gate install --hooks-path DIR",
    )


def remove(folder: str, hooks: tuple[str, ...] = shims.HOOKS) -> list[tuple[str, str]]:
    """Remove our shims from ``folder`` and restore what stood there: (hook, one line on it) for each hook."""
    try:
        return [(hook, _remove(os.path.join(folder, hook))) for hook in hooks]
    except OSError as error:
        raise GateError(
            f"the hooks cannot be removed from {folder}: {error.strerror}", "make the folder writable"
        ) from None


def _remove(path: str) -> str:
    found, kept, legacy = (shims.look(p) for p in (path, path + KEPT, path + LEGACY))
    if found.kind == OURS:
        if kept.kind in (FOREIGN, FRAMEWORK):
            os.replace(path + KEPT, path)
            return "removed; the hook that stood there before is back"
        os.unlink(path)
        if kept.kind == OURS:
            os.unlink(path + KEPT)
        return "removed"
    if legacy.kind == OURS:
        os.unlink(path + LEGACY)
        # What we kept is an older copy of the framework's script, unless it is a hook of somebody else's.
        if kept.kind == FRAMEWORK:
            os.unlink(path + KEPT)
        elif kept.kind == FOREIGN:
            os.replace(path + KEPT, path + LEGACY)
        return "removed where the pre-commit framework ran it as its legacy hook"
    if found.kind == MISSING and kept.kind in (FOREIGN, FRAMEWORK):
        os.replace(path + KEPT, path)
        return "not installed; the hook that stood there before is back"
    return "not installed" if found.kind == MISSING else "not ours, left alone"
