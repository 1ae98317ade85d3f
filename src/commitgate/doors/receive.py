"""pre-receive: what a server is about to accept, all refs in one answer.

The new objects are in quarantine: git lets them be read and lets no ref be written. There is no work tree, and nothing
that a pusher can write says what is protected.
"""

from __future__ import annotations

import os
import time

from commitgate.doors.updates import HEADS, received
from commitgate.git.refs import begin_range, begin_update
from commitgate.git.repository import Repository

# A server fetches nothing while it judges; git before 2.45 knows only the second of these.
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}


def before_receive(data: bytes) -> int:
    """Judge every line that git writes to the hook; the exit code."""
    updates = received(data)
    if not updates:
        return 0
    repo = Repository("", {**os.environ, **_OFFLINE})
    alone = updates[0] if len(updates) == 1 and updates[0].ref.startswith(HEADS) and updates[0].new else None
    if alone is not None:  # the common push; what several need is asked when its turn comes
        begin_update(repo, *alone)
    # Imported only now: git works while Python loads.
    from commitgate.doors.branches import Judging, tell
    from commitgate.memo import NoMemo
    from commitgate.protection import default_branch, meant, protected_by_server

    # A branch may be another name of the protected one, as master is of main after it has been renamed.
    updates = [one._replace(ref=meant(repo, one.ref)) if one.ref.startswith(HEADS) else one for one in updates]
    memo = NoMemo()  # one for the whole answer, so that the policy is read once
    default = default_branch(repo)
    if alone is not None and default.tip:
        moved = alone.old if alone.ref == HEADS + default.name else ""
        begin_range(repo, moved or default.tip, alone.old, alone.new)
    judging = Judging(repo, protected_by_server(repo, memo, default), ["--all"], int(time.time()), memo)
    answers = judging.judge(updates)
    repo.close()
    return tell(answers, "nothing is accepted", judging.waived)
