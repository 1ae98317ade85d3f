"""A repository to ask git about: the environment rules, one-shot commands, and one long-lived ``cat-file --batch``."""

from __future__ import annotations

import os

from commitgate.errors import CannotDecide
from commitgate.git.cat_file import CatFile
from commitgate.git.process import GitFailed, Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Inherited GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE, GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES and
# GIT_QUARANTINE_PATH are kept: git sets them for its hooks, and they name the very tree to be judged.
_FORCED = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # a replace ref must not swap the judged object for another
    "GIT_GRAFT_FILE": os.devnull,  # nor a graft its parents
    "GIT_OPTIONAL_LOCKS": "0",  # never refresh the index behind the user's back
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
_REMOVED = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")

# Variables that tie a process to one repository. To be dropped only when another repository is meant.
LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


def environment(inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for every git process: what is inherited, with replace refs, grafts and locks ruled out."""
    env = dict(os.environ if inherited is None else inherited)
    for name in _REMOVED:
        env.pop(name, None)
    env.update(_FORCED)
    return env


class Repository:
    """A repository to ask. ``directory`` "" means the current one, as git itself finds it (hooks: GIT_DIR)."""

    def __init__(self, directory: str = "", inherited: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.env = environment(inherited)
        self._batch: CatFile | None = None
        self._begun: dict[tuple[str, ...], Process] = {}
        self._top = ""

    def start(self, *args: str, feed: bytes | None = b"") -> Process:
        """Start ``git <args>`` and return at once. ``feed`` is its standard input; None keeps it open."""
        where = ["-C", self.directory] if self.directory else []
        return Process(["git", *where, *args], self.env, feed)

    def begin(self, *args: str) -> None:
        """Start ``git <args>`` for whoever is going to ask for just that: git works while something else is done."""
        if args not in self._begun:
            self._begun[args] = self.start(*args)

    def started(self, *args: str) -> Process:
        """``git <args>``, taken over where it has been begun already."""
        return self._begun.pop(args, None) or self.start(*args)

    def run(self, *args: str, feed: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
        """Run ``git <args>`` to its end and return its standard output; GitFailed on an unexpected status."""
        return (self.start(*args, feed=feed) if feed else self.started(*args)).output(accept)

    def line(self, *args: str, accept: tuple[int, ...] = (0,)) -> str:
        """Like :meth:`run`, the output as one stripped str (file names may hold surrogates)."""
        return os.fsdecode(self.run(*args, accept=accept)).rstrip("\n")

    @property
    def batch(self) -> CatFile:
        """The one long-lived ``cat-file --batch`` of this repository."""
        if self._batch is None:
            self._batch = CatFile(self.start("cat-file", "--batch", feed=None))
        return self._batch

    def close(self) -> None:
        """Let go of the long-lived process and of what nobody asked for; the repository may be used again."""
        if self._batch is not None:
            self._batch.close()
            self._batch = None
        for process in self._begun.values():
            process.leave()
        self._begun = {}

    def git_path(self, name: str) -> str:
        """Where git keeps ``name`` for this work tree, as ``rev-parse --git-path`` says."""
        return os.path.join(self.directory, self.line("rev-parse", "--git-path", name))

    def from_here(self, path: str) -> str:
        """A path from the repository's root as a pathspec for the current folder, which may be a subfolder."""
        return self.line("rev-parse", "--show-cdup") + path

    def top(self) -> str:
        """The root of the work tree; CannotDecide where there is none (a bare repository, inside ``.git``)."""
        try:
            self._top = self._top or self.line("rev-parse", "--show-toplevel")
            return self._top
        except GitFailed as failed:
            if "work tree" not in failed.stderr:
                raise
            raise CannotDecide(
                "there is no work tree and no index here to judge",
                "judge a commit: git gate check --rev HEAD",
                rule="engine/no-work-tree",
            ) from failed
