"""What a commit makes stale, told once: a warning when it is made, an obstacle to *ready* while it stays so."""

from __future__ import annotations

from commitgate.finding import WARNING, Finding
from commitgate.judge.stages import STALE, Board, Box


def stale_findings(board: Board, before: set[str]) -> list[Finding]:
    """What this commit makes stale, as one warning with the chain. ``before``: stage ids that were stale already."""
    stale = [box for box in board.boxes if box.state == STALE and box.stage_id not in before]
    if not stale:
        return []
    chain = ", ".join(box.stage_id for box in stale)
    reviews = [number for number, box in enumerate(stale) if box.stage == "peer-review"]
    ahead = stale[: reviews[0]] if reviews else stale  # what comes after a review waits for it
    names = " ".join(dict.fromkeys(box.stage for box in ahead))
    hint = (
        f"once the roles stand by them: git gate reaffirm {names}"
        if names
        else f"git gate review {stale[0].area} renews an approval"
    )
    return [Finding("order/stale", WARNING, f"this makes {chain} stale: {_causes(stale)}", hint)]


def _causes(stale: list[Box]) -> str:
    """What changed under stale gates: every file once, although each gate was given on another state of it."""
    files = [text.rpartition(" (")[0] or text for box in stale if box.stage != "peer-review" for text in box.changed]
    named = list(dict.fromkeys(files or [text for box in stale for text in box.changed])) or [stale[0].why]
    more = f" and {len(named) - 5} more" if len(named) > 5 else ""
    return "; ".join(named[:5]) + more
