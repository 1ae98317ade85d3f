"""The run folder in one tree: its entries, and the facts of its documents, memoised by blob id."""

from __future__ import annotations

from commitgate.documents.reading import kind_of, read
from commitgate.errors import CannotDecide
from commitgate.objects import ABSENT, SUBMODULE, SYMLINK, Row
from commitgate.policy.layout import stage_id_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commitgate.facts import Snapshot
    from commitgate.git.repository import Repository
    from commitgate.memo import Memo
    from commitgate.policy.gates import GateRules
    from commitgate.policy.model import Schema

# How many trees' documents are kept at hand; a walk needs those of a commit and of its parents.
_TREES = 16

# A document kept out of the memo: what is in the work tree has no blob.
Content = dict[str, bytes]


class Trees:
    """Entries and documents below one run folder; ``rules`` are those of the policy, needed for gates only."""

    def __init__(self, repo: Repository, memo: Memo, root: str, rules: GateRules | None = None) -> None:
        self.repo = repo
        self.memo = memo
        self.root = root
        self._rules = rules
        self._trees: dict[int, tuple[dict[str, tuple[str, str]], dict[str, Any]]] = {}

    def run_id_at(self, commit: str) -> str:
        """The run id in a commit's tree, "" when there is none."""
        blob = self.repo.batch.get([f"{commit}:{self.root}/run.json"])[0]
        if blob.type != "blob":
            return ""
        found: str = self._read("run", "run.json", blob.oid, blob.data).id
        return found

    def landed(self, base: str, side: Snapshot, parents: tuple[Snapshot, ...]) -> str:
        """The id of the run that the base holds already; asked only where a side ends a run."""
        now = side.run.id if side.run is not None else ""
        ends = any(parent.run is not None and parent.run.id != now for parent in parents)
        return self.run_id_at(base) if ends and base else ""

    def entries_at(self, commit: str) -> dict[str, tuple[str, str]]:
        entries = {}
        for line in self.repo.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{self.root}/").split(b"\0"):
            if line:
                meta, _, path = line.partition(b"\t")
                mode, _, oid = meta.decode("ascii").split(" ")
                entries[path.decode("utf-8", "surrogateescape")] = (mode, oid)
        return entries

    def below(self, entries: dict[str, tuple[str, str]], rows: Iterable[Row]) -> dict[str, tuple[str, str]]:
        """The entries after the rows that lie below the run folder."""
        start = self.root + "/"
        changed = [row for row in rows if row.path.startswith(start)]
        if not changed:
            return entries
        after = dict(entries)
        for row in changed:
            if row.new_mode == ABSENT:
                after.pop(row.path, None)
            else:
                after[row.path] = (row.new_mode, row.new_oid)
        return after

    def documents_of(self, entries: dict[str, tuple[str, str]]) -> dict[str, Any]:
        """The documents of a commit's tree. Commits that leave the run folder alone share one set of entries."""
        known = self._trees.get(id(entries))
        if known is None:
            if len(self._trees) >= _TREES:
                del self._trees[next(iter(self._trees))]
            known = self._trees[id(entries)] = (entries, self.documents(entries, Content()))
        return known[1]

    def documents(self, entries: dict[str, tuple[str, str]], content: Content) -> dict[str, Any]:
        """The facts of every document that has a reader. A symlink or a submodule is not read at all."""
        found: dict[str, Any] = {}
        missing: list[tuple[str, str, str, str]] = []
        for path, (mode, oid) in entries.items():
            below = path[len(self.root) + 1 :]
            kind = kind_of(below)
            if not kind or mode in (SYMLINK, SUBMODULE):
                continue
            if path in content:
                found[path] = self._judged(kind, read(kind, below, content[path], self._schema(kind, below)))
                continue
            facts = self.memo.get("documents", self._key(kind, below, oid))
            if facts is None:
                missing.append((path, kind, below, oid))
            else:
                found[path] = self._judged(kind, facts)
        if missing:
            for (path, kind, below, oid), blob in zip(missing, self.repo.batch.get(m[3] for m in missing), strict=True):
                if blob.type != "blob":
                    raise CannotDecide(
                        f"{path}: its blob {oid[:12]} is not in the repository", "git fsck", "engine/missing-object"
                    )
                found[path] = self._judged(kind, self._read(kind, below, oid, blob.data))
        return found

    def _read(self, kind: str, below: str, oid: str, data: bytes) -> Any:
        key = self._key(kind, below, oid)
        known = self.memo.get("documents", key)
        if known is None:
            known = read(kind, below, data, self._schema(kind, below))
            self.memo.put("documents", key, known)
        return known

    def _judged(self, kind: str, facts: Any) -> Any:
        """The facts under the policy: what follows from the bytes alone is kept, what the policy adds is not."""
        return self._rules.applied(facts) if kind == "gate" and self._rules is not None else facts

    def _schema(self, kind: str, below: str) -> Schema | None:
        return self._rules.schema(stage_id_of(below)) if kind == "gate" and self._rules is not None else None

    def _key(self, kind: str, below: str, oid: str) -> tuple[str, ...]:
        # A gate is judged against its own file name and the repository's schema; other documents by their bytes alone.
        if kind != "gate":
            return (kind, oid)
        schema = self._schema(kind, below)
        return (below, oid) if schema is None else (below, oid, schema.digest)
