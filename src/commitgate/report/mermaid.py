"""The stages as a diagram that GitHub and GitLab draw from text: Mermaid, inside a fence of Markdown."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LEFT, PLAIN = "left", "waiting"
# State → class; every other state is drawn as waiting.
_CLASSES = {"pass": "good", "fail": "bad", "escalate": "asked", "stale": "asked", "skipped": LEFT}
_STYLES = {
    "good": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "bad": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "asked": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    LEFT: "fill:#f6f8fa,stroke:#d0d7de,color:#656d76,stroke-dasharray:4",
    PLAIN: "fill:#ffffff,stroke:#d0d7de,color:#656d76",
}


def diagram(stages: Sequence[dict[str, Any]]) -> str:
    """The gates from left to right, an arrow from each to those that need it; "" without a run.

    ``stages``: rows as :func:`commitgate.report.plain.stage_data` gives them, in the order of the track.
    """
    if not stages:
        return ""
    lines = ["```mermaid", "flowchart LR"]
    nodes = {row["stage"]: f"g{number}" for number, row in enumerate(stages)}
    alike: dict[tuple[str, ...], list[str]] = {}  # gates that need the same ones share their arrows
    for row in stages:
        node = nodes[row["stage"]]
        kind = _CLASSES.get(row["state"], PLAIN)
        lines.append(f'  {node}["{label(row["name"])}<br>{label(row["state"])}"]:::{kind}')
        alike.setdefault(tuple(nodes[need] for need in row["needs"]), []).append(node)
    lines += [f"  {' & '.join(before)} --> {' & '.join(after)}" for before, after in alike.items() if before]
    lines += [f"  {style}" for style in styles(*_STYLES)]
    return "\n".join([*lines, "```"])


def styles(*kinds: str) -> list[str]:
    """The definitions of the classes that a diagram uses."""
    return [f"classDef {kind} {_STYLES[kind]}" for kind in kinds]


def label(text: str) -> str:
    """Names of stages and areas may come from the policy under judgement: whatever has a meaning here is left out."""
    return "".join(one if one.isalnum() or one in " -_()" else " " for one in str(text)[:80]).strip()
