"""Gate files wherever they lie: on disk (in a repository or not), in the index, in a commit. Nothing is judged here."""

from __future__ import annotations

import os
import stat

from commitgate.git.refs import resolve
from commitgate.git.repository import Repository
from commitgate.git.tree import Entry, commit_entries, index_entries
from commitgate.objects import EXECUTABLE, PLAIN, SUBMODULE, SYMLINK
from commitgate.policy.layout import GATES
from commitgate.policy.run_patterns import containing, fixed_part, means
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = "040000"
OTHER = "other"  # a pipe, a device, a socket
_SUFFIX = ".json"
# Gates are refused above 256 KiB; whoever claims to be much larger is not read to its end.
_MOST = 1 << 20


class Candidate(Record):
    """One thing that may be a gate. ``data`` is None for what is no file, or for what ``trouble`` kept unread."""

    path: str
    mode: str
    data: bytes | None
    trouble: str = ""


class Disk:
    """Files as the file system has them. Paths are shown as they are given, or from ``top`` when none are.

    ``runs``: the patterns of the folders whose gates are meant when no path is given.
    """

    def __init__(self, top: str = "", runs: tuple[str, ...] = ()) -> None:
        self._top = top
        self._runs = runs

    def candidates(self, paths: tuple[str, ...]) -> Iterator[Candidate]:
        """The named files, and the ``*.json`` of the named folders; the gates of every run when none is named."""
        for path in paths or self._gates():
            folder = os.path.join(self._top, path)
            if os.path.isdir(folder) and (not path.endswith(_SUFFIX) or not paths):
                for name in sorted(os.listdir(folder)):
                    if name.endswith(_SUFFIX):
                        yield self._look(os.path.normpath(os.path.join(path, name)))
            elif paths:
                yield self._look(path)

    def _gates(self) -> list[str]:
        """The gates folder of every run folder there can be."""
        found = []
        for pattern in self._runs:
            reached = [""]
            for part in pattern.split("/"):
                names = [(above, name) for above in reached for name in self._names(above, part)]
                reached = [os.path.join(above, name) for above, name in names]
            found += [os.path.join(folder, GATES.rstrip("/")) for folder in reached]
        return sorted(dict.fromkeys(found))

    def _names(self, above: str, part: str) -> list[str]:
        """The names in a folder that one part of a pattern means."""
        if part != "*":
            return [part]
        place = os.path.join(self._top, above)
        return sorted(name for name in os.listdir(place) if means([part], [name])) if os.path.isdir(place) else []

    def neighbour(self, path: str) -> bytes | None:
        """The bytes of a file that a candidate has to agree with; None when there is none to read."""
        try:
            with open(os.path.join(self._top, path), "rb") as stream:
                return stream.read(_MOST)
        except OSError:
            return None

    def _look(self, path: str) -> Candidate:
        file = os.path.join(self._top, path)
        try:
            mode = _mode(os.lstat(file).st_mode)
            if mode not in (PLAIN, EXECUTABLE):
                return Candidate(path, mode, None)
            with open(file, "rb") as stream:
                data = stream.read(_MOST)
        except OSError as error:
            return Candidate(path, PLAIN, None, error.strerror or str(error))
        if mode == EXECUTABLE and not _modes_are_kept(os.path.dirname(file)):
            mode = PLAIN
        return Candidate(path, mode, data)


def _mode(mode: int) -> str:
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & 0o100 else PLAIN
    if stat.S_ISLNK(mode):
        return SYMLINK
    return FOLDER if stat.S_ISDIR(mode) else OTHER


def _modes_are_kept(folder: str) -> bool:
    """False where git was told that the file system has no executable bit worth reading."""
    said = Repository(folder).line("config", "--type=bool", "--default=true", "core.fileMode", accept=(0, 1, 128))
    return said != "false"


class Tree:
    """Files as the index (``revision`` "") or a commit has them. Paths are given from the repository's root.

    ``runs``: the patterns of the folders whose gates are meant when no path is given.
    """

    def __init__(self, repo: Repository, revision: str = "", runs: tuple[str, ...] = ()) -> None:
        self._repo = repo
        self._runs = runs
        self._commit = resolve(repo, revision) if revision else ""

    def candidates(self, paths: tuple[str, ...]) -> Iterator[Candidate]:
        """The named files, and the ``*.json`` of the named folders; the gates of every run when none is named."""
        within = paths or tuple({fixed_part(pattern) for pattern in self._runs})
        everywhere = () if "" in within else within
        if self._commit:
            entries = commit_entries(self._repo, self._commit, everywhere)
        else:
            entries = index_entries(self._repo, everywhere)
        wanted = paths or tuple(
            f"{folder}/{GATES}".rstrip("/") for one in entries for folder in containing(self._runs, one.path)
        )
        meant = _meant(entries, frozenset(wanted))
        blobs = self._repo.batch.get([entry.oid for entry in meant.values()])
        for (path, entry), blob in zip(meant.items(), blobs, strict=True):
            yield _candidate(path, entry, blob.data if blob.type == "blob" else None)
        there = {name for entry in entries for name in (entry.path, *_folders(entry.path))}
        for path in paths:
            if path and path not in there:
                yield Candidate(path, PLAIN, None, f"not in {self._commit[:12] or 'the index'}")

    def neighbour(self, path: str) -> bytes | None:
        """The bytes of a file that a candidate has to agree with; None when there is none to read."""
        blob = self._repo.batch.get([f"{self._commit}:{path}"])[0]
        return blob.data if blob.type == "blob" else None


def _meant(entries: Iterable[Entry], wanted: frozenset[str]) -> dict[str, Entry]:
    """The entries that are asked for, by the path to show; for a folder in a gate's place, one entry of it."""
    found: dict[str, Entry] = {}
    for entry in entries:
        name = next((one for one in (entry.path, *_folders(entry.path)) if one in wanted), None)
        if name is None:
            continue
        first = entry.path[len(name) + 1 if name else 0 :].partition("/")[0]
        if name.endswith(_SUFFIX):  # named as a gate: the file, or the folder in its place
            found.setdefault(name, entry)
        elif first.endswith(_SUFFIX):
            found.setdefault(f"{name}/{first}" if name else first, entry)
        elif entry.path == name:
            found.setdefault(name, entry)
    return found


def _folders(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first, the root as ""."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _candidate(path: str, entry: Entry, data: bytes | None) -> Candidate:
    if entry.path != path:
        return Candidate(path, FOLDER, None)
    if entry.unmerged:
        return Candidate(path, PLAIN, None, "it has conflicts that are not resolved")
    if entry.mode in (SYMLINK, SUBMODULE):
        return Candidate(path, entry.mode, None)
    trouble = "" if data is not None else f"its blob {entry.oid[:12]} is not in the repository"
    return Candidate(path, entry.mode, data, trouble)
