"""What the lines of a change fire, read from the two blobs of each row; remembered by their ids.

Blobs are read only when somebody asks (``facts.Lines``) and only of rows whose lines can fire at all: not of free
paths, and not in areas that nobody reviews. The rules themselves are in ``policy/lines.py``, imported when a pair of
blobs is new.
"""

from __future__ import annotations

from commitgate.digest import sha256
from commitgate.errors import CannotDecide
from commitgate.objects import ABSENT, SUBMODULE, SYMLINK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from commitgate.documents.facts import LineHit
    from commitgate.facts import Change
    from commitgate.git.repository import Repository
    from commitgate.memo import Memo
    from commitgate.policy.lines import LineReader
    from commitgate.policy.model import PathClass, Policy
    from commitgate.policy.needles import File, Needles

_TURN = 32  # rows whose blobs are held at the same time, while git looks for those of the next ones
_READ_LIMIT = 4 << 20  # bytes of a blob that are read at all: the largest that any reader of lines accepts


class LineContent:
    """The lines of changes in one repository under one policy."""

    def __init__(self, repo: Repository, policy: Policy, memo: Memo, path_class: Callable[[str], PathClass]) -> None:
        self._repo = repo
        self._memo = memo
        self._policy = policy
        self._digest = policy.digest
        self._path_class = path_class
        self._unread = {area.name for area in policy.areas if not area.reviewed}
        self._reader: LineReader | None = None
        # Where a blob is found that the object database does not have: in the work tree, for its side.
        self.elsewhere: Callable[[Repository, list[str]], dict[str, bytes]] | None = None

    def found(self, changes: Iterable[Change]) -> dict[str, tuple[LineHit, ...]]:
        """Path → what its lines fire, of every row that fires anything by them."""
        return self.begin(changes)()

    def begin(self, changes: Iterable[Change]) -> Callable[[], dict[str, tuple[LineHit, ...]]]:
        """Ask git for the first blobs that are needed; what is returned reads them, and gives :meth:`found`."""
        rows = [one for one in changes if self._looks_at(one)]
        moved = _moved(rows)
        found: dict[str, tuple[LineHit, ...]] = {}
        unknown: list[Change] = []
        for row in rows:
            if row.path in moved or (row.old_oid == row.new_oid and _is_file(row.old_mode) == _is_file(row.new_mode)):
                continue  # a change of mode alone; what was a link and becomes a file is another matter
            hits = self._memo.get("lines", self._key(row))
            if hits is None:
                unknown.append(row)
            elif hits:
                found[row.path] = hits
        if unknown:
            self._repo.batch.expect(_blobs(unknown[:_TURN]), _READ_LIMIT)

        def read() -> dict[str, tuple[LineHit, ...]]:
            for start in range(0, len(unknown), _TURN):
                following = unknown[start + _TURN : start + 2 * _TURN]
                if following:
                    self._repo.batch.expect(_blobs(following), _READ_LIMIT)
                for row, hits in self._read(unknown[start : start + _TURN]):
                    if hits:
                        found[row.path] = hits
            return {row.path: found[row.path] for row in rows if row.path in found}

        return read

    def whole(self, change: Change, data: bytes) -> tuple[LineHit, ...]:
        """What a file would fire by its lines if all of them were new."""
        return (
            self._rules().read(change.path, self._path_class(change.path), b"", data) if self._looks_at(change) else ()
        )

    def _looks_at(self, change: Change) -> bool:
        return not change.free and change.area not in self._unread

    def _rules(self) -> LineReader:
        if self._reader is None:
            from commitgate.policy.lines import LineReader

            self._reader = LineReader(self._policy)
        return self._reader

    def _key(self, row: Change) -> str:
        """What the hits depend on, in few bytes: every commit reads all the keys, and every staged file has one."""
        parts = (self._digest, row.path, row.old_mode, row.old_oid, row.new_mode, row.new_oid)
        return str(sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32])

    def _read(self, rows: Sequence[Change]) -> list[tuple[Change, tuple[LineHit, ...]]]:
        wanted = _blobs(rows)
        blobs = dict(zip(wanted, self._repo.batch.get(wanted, _READ_LIMIT), strict=True))
        missing = [row.path for row in rows if row.new_oid in blobs and blobs[row.new_oid].type == "missing"]
        on_disk = self.elsewhere(self._repo, missing) if self.elsewhere is not None and missing else {}
        files = []
        for row in rows:
            pair: list[bytes | None] = []
            for mode, oid in ((row.old_mode, row.old_oid), (row.new_mode, row.new_oid)):
                blob = blobs.get(oid)
                if mode == SUBMODULE or (blob is not None and blob.type == "large"):
                    pair.append(None)
                elif blob is None or mode == SYMLINK:
                    pair.append(b"")
                elif blob.type == "blob":
                    pair.append(blob.data)
                elif oid == row.new_oid and row.path in on_disk:
                    pair.append(on_disk[row.path])
                else:
                    raise CannotDecide(
                        f"{row.path}: its blob {oid[:12]} is not in the repository", "git fsck", "engine/missing-object"
                    )
            files.append((row.path, self._path_class(row.path), pair))
        made = []
        for row, file, quiet in zip(rows, files, self._silent(files), strict=True):
            path, kind, pair = file
            hits = () if quiet else self._rules().read(path, kind, *pair)
            if path not in on_disk:  # what is on disk goes through filters before it is a blob
                self._memo.put("lines", self._key(row), hits)
            made.append((row, hits))
        return made

    def _silent(self, files: Sequence[File]) -> list[bool]:
        from commitgate.policy.needles import needles, silent

        def needed() -> Needles:
            known: Needles | None = self._memo.get("needles", self._digest)
            if known is None:
                known = needles(self._policy.triggers)
                self._memo.put("needles", self._digest, known)
            return known

        return silent(self._policy, needed, files)


def _blobs(rows: Iterable[Change]) -> list[str]:
    """The blobs of both sides of the rows, each once."""
    sides = [(mode, oid) for row in rows for mode, oid in ((row.old_mode, row.old_oid), (row.new_mode, row.new_oid))]
    return list(dict.fromkeys(oid for mode, oid in sides if _is_file(mode) and oid.strip("0")))


def _is_file(mode: str) -> bool:
    return mode not in (ABSENT, SUBMODULE, SYMLINK)


def _moved(rows: Sequence[Change]) -> set[str]:
    """Paths of pure renames: a file that goes and one that comes with the same blob, and the same end of its name.

    The end matters because it says what the lines are: text that becomes a script has not only moved. One copy that
    goes makes one that comes a move; what is copied once more is new.
    """
    going: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.new_mode == ABSENT and _is_file(row.old_mode):
            going.setdefault((row.old_oid, _end(row.path)), []).append(row.path)
    moved: set[str] = set()
    for row in rows if going else ():
        if row.old_mode == ABSENT and _is_file(row.new_mode):
            same = going.get((row.new_oid, _end(row.path)), [])
            if same:
                moved.update((row.path, same.pop(0)))
    return moved


def _end(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name[1:] else name.lower()
