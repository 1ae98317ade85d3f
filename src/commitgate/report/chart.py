"""The run as a graph: its gates and checkpoints, how each of them stands, and what needs what.

Every picture is drawn from this: the diagram for Markdown and the one in the HTML page.
"""

from __future__ import annotations

from commitgate.judge.notes import labels
from commitgate.judge.places import AHEAD, AUTOMATIC, DECIDED, WAITS, Place, checkpoints
from commitgate.judge.stages import ESCALATED, FAIL, MISSING, OPEN, PASSED, SKIPPED, STALE, WAITING, Box
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.record import Record

START, END, JOIN, GATE, CHECKPOINT = "start", "end", "join", "gate", "checkpoint"

# State → how people read it.
SHOWN = {
    PASSED: "PASS",
    FAIL: "FAIL",
    ESCALATED: "ESCALATE",
    STALE: "STALE",
    OPEN: "open",
    WAITING: "waiting",
    MISSING: "not run",
    SKIPPED: "not needed",
}


_PLACES = {
    DECIDED: (PASSED, "passed"),
    AUTOMATIC: (PASSED, "passed by itself"),
    WAITS: (OPEN, "waits for a decision"),
    AHEAD: (MISSING, "ahead"),
}


class Node(Record):
    """One place of the graph. ``state`` is that of a box (see judge/stages.py); "" at a start, an end and a join."""

    kind: str
    title: str
    state: str
    word: str  # the state for people
    who: str


class Chart(Record):
    """Nodes in the order of the track, and edges between their positions."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def chart(policy: Policy, verdict: Verdict) -> Chart:
    """The graph of a verdict; without nodes when no run is active.

    Where several gates need several others, a join stands between them, so that the edges stay few.
    """
    board = verdict.board
    if board is None:
        return Chart((), ())
    stages = policy.tracks[verdict.track].stages
    short = labels(board)
    places = {one.after: one for one in checkpoints(policy, verdict)}
    nodes = [Node(START, "", "", "", "")]
    edges: list[tuple[int, int]] = []
    exits: dict[str, list[int]] = {}  # stage name → the nodes after which it is behind us

    def add(node: Node, before: list[int]) -> int:
        nodes.append(node)
        edges.extend((one, len(nodes) - 1) for one in before)
        return len(nodes) - 1

    for stage in stages:
        boxes = [box for box in board.boxes if box.stage == stage.name]
        entries: list[int] = []
        for need in stage.needs or ("",):
            sources = exits.get(need, [0])
            if len(sources) > 1 and len(boxes) > 1:
                sources = [add(Node(JOIN, "", "", "", ""), sources)]
            entries += sources
        made = [add(_gate(verdict, box, short[box.stage_id]), entries) for box in boxes]
        place = places.get(stage.name)
        exits[stage.name] = [add(_checkpoint(place), made)] if place is not None else made
    needed = {name for stage in stages for name in stage.needs}
    last = [node for stage in stages if stage.name not in needed for node in exits[stage.name]]
    add(Node(END, "", "", "", ""), last)
    return Chart(tuple(nodes), tuple(edges))


def _gate(verdict: Verdict, box: Box, short: str) -> Node:
    gate = verdict.snapshot.gates().get(box.stage_id)
    who = gate.agent if gate is not None and gate.agent and box.stage != "peer-review" else box.role
    return Node(GATE, f"{short} {box.title}", box.state, SHOWN[box.state], who)


def _checkpoint(place: Place) -> Node:
    state, word = _PLACES[place.state]
    return Node(CHECKPOINT, f"Checkpoint {place.letter}", state, word, place.who)
