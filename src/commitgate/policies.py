"""Which policy is in force for a tree: its ``.gates.yaml`` over the shipped rules, compiled once for each blob."""

from __future__ import annotations

from commitgate.errors import GateError
from commitgate.finding import MALFORMED, Finding, at
from commitgate.git.side import content_on_disk, is_link
from commitgate.git.tree import mode_at_root
from commitgate.objects import ABSENT, SUBMODULE, SYMLINK, Row
from commitgate.policy.model import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.git.process import Repository
    from commitgate.memo import Memo

POLICY_FILE = ".gates.yaml"


class PolicyRefused(GateError):
    """``.gates.yaml`` cannot be accepted: nothing can be judged, and the findings say why."""

    code = 1

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the policy in .gates.yaml cannot be accepted", "git gate check says where and why")
        self.findings = tuple(at(POLICY_FILE, findings))


class Policies:
    """Compiled policies, from the memo where it knows the blob."""

    def __init__(self, repo: Repository, memo: Memo) -> None:
        self._repo = repo
        self._memo = memo

    def at_commit(self, commit: str) -> Policy:
        """The policy in a commit's tree."""
        return self.protected(commit) or self._compiled("", None)

    def protected(self, tip: str) -> Policy | None:
        """The policy that the target branch has at its tip; None while it has not adopted one."""
        tree, blob = self._repo.batch.get([f"{tip}^{{tree}}", f"{tip}:{POLICY_FILE}"])
        _plain(mode_at_root(tree, POLICY_FILE))
        return self._compiled(blob.oid, blob.data) if blob.type == "blob" else None

    def in_index(self, rows: list[Row]) -> Policy:
        """The policy in the index, given its rows against HEAD."""
        row = next((row for row in rows if row.path == POLICY_FILE), None)
        if row is None:
            return self.at_commit("HEAD")
        if row.new_mode == ABSENT:
            return self._compiled("", None)
        _plain(row.new_mode)
        return self._compiled(row.new_oid, self._repo.batch.get([row.new_oid])[0].data)

    def in_worktree(self, rows: list[Row]) -> Policy:
        """The policy in the work tree, given its rows against HEAD."""
        row = next((row for row in rows if row.path == POLICY_FILE), None)
        if row is None:
            return self.at_commit("HEAD")
        _plain(row.new_mode)
        return self.on_disk()

    def on_disk(self) -> Policy:
        """The policy that the file of the work tree makes, whatever HEAD holds."""
        refuse_link(self._repo)
        return self._compiled("", content_on_disk(self._repo, [POLICY_FILE]).get(POLICY_FILE))

    def _compiled(self, oid: str, data: bytes | None) -> Policy:
        """The policy of a blob (``data`` None: the shipped rules alone); kept under its id when it has one."""
        key = oid or ("none" if data is None else "")
        known: Policy | None = self._memo.get("policies", key) if key else None
        if known is not None:
            return known
        from commitgate.policy.load import load_policy

        policy, findings = load_policy(data)
        if policy is None:
            raise PolicyRefused(findings)
        if key:
            self._memo.put("policies", key, policy)
        return policy


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
