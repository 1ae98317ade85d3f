"""``pipeline/diagram.md``: the run as a state diagram that GitHub, GitLab and editors draw from text (Mermaid).

The page depends on the tree and its history alone, so it is the same byte for byte until a stage moves.
"""

from __future__ import annotations

from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.report.chart import CHECKPOINT, END, JOIN, START, Chart, Node, chart
from commitgate.report.markdown import code, plain

_CLASSES = {
    "pass": "passed",
    "fail": "failed",
    "escalate": "escalated",
    "stale": "stale",
    "open": "open",
    "waiting": "waiting",
    "missing": "ahead",
    "skipped": "unneeded",
}
_STYLES = (
    "classDef passed fill:#1a7f37,stroke:#116329,color:#ffffff",
    "classDef failed fill:#cf222e,stroke:#82071e,color:#ffffff",
    "classDef escalated fill:#fb8f44,stroke:#953800,color:#1f2328",
    "classDef stale fill:#d4edda,stroke:#9a6700,stroke-width:3px,stroke-dasharray:6 4,color:#1f2328",
    "classDef waiting fill:#d4edda,stroke:#116329,stroke-dasharray:2 3,color:#1f2328",
    "classDef open fill:#eaeef2,stroke:#0969da,stroke-width:3px,color:#1f2328",
    "classDef ahead fill:#eaeef2,stroke:#8c959f,color:#424a53",
    "classDef unneeded fill:#f6f8fa,stroke:#afb8c1,stroke-dasharray:2 3,color:#57606a",
)
_LEGEND = (
    "Green is PASS, red FAIL, orange ESCALATE, grey not run; a blue border is open now. Pale green with a dashed "
    "border has passed and does not count: STALE where what it was given on has changed, waiting "
    "where something before it is missing."
)
_LONGEST = 80


def page(policy: Policy, verdict: Verdict) -> str:
    """The whole file, for a verdict with a run."""
    return "\n".join(
        (
            f"# Pipeline: {plain(verdict.feature)}",
            "",
            f"Track {plain(verdict.track)}, run {code(verdict.run)}. Written by `git gate visualize`.",
            "",
            "```mermaid",
            *source(chart(policy, verdict)),
            "```",
            "",
            _LEGEND,
            "",
        )
    )


def source(drawn: Chart) -> list[str]:
    """The lines of the diagram itself. Nodes are called by their number, so no name can be taken for syntax."""
    lines = ["stateDiagram-v2"]
    lines += [line for number, node in enumerate(drawn.nodes) for line in _declared(number, node)]
    lines += [f"    {_name(drawn, before)} --> {_name(drawn, after)}" for before, after in drawn.edges]
    lines += [f"    {style}" for style in _STYLES]
    for state, style in _CLASSES.items():
        meant = [f"s{number}" for number, node in enumerate(drawn.nodes) if node.state == state]
        if meant:
            lines.append(f"    class {','.join(meant)} {style}")
    return lines


def _declared(number: int, node: Node) -> list[str]:
    if node.kind in (START, END):
        return []
    if node.kind == JOIN:
        return [f"    state s{number} <<join>>"]
    parts = (node.word, node.who) if node.kind == CHECKPOINT or node.who else (node.word,)
    said = ", ".join(part for part in map(_label, parts) if part)
    return [f'    state "{_label(node.title) or "stage"}<br>{said}" as s{number}']


def _name(drawn: Chart, number: int) -> str:
    return "[*]" if drawn.nodes[number].kind in (START, END) else f"s{number}"


def _label(text: str) -> str:
    """Names of stages, areas and roles may come from anybody: whatever has a meaning here is left out."""
    return " ".join("".join(one if one.isalnum() or one in " -_()+./" else " " for one in text[:_LONGEST]).split())
