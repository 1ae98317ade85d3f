"""What was worked out before, kept under the repository's git directory: a convenience, never a source of truth.

Facts are pure functions of blob ids, and what they are pure functions of is their key. CI and the server never
open a memo. One that cannot be read is ignored; writing is a temporary file and a rename, so a killed process
leaves the old one. The format is marshal (nothing to import) behind a checksum, because marshal trusts its input.
"""

from __future__ import annotations

import marshal
import os
import sys

from commitgate import __version__, share
from commitgate.digest import sha256
from commitgate.documents import facts as document_facts
from commitgate.finding import Finding
from commitgate.policy import model
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.git.repository import Repository

_TYPES: dict[str, Any] = {}
_stamped = ""
# A bytes mark tells a packed record from a plain tuple: no document's facts ever hold bytes.
_RECORD = b"r"
_MANY = b"m"
_KEEP = {
    "documents": 400,
    "paths": 5000,
    "lines": 2000,
    "needles": 4,
    "heads": 4,
    "policies": 12,
    "tips": 16,
    "waivers": 8,
    "runs": 12,
}


def register(*types: Any) -> None:
    """Make record types known, so that they can be kept."""
    for kind in types:
        _TYPES[kind.__name__] = kind


register(
    Finding,
    *(
        kind
        for module in (document_facts, model)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, tuple) and kind is not Record
    ),
)


def pack(value: Any) -> Any:
    """The value with every record turned into something marshal can hold."""
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return (_RECORD, type(value).__name__, *[pack(item) for item in value])
        packed = [pack(item) for item in value]
        if any(one is not other for one, other in zip(packed, value, strict=True)):
            return (_MANY, *packed)
        return value
    if isinstance(value, dict):
        changed = {key: pack(item) for key, item in value.items()}
        if any(changed[key] is not item for key, item in value.items()):
            return (_MANY, changed)
    return value


def unpack(value: Any) -> Any:
    """The inverse of :func:`pack`; plain values are returned as they are, without being walked."""
    if type(value) is tuple and value:
        if value[0] == _RECORD:
            return tuple.__new__(
                _TYPES[value[1]], [unpack(item) if type(item) is tuple else item for item in value[2:]]
            )
        if value[0] == _MANY:
            if len(value) == 2 and type(value[1]) is dict:
                return {key: unpack(item) for key, item in value[1].items()}
            return tuple([unpack(item) for item in value[1:]])
    return value


def _stamp() -> str:
    """What the kept facts depend on beside their keys: this tool as it is loaded, so it is found out once."""
    global _stamped
    _stamped = _stamped or _state()
    return _stamped


def _state() -> str:
    """The version; in a checkout the state of its files, too."""
    stamp = f"{__version__} {sys.hexversion:x}"
    package = os.path.dirname(os.path.abspath(__file__))
    if os.path.dirname(share.ROOT) == package:
        return stamp  # installed from a wheel: the version says it all
    newest = 0
    for folder in (os.path.join(share.ROOT, "rules"), os.path.join(share.ROOT, "gates"), package):
        for found, _, names in os.walk(folder):
            if found.endswith("__pycache__"):
                continue
            for name in names:
                newest += os.stat(os.path.join(found, name)).st_mtime_ns
    return f"{stamp} {newest}"


class Memo:
    """Tables of packed values by key. Lookups unpack; :meth:`save` writes only when something was added."""

    def __init__(self, folder: str) -> None:
        self._file = os.path.join(folder, "memo")
        self._stamp = _stamp()
        self._tables: dict[str, dict[Any, Any]] = {}
        self._changed = False
        self._read()

    def _read(self) -> None:
        try:
            with open(self._file, "rb") as handle:
                data = handle.read()
        except OSError:
            return
        if data[:32] != sha256(data[32:]).digest():
            return
        try:
            stamp, tables = marshal.loads(data[32:])
        except (ValueError, EOFError, TypeError):
            return
        if stamp == self._stamp:
            self._tables = tables

    def get(self, table: str, key: Any) -> Any:
        """The value, or None when it is not kept."""
        found = self._tables.get(table, {}).get(key)
        return None if found is None else unpack(found)

    def put(self, table: str, key: Any, value: Any) -> None:
        """Keep a value; the oldest of the table go when it grows too long."""
        kept = self._tables.setdefault(table, {})
        kept.pop(key, None)
        kept[key] = pack(value)
        while len(kept) > _KEEP[table]:
            del kept[next(iter(kept))]
        self._changed = True

    def save(self) -> None:
        """Write the memo if anything was added. A failure to write is no failure."""
        if not self._changed:
            return
        body = marshal.dumps((self._stamp, self._tables))
        temporary = f"{self._file}.{os.getpid()}.tmp"
        try:
            os.makedirs(os.path.dirname(self._file), exist_ok=True)
            with open(temporary, "wb") as handle:
                handle.write(sha256(body).digest() + body)
            os.replace(temporary, self._file)
            _sweep(os.path.dirname(self._file))
        except OSError:
            _remove(temporary)
            return
        self._changed = False


def _remove(file: str) -> None:
    try:
        os.unlink(file)
    except OSError:
        pass  # it was never made


def _sweep(folder: str) -> None:
    """Remove what killed writers left; one that only runs elsewhere, out of sight, loses nothing but its save."""
    for name in os.listdir(folder):
        pid = name[5:-4] if name.startswith("memo.") and name.endswith(".tmp") else ""
        if pid.isdecimal() and not _runs(int(pid)):
            _remove(os.path.join(folder, name))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # it is somebody else's
    return True


class NoMemo(Memo):
    """The memo of CI and the server: remembers within one run, reads and writes nothing."""

    def __init__(self) -> None:
        self._tables = {}
        self._changed = False

    def save(self) -> None:
        """Nothing is kept."""


def memo_of(repo: Repository) -> Memo:
    """The repository's memo; one that remembers nothing where there must be none (CI, a quarantine)."""
    if repo.env.get("CI") or repo.env.get("GIT_QUARANTINE_PATH"):
        return NoMemo()
    # A plain ``.git`` folder needs no question to git; everything else is asked.
    git_dir = repo.env.get("GIT_DIR") or os.path.join(repo.directory, ".git")
    plain = os.path.isdir(os.path.join(git_dir, "objects"))
    return Memo(os.path.join(git_dir, "commitgate") if plain else repo.git_path("commitgate"))
