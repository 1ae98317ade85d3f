"""Putting a run on another track: the ruling, the two files that name the track, and the gates of the one it leaves.

A gate says on which track it was passed, so none of them means anything on another; the commit that brings the ruling
may take them away. What they refused stays in the history: vetoes, escalations and failed attempts are not shed.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from commitgate.documents import context_edit, run
from commitgate.errors import GateError
from commitgate.finding import BLOCKED
from commitgate.policy.layout import gate_path, is_gate_path
from commitgate.working.decisions import unused
from commitgate.working.desk import Desk
from commitgate.working.starting import find_track


class Switched(NamedTuple):
    """Paths from the repository's root: files written, and gates taken away."""

    written: tuple[str, ...]
    removed: tuple[str, ...]


def about_the_track(topic: str, decision: str) -> bool:
    """Whether a ruling puts the run on a track."""
    return topic.strip().casefold() == "track" and bool(decision)


def switch(desk: Desk, topic: str, track: str) -> Switched:
    """Rule that the run goes on on ``track``; nothing is written when it is there already.

    UserError when there is no such track; GateError when a gate of the other one holds what no commit has, since it
    would be lost.
    """
    folder = desk.folder
    find_track(desk.policy, track)
    was = folder.run()
    gates = {
        stage_id: gate_path(folder.root, stage_id)
        for stage_id, gate in sorted(desk.snapshot.gates().items())
        if gate.track != track
    }
    open_work = {row.path for row in desk.snapshot.touched_process if is_gate_path(desk.snapshot.below(row.path))}
    for path in gates.values():
        if path in open_work:
            raise GateError(
                f"{path} was passed on the track {was.track} and is not committed yet",
                f"git add {folder.root} && git commit, then rule on the track",
                BLOCKED,
            )
    written = []
    if was.track != track:
        known = desk.snapshot.context.rulings if desk.snapshot.context is not None else ()
        when = unused(desk.now, {one.when for one in known if one.decision == track})

        def ruled(data: bytes) -> bytes:
            return context_edit.append_ruling(context_edit.change_track(data, track), when, topic, track)

        if folder.edit_context(ruled):
            written.append(folder.context_file)
        data = folder.read(folder.run_file) or b""
        if folder.edit(folder.run_file, data, run.with_track(data, track)):
            written.append(folder.run_file)
    for path in gates.values():
        os.unlink(os.path.join(folder.top, path))
    return Switched(tuple(written), tuple(gates.values()))
