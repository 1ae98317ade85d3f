"""The pages that are made from the whole run: written only where they differ, compared without writing."""

from __future__ import annotations

import time

from commitgate.engine import WORKTREE, Answer, open_engine
from commitgate.errors import GateError
from commitgate.finding import BLOCKED
from commitgate.policy.layout import DIAGRAM_FILE, SUMMARY_FILE
from commitgate.record import Record
from commitgate.working.asking import asked
from commitgate.working.desk import desk
from commitgate.working.run_folder import RunFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Page(Record):
    """One page as it should be, and whether the file ``top``/``path`` said so already."""

    top: str
    path: str  # from the root of the work tree
    data: bytes
    same: bool


def diagram(answer: Answer) -> tuple[str, bytes]:
    """(path, bytes) of the run's state diagram."""
    from commitgate.report.diagram import page  # each command makes one of the pages

    return _page(answer, DIAGRAM_FILE, page)


def summary(answer: Answer) -> tuple[str, bytes]:
    """(path, bytes) of the run's summary."""
    from commitgate.report.summary import page

    return _page(answer, SUMMARY_FILE, page)


def compare(make: Callable[[Answer], tuple[str, bytes]]) -> Page:
    """The page that the work tree should hold; nothing is written. GateError (exit 2) when no run is active."""
    with open_engine() as engine:
        answer = engine.ask(asked(WORKTREE), int(time.time()))
        path, data = make(answer)
        folder = RunFolder(engine.repo, engine.repo.top(), answer.place.folder)
        return Page(folder.top, path, data, folder.read(path) == data)


def write(make: Callable[[Answer], tuple[str, bytes]]) -> Page:
    """The page, written where it differs. GateError (exit 2) when no run is active."""
    with desk() as one:
        path, data = make(one.answer)
        return Page(one.folder.top, path, data, not one.folder.write(path, data))


def _page(answer: Answer, name: str, page: Callable[..., str]) -> tuple[str, bytes]:
    verdict = answer.verdict
    if verdict.board is None:
        broken = next((one for one in verdict.lawful if one.level), None)
        if broken is not None:
            raise GateError(f"{broken.path}: {broken.message}", broken.hint, broken.level)
        raise GateError("no run is under way", 'git gate start "<feature>"', BLOCKED)
    return f"{answer.place.folder}/{name}", page(answer.policy, verdict).encode()
