"""The run folder on disk: reading its documents, and writing them as the only writer."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from commitgate.documents import context, context_edit, run
from commitgate.documents.facts import RunFacts
from commitgate.engine import WORKTREE, open_engine
from commitgate.errors import GateError
from commitgate.finding import BLOCKED, MALFORMED
from commitgate.git.repository import Repository
from commitgate.policies import Policies
from commitgate.policy.layout import CONTEXT_FILE, RUN_FILE
from commitgate.policy.run_patterns import only
from commitgate.working.asking import asked
from commitgate.writing import lock, write


class RunFolder(NamedTuple):
    """A run folder of a work tree. Paths are given from the repository's root, "/" between the parts.

    ``root`` is the folder itself ("pipeline"), ``top`` the work tree.
    """

    repo: Repository
    top: str
    root: str

    @property
    def run_file(self) -> str:
        """Path of the file that makes the folder a run folder."""
        return f"{self.root}/{RUN_FILE}"

    @property
    def context_file(self) -> str:
        """Path of the run's ``context.md``."""
        return f"{self.root}/{CONTEXT_FILE}"

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file; None when there is none."""
        file = os.path.join(self.top, path)
        if os.path.islink(file) or not os.path.isfile(file):
            return None
        with open(file, "rb") as stream:
            return stream.read()

    def write(self, path: str, data: bytes) -> bool:
        """Write one file, whole or not at all; False when it holds these bytes already."""
        return write(os.path.join(self.top, path), data)

    def edit(self, path: str, found: bytes | None, data: bytes) -> bool:
        """Write what was made of the bytes ``found`` (None: no file).

        GateError when the file is another by now, or when git knows of a conflict in it: whoever resolves that could
        take the edit away with one side.
        """
        if self.repo.run("-C", self.top, "ls-files", "-u", "-z", "--", path):
            raise GateError(
                f"{path} has conflicts that are not resolved", f"resolve them, then git add {path}", BLOCKED
            )
        return write(os.path.join(self.top, path), data, found)

    def run(self) -> RunFacts:
        """The run that is under way; GateError when there is none, or when ``run.json`` cannot be accepted."""
        data = self.read(self.run_file)
        if data is None:
            raise GateError("no run is under way", 'git gate start "<feature>"', BLOCKED)
        facts = run.read(data)
        if not facts.id:
            raise GateError(
                f"{self.run_file} cannot be accepted: {facts.findings[0].message}", facts.findings[0].hint, MALFORMED
            )
        return facts

    def context(self) -> bytes:
        """The bytes of the run's ``context.md``, fresh ones when it is missing."""
        facts = self.run()
        data = self.read(self.context_file)
        return data if data is not None else context_edit.new(facts.feature, facts.track)

    def edit_context(self, change: Callable[[bytes], bytes]) -> bool:
        """Write what ``change`` makes of ``context.md``; False when it holds that already.

        GateError while a merge is not resolved in it.
        """
        found = self.read(self.context_file)
        data = self.context()
        for finding in context.read(data).findings:
            if finding.rule == "context/conflict":
                raise GateError(f"{self.context_file}:{finding.line}: {finding.message}", finding.hint, MALFORMED)
        return self.edit(self.context_file, found, change(data))


@contextlib.contextmanager
def run_folder() -> Iterator[RunFolder]:
    """The run folder of the work tree around the current folder, for one writer at a time."""
    with open_engine() as engine, lock(engine.repo):
        # Where there can be only one run folder, nothing has to be judged to find it.
        alone = only(Policies(engine.repo, engine.memo).on_disk().runs)
        folder = alone or engine.ask(asked(WORKTREE), int(time.time())).place.folder
        yield RunFolder(engine.repo, engine.repo.top(), folder)


def timestamp(now: float) -> str:
    """Epoch seconds as documents carry them: ``2026-03-26T11:30:00Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
