"""Archiving a finished run: its files move, unchanged, below ``pipeline/archive/``; the lessons stay."""

from __future__ import annotations

import filecmp
import os
import shutil
import time

from commitgate.documents import run as run_file
from commitgate.errors import GateError
from commitgate.finding import BLOCKED
from commitgate.judge.budget import is_held
from commitgate.policy.layout import ARCHIVE, BUDGET_GATE, LESSONS_FILE, RUN_FILE, is_process
from commitgate.working.desk import Desk
from commitgate.working.starting import slug

_STAYS = (LESSONS_FILE,)


def archive(desk: Desk) -> tuple[str, list[str]]:
    """Put the finished run away; the archive's folder and what went there. GateError while a stage is not effective.

    The copy is made beside and renamed into its place; only then the originals go, ``run.json`` last. So a killed call
    leaves the run or the whole archive, and the next call ends what it began.
    """
    run = desk.folder.run()
    top, root = desk.folder.top, desk.folder.root
    when = time.strftime("%Y-%m-%d", time.gmtime(desk.now))
    folder = _begun(top, root, run.id)
    paths = sorted(path for path in desk.snapshot.entries if _moves(desk, path))
    if not folder:
        _refuse_unfinished(desk)
        folder = f"{root}/{ARCHIVE}{when}-{slug(run.feature) or run.id}"
        if os.path.lexists(os.path.join(top, folder)):
            raise GateError(f"{folder} is taken by another run", f"git mv {folder} {folder}-1", BLOCKED)
        _copy(top, root, paths, folder)
    paths.sort(key=lambda path: path == desk.folder.run_file)
    for path in paths:
        if not filecmp.cmp(
            os.path.join(top, path), os.path.join(top, folder, desk.snapshot.below(path)), shallow=False
        ):
            raise GateError(f"{path} is not what {folder} holds", f"compare them; then remove {path}", BLOCKED)
    for path in paths:
        os.remove(os.path.join(top, path))
    for place in sorted({os.path.dirname(path) for path in paths}, key=len, reverse=True):
        _remove_empty(os.path.join(top, place), os.path.join(top, root))
    return folder, paths


def _refuse_unfinished(desk: Desk) -> None:
    missing = [box.stage_id for box in desk.board.boxes if not box.good]
    if missing or not all(desk.board.effective.values()):
        named = ", ".join(missing) or "a stage"
        raise GateError(f"the run is not finished: {named} is not passed", "git gate next", BLOCKED)
    if is_held(desk.snapshot):
        raise GateError(f"{BUDGET_GATE} is escalated and has no decision", "git gate next", BLOCKED)


def _begun(top: str, root: str, run_id: str) -> str:
    """The archive that a killed call made of this very run already; "" when there is none."""
    base = os.path.join(top, root, ARCHIVE)
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        try:
            with open(os.path.join(base, name, RUN_FILE), "rb") as file:
                if run_file.read(file.read()).id == run_id:
                    return f"{root}/{ARCHIVE}{name}"
        except OSError:
            continue
    return ""


def _copy(top: str, root: str, paths: list[str], folder: str) -> None:
    aside = os.path.join(top, root, ARCHIVE, f".{os.path.basename(folder)}.commitgate.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    for path in paths:
        target = os.path.join(aside, path[len(root) + 1 :])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(top, path), target, follow_symlinks=False)
    os.rename(aside, os.path.join(top, folder))


def _moves(desk: Desk, path: str) -> bool:
    below = desk.snapshot.below(path)
    return is_process(desk.policy, below) and not below.startswith(ARCHIVE) and below not in _STAYS


def _remove_empty(folder: str, last: str) -> None:
    """Remove a folder that nothing is left in, and those around it that are then empty, up to ``last``."""
    while folder != last and folder.startswith(last):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)
