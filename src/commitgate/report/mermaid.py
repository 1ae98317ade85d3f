"""The stages as a diagram that GitHub and GitLab draw from text: Mermaid, inside a fence of Markdown."""

from __future__ import annotations

import itertools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# State → class; every other state is drawn as waiting.
_CLASSES = {"pass": "good", "fail": "bad", "escalate": "asked", "stale": "asked", "skipped": "left"}
_STYLES = (
    "classDef good fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "classDef bad fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "classDef asked fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "classDef left fill:#f6f8fa,stroke:#d0d7de,color:#656d76,stroke-dasharray:4",
    "classDef waiting fill:#ffffff,stroke:#d0d7de,color:#656d76",
)


def diagram(stages: Sequence[dict[str, Any]]) -> str:
    """The gates from left to right, those of one stage above each other; "" without a run.

    ``stages``: rows as :func:`commitgate.report.plain.stage_data` gives them, in the order of the track.
    """
    if not stages:
        return ""
    lines = ["```mermaid", "flowchart LR"]
    groups: dict[str, list[str]] = {}
    for number, row in enumerate(stages):
        node = f"g{number}"
        # A stage that has a gate for each area names the area in brackets.
        groups.setdefault(str(row["name"]).partition(" (")[0], []).append(node)
        kind = _CLASSES.get(row["state"], "waiting")
        lines.append(f'  {node}["{_label(row["name"])}<br>{_label(row["state"])}"]:::{kind}')
    columns = list(groups.values())
    for before, after in itertools.pairwise(columns):
        lines.append(f"  {' & '.join(before)} --> {' & '.join(after)}")
    lines += [f"  {style}" for style in _STYLES]
    return "\n".join([*lines, "```"])


def _label(text: str) -> str:
    """Names of stages and areas may come from the policy under judgement: whatever has a meaning here is left out."""
    return "".join(one if one.isalnum() or one in " -_()" else " " for one in str(text)[:80]).strip()
