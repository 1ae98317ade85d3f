"""The run as a graph: its gates and checkpoints, how each of them stands, and what needs what.

Every picture is drawn from this: the diagram for Markdown and the one in the HTML page.
"""

from __future__ import annotations

from commitgate.judge.checkpoints import deciding_mark
from commitgate.judge.notes import labels
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
        letters = [one.letter for one in policy.checkpoints if one.letter == stage.checkpoint]
        exits[stage.name] = [add(_checkpoint(verdict, letters[0], stage.name), made)] if letters else made
    needed = {name for stage in stages for name in stage.needs}
    last = [node for stage in stages if stage.name not in needed for node in exits[stage.name]]
    add(Node(END, "", "", "", ""), last)
    return Chart(tuple(nodes), tuple(edges))


def _gate(verdict: Verdict, box: Box, short: str) -> Node:
    gate = verdict.snapshot.gates().get(box.stage_id)
    who = gate.agent if gate is not None and gate.agent and box.stage != "peer-review" else box.role
    return Node(GATE, f"{short} {box.title}", box.state, SHOWN[box.state], who)


def _checkpoint(verdict: Verdict, letter: str, after: str) -> Node:
    mark = deciding_mark(verdict.snapshot, verdict.history, letter)
    title = f"Checkpoint {letter}"
    if mark is not None:
        return Node(CHECKPOINT, title, PASSED, "passed by itself" if mark.automatic else "passed", mark.who)
    reached = verdict.board is not None and verdict.board.effective[after]
    return Node(CHECKPOINT, title, OPEN if reached else MISSING, "waits for a decision" if reached else "ahead", "")
