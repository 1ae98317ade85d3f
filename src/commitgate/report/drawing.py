"""The graph of a run as a picture inside the HTML page: plain SVG, laid out here, coloured by the page's own style.

It runs from top to bottom with few boxes side by side, so that it can be read on a phone.
"""

from __future__ import annotations

from html import escape

from commitgate.report.chart import CHECKPOINT, GATE, Chart, Node
from commitgate.report.text import neutral

_WIDTH, _HEIGHT, _GAP, _DROP = 148, 58, 10, 34
_SMALL = 14  # what stands for a start, an end or a join
_ABREAST = 3  # boxes in one row
_FITS, _LONGEST = 18, 22  # letters of a bold line that fit into a box, and of a plain one
_LINES = 3
_KINDS = {
    "pass": "good",
    "fail": "bad",
    "escalate": "warn",
    "stale": "good stale",
    "open": "now",
    "waiting": "good waiting",
    "missing": "plain",
    "skipped": "plain skipped",
}


def drawing(chart: Chart) -> str:
    """The picture as one SVG element; "" for a graph without nodes."""
    if not chart.nodes:
        return ""
    places, width, height = _places(chart)
    lines = [f'<svg class="graph" viewBox="0 0 {width} {height}" role="img" aria-label="The stages as a graph">']
    lines += [_edge(chart, places, before, after) for before, after in chart.edges]
    lines += [_node(node, *place) for node, place in zip(chart.nodes, places, strict=True)]
    return "\n".join([*lines, "</svg>"])


def _places(chart: Chart) -> tuple[list[tuple[int, int]], int, int]:
    """(middle, top) of every node, and the width and height of it all."""
    depths = [0] * len(chart.nodes)
    for before, after in chart.edges:  # edges come in the order of the track, so what is before is known already
        depths[after] = max(depths[after], depths[before] + 1)
    rows = []
    for depth in range(max(depths) + 1):
        level = [number for number, mine in enumerate(depths) if mine == depth]
        rows += [level[start : start + _ABREAST] for start in range(0, len(level), _ABREAST)]
    width = max(map(len, rows)) * (_WIDTH + _GAP) + _GAP
    places = [(0, 0)] * len(chart.nodes)
    top = _GAP
    for row in rows:
        left = (width - len(row) * (_WIDTH + _GAP) + _GAP) // 2
        for position, number in enumerate(row):
            places[number] = (left + position * (_WIDTH + _GAP) + _WIDTH // 2, top)
        top += max(_height(chart.nodes[number]) for number in row) + _DROP
    return places, width, top - _DROP + _GAP


def _height(node: Node) -> int:
    return _HEIGHT if node.kind in (GATE, CHECKPOINT) else _SMALL


def _edge(chart: Chart, places: list[tuple[int, int]], before: int, after: int) -> str:
    left, top = places[before]
    top += _height(chart.nodes[before])
    right, bottom = places[after]
    middle = (top + bottom) // 2
    return f'<path d="M{left} {top}C{left} {middle} {right} {middle} {right} {bottom}"/>'


def _node(node: Node, middle: int, top: int) -> str:
    if node.kind not in (GATE, CHECKPOINT):
        return f'<circle cx="{middle}" cy="{top + _SMALL // 2}" r="{_SMALL // 2}"/>'
    names = [(line, "name") for line in _lines(neutral(node.title))]
    said = [*names, (neutral(node.word, _LONGEST), "word"), (neutral(node.who, _LONGEST), "")][:_LINES]
    round_ = 6 if node.kind == GATE else _HEIGHT // 2
    shape = f'<rect x="{middle - _WIDTH // 2}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="{round_}"/>'
    texts = [
        f'<text x="{middle}" y="{top + 18 + 15 * number}" class="{kind}">{escape(text)}</text>'
        for number, (text, kind) in enumerate(said)
    ]
    told = escape(neutral(", ".join(part for part in (node.title, node.word, node.who) if part)))
    return f'<g class="{_KINDS.get(node.state, "plain")}"><title>{told}</title>{shape}{"".join(texts)}</g>'


def _lines(title: str) -> list[str]:
    """The title in one or two lines that fit into a box, broken between words."""
    if len(title) <= _FITS:
        return [title]
    cut = title.rfind(" ", 0, _FITS + 1)
    if cut <= 0:
        return [neutral(title, _FITS)]
    return [title[:cut], neutral(title[cut + 1 :], _FITS)]
