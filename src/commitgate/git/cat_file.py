"""One long-lived ``cat-file --batch``: objects by name, many at once, asked for before they are needed."""

from __future__ import annotations

from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from commitgate.git.process import Process


class Blob(Record):
    """One object as cat-file gives it. ``type`` is "missing" when there is none, "large" when it was not kept."""

    oid: str
    type: str
    data: bytes


# What is sent at once, in bytes: less than a pipe holds, or git would wait for its answers to be read while nobody
# reads them. That is 400 object ids, and fewer paths.
_ROOM = 28_000


class CatFile:
    """Answers come in the order of the requests, so what was expected is read before anything that is asked later."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._buffer = b""
        self._expected: list[tuple[str, int]] = []  # sent, not read yet: name and limit
        self._read: dict[tuple[str, int], Blob] = {}  # read, not wanted yet

    def expect(self, names: Iterable[str], limit: int = 0) -> None:
        """Send at most a turn of requests without waiting.

        Whoever wants one of the names under the same limit gets this answer, once.
        """
        wanted = [(name, limit) for name in names]
        self._expected += wanted
        self._send([name for name, _ in wanted])

    def get(self, names: Iterable[str], limit: int = 0) -> list[Blob]:
        """The objects, in the order of their names; in turns that cannot fill a pipe.

        A name that does not resolve is "missing", one beyond ``limit`` bytes (0: none) "large".
        """
        wanted = list(names)
        keys = {(name, limit) for name in wanted}
        self._catch_up(keys)
        found = {key[0]: self._read.pop(key) for key in keys & self._read.keys()}
        unknown = [name for name in wanted if name not in found]
        for turn in _turns(unknown):
            self._send(turn)
            found.update([(name, self._answer(limit)) for name in turn])
        return [found[name] for name in wanted]

    def _catch_up(self, wanted: set[tuple[str, int]]) -> None:
        """Read what was expected, up to the last of it that is wanted; all of it where more has to be asked."""
        ahead = [number for number, key in enumerate(self._expected, 1) if key in wanted]
        end = max(ahead, default=0)
        if not wanted <= self._read.keys() | set(self._expected):
            end = len(self._expected)
        for key in self._expected[:end]:
            self._read[key] = self._answer(key[1])  # of two answers for one name the later one counts
        del self._expected[:end]

    def _send(self, names: list[str]) -> None:
        self._process.write("".join([f"{name}\n" for name in names]).encode("utf-8", "surrogateescape"))

    def _answer(self, limit: int) -> Blob:
        while b"\n" not in self._buffer:
            self._buffer += self._chunk()
        header, _, self._buffer = self._buffer.partition(b"\n")
        words = header.decode("utf-8", "surrogateescape").rsplit(" ", 2)
        if len(words) != 3 or not words[2].isdigit():
            return Blob(words[0], "missing", b"")
        size = int(words[2])
        if limit and size > limit:
            self._drop(size + 1)
            return Blob(words[0], "large", b"")
        chunks, length = [self._buffer], len(self._buffer)
        while length < size + 1:
            chunks.append(self._chunk())
            length += len(chunks[-1])
        data = b"".join(chunks)
        self._buffer = data[size + 1 :]
        return Blob(words[0], words[1], data[:size])

    def _drop(self, size: int) -> None:
        """Read past so many bytes without keeping them."""
        while len(self._buffer) < size:
            size -= len(self._buffer)
            self._buffer = self._chunk()
        self._buffer = self._buffer[size:]

    def _chunk(self) -> bytes:
        chunk = self._process.read(1 << 18)
        if not chunk:
            self._process.fail()
        return chunk

    def close(self) -> None:
        """Let the process end."""
        self._process.leave()


def _turns(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in lists that have room in a pipe; one that is too long by itself is alone."""
    turn: list[str] = []
    room = _ROOM
    for name in names:
        size = 1 + len(name) * (1 if name.isascii() else 4)
        if turn and size > room:
            yield turn
            turn, room = [], _ROOM
        turn.append(name)
        room -= size
    if turn:
        yield turn
