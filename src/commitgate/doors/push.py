"""pre-push: what leaves this clone, ref by ref, judged before it is sent."""

from __future__ import annotations

import time

from commitgate.doors.branches import Judging, tell
from commitgate.doors.updates import HEADS, Update, pushed
from commitgate.engine import engine_of
from commitgate.git.refs import Refs, resolve
from commitgate.git.repository import Repository
from commitgate.protection import protected_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def before_push(data: bytes) -> int:
    """Judge every line that git writes to the hook; the exit code."""
    return _judge(pushed(data))


def from_framework(environ: Mapping[str, str]) -> int:
    """The same for the pre-commit framework, which names one ref in the environment and hands on no line.

    It leaves deletions out, and tells of several refs the first one that is not up to date.
    """
    repo = Repository()
    remote, old = environ["PRE_COMMIT_REMOTE_BRANCH"], environ.get("PRE_COMMIT_FROM_REF", "")
    ref = remote if remote.startswith("refs/") else HEADS + remote
    new = resolve(repo, environ.get("PRE_COMMIT_TO_REF") or environ["PRE_COMMIT_LOCAL_BRANCH"])
    return _judge([Update(ref, resolve(repo, old) if old else "", new)])


def _judge(updates: list[Update]) -> int:
    if not updates:
        return 0
    repo = Repository()
    commit = next((one.new for one in updates if one.new), "HEAD")
    with engine_of(repo) as engine:
        protected = protected_here(engine, Refs(repo), commit)
        judging = Judging(repo, protected, ["--remotes"], int(time.time()))
        return tell(judging.judge(updates), "nothing is pushed", judging.waived)
