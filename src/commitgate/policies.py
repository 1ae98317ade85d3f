"""Which policy is in force for a tree: its ``.gates.yaml`` over the shipped rules, compiled once for each blob."""

from __future__ import annotations

from commitgate.errors import GateError
from commitgate.finding import MALFORMED, Finding, at
from commitgate.git.reads import HEAD_POLICY
from commitgate.git.side import content_on_disk, is_link
from commitgate.objects import ABSENT, SUBMODULE, SYMLINK, TREE, Row
from commitgate.policy.model import Policy
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from commitgate.git.cat_file import Blob
    from commitgate.git.repository import Repository
    from commitgate.memo import Memo

    Find = Callable[[str], "File"]

POLICY_FILE = ".gates.yaml"
_SHIPPED = "none"  # where there is no file


class PolicyRefused(GateError):
    """``.gates.yaml`` cannot be accepted: nothing can be judged, and the findings say why."""

    code = 1

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the policy in .gates.yaml cannot be accepted", "git gate check says where and why")
        self.findings = tuple(at(POLICY_FILE, findings))


class File(Record):
    """A file beside the policy: its blob, "" where it has none, and its bytes, None where there is no file."""

    oid: str
    data: bytes | None


class Policies:
    """Compiled policies, from the memo where it knows the blob."""

    def __init__(self, repo: Repository, memo: Memo) -> None:
        self._repo = repo
        self._memo = memo
        self._made: dict[str, Policy] = {}  # by blob: what was taken out of the memo once is at hand

    def at_commit(self, commit: str) -> Policy:
        """The policy in a commit's tree."""
        return self.protected(commit) or self._compiled("", None)

    def protected(self, tip: str) -> Policy | None:
        """The policy that the target branch has at its tip; None while it has not adopted any.

        A branch with runs in it, the archived ones too, lives under the shipped rules as long as it has no file.
        """
        if self._has_none(tip):
            return None
        known = self._remembered(tip)
        if known is not None:
            return known
        tree, blob = self._repo.batch.get([f"{tip}^{{tree}}", f"{tip}:{POLICY_FILE}"])
        _plain(_mode(tree, POLICY_FILE))
        if blob.type == "blob":
            return self._at(tip, blob.oid, self._compiled(blob.oid, blob.data, self._of_commit(tip)))
        shipped = self._compiled("", None)
        if _holds_runs(tree, shipped):
            return self._at(tip, _SHIPPED, shipped)
        self._at(tip, "", shipped)
        return None

    def _at(self, commit: str, key: str, policy: Policy) -> Policy:
        """Keep which policy a commit has ("": none is adopted); one with schemas depends on more than its own blob."""
        if not policy.schemas:
            self._memo.put("tips", ("policy", commit), key)
        return policy

    def _has_none(self, commit: str) -> bool:
        """Whether the memo knows that a commit (a full id) has adopted no policy."""
        return bool(self._memo.get("tips", ("policy", commit)) == "")

    def _remembered(self, commit: str) -> Policy | None:
        """The policy of a commit (a full id) from the memo."""
        key: str | None = self._memo.get("tips", ("policy", commit))
        if not key:
            return None
        policy: Policy | None = self._made.get(key) or self._memo.get("policies", key)
        if policy is not None:
            self._made[key] = policy
        return policy

    def in_index(self, rows: list[Row], head: str = "") -> Policy:
        """The policy in the index, given its rows against HEAD. ``head``: HEAD's full id, where it is known."""
        row = next((row for row in rows if row.path == POLICY_FILE), None)
        if row is None:
            return self._at_head(self._of_rows(rows), head)
        if row.new_mode == ABSENT:
            return self._compiled("", None)
        _plain(row.new_mode)
        return self._compiled(row.new_oid, self._repo.batch.get([row.new_oid])[0].data, self._of_rows(rows))

    def in_worktree(self, rows: list[Row], head: str = "") -> Policy:
        """The policy in the work tree, given its rows against HEAD. ``head``: HEAD's full id, where it is known."""
        row = next((row for row in rows if row.path == POLICY_FILE), None)
        if row is None:
            return self._at_head(self._of_rows(rows, self._on_disk), head)
        _plain(row.new_mode)
        return self.on_disk()

    def tried(self, profiles: Collection[str]) -> Policy:
        """What the file of the work tree makes when these of its profiles are chosen, and no others."""
        refuse_link(self._repo)
        from commitgate.policy.load import load_policy

        policy, findings = load_policy(self._on_disk(POLICY_FILE), self._on_disk, profiles)
        if policy is None:
            raise PolicyRefused(findings)
        return policy

    def on_disk(self) -> Policy:
        """The policy that the file of the work tree makes, whatever HEAD holds."""
        refuse_link(self._repo)
        policy = content_on_disk(self._repo, [POLICY_FILE]).get(POLICY_FILE)
        return self._compiled("", policy, lambda path: File("", self._on_disk(path)))

    def _at_head(self, find: Find, head: str) -> Policy:
        """The policy of HEAD, beside files that may differ from those of HEAD."""
        if head and self._has_none(head):
            return self._compiled("", None)
        known = self._remembered(head) if head else None
        if known is not None:
            return known
        tree, blob = self._repo.batch.get(HEAD_POLICY)
        _plain(_mode(tree, POLICY_FILE))
        if blob.type == "blob":
            policy = self._compiled(blob.oid, blob.data, find)
            return self._at(head, blob.oid, policy) if head else policy
        shipped = self._compiled("", None)
        return self._at(head, _SHIPPED if _holds_runs(tree, shipped) else "", shipped) if head else shipped

    def _compiled(self, oid: str, data: bytes | None, find: Find | None = None) -> Policy:
        """The policy of a blob (``data`` None: the shipped rules alone), with the schemas that ``find`` has for it.

        It is kept under the blob's id, and those of its schemas, where they have one.
        """
        key = oid or (_SHIPPED if data is None else "")
        known: Policy | None = self._made.get(key) or (self._memo.get("policies", key) if key else None)
        if known is not None:
            self._made[key] = known
            return known
        named = self._memo.get("policies", (key,)) if key else None  # the schemas that this very blob names
        files = {path: find(path) for path in named or () if find is not None}
        parts = (key, *[file.oid for file in files.values()])
        if files and all(parts):
            known = self._memo.get("policies", parts)
            if known is not None:
                return known
        from commitgate.policy.load import load_policy

        def read(path: str) -> bytes | None:
            if path not in files:
                files[path] = find(path) if find is not None else File("", None)
            return files[path].data

        policy, findings = load_policy(data, read)
        if policy is None:
            raise PolicyRefused(findings)
        self._keep(key, policy, files)
        return policy

    def _keep(self, key: str, policy: Policy, files: dict[str, File]) -> None:
        if not policy.schemas:
            if key:
                self._memo.put("policies", key, policy)
            return
        paths = tuple([schema.path for schema in policy.schemas])
        parts = (key, *[files[path].oid for path in paths])
        if all(parts):
            self._memo.put("policies", (key,), paths)
            self._memo.put("policies", parts, policy)

    def _of_commit(self, commit: str) -> Find:
        def find(path: str) -> File:
            blob = self._repo.batch.get([f"{commit}:{path}"])[0]
            return File(blob.oid, blob.data) if blob.type == "blob" else File("", None)

        return find

    def _of_rows(self, rows: list[Row], content: Callable[[str], bytes | None] | None = None) -> Find:
        """Files of HEAD, and those of the rows against it: their blobs, or what ``content`` has for a path."""
        changed = {row.path: row for row in rows}

        def find(path: str) -> File:
            row = changed.get(path)
            if row is None:
                return self._of_commit("HEAD")(path)
            if row.new_mode in (ABSENT, SYMLINK, SUBMODULE):
                return File("", None)
            data = content(path) if content is not None else self._repo.batch.get([row.new_oid])[0].data
            return File(row.new_oid, data)

        return find

    def _on_disk(self, path: str) -> bytes | None:
        return content_on_disk(self._repo, [path]).get(path)


def _holds_runs(tree: Blob, shipped: Policy) -> bool:
    """Whether a commit's tree has a run folder where the shipped rules expect one."""
    return any(_mode(tree, name) == TREE for name in shipped.runs)


def _mode(tree: Blob, name: str) -> str:
    from commitgate.git.tree import mode_at_root

    return mode_at_root(tree, name)


def refuse_link(repo: Repository) -> None:
    """PolicyRefused where the policy of the work tree is a symbolic link."""
    _plain(SYMLINK if is_link(repo, POLICY_FILE) else "")


def _plain(mode: str) -> None:
    """Refuse a policy that is no file: a link shows rules that stand elsewhere, and changes unseen with them."""
    if mode not in (SYMLINK, SUBMODULE):
        return
    kind = "a symbolic link" if mode == SYMLINK else "a submodule"
    message = f"the policy is {kind}; a plain file is expected"
    raise PolicyRefused((Finding("policy/mode", MALFORMED, message, f"put the rules themselves into {POLICY_FILE}"),))
