"""Past merges under an edited policy, as text and as data."""

from __future__ import annotations

from commitgate.report.plain import finding_data
from commitgate.report.text import Colours, neutral, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.finding import Finding
    from commitgate.simulation import Compared

_SHOWN = 10


def simulation_text(compared: list[Compared], colour: Colours) -> str:
    """The merges whose verdict changes, what appears and what disappears, then the count."""
    lines = []
    for one in compared:
        if not (one.changed or one.undecided):
            continue
        lines.append(f"{colour.bold(one.commit[:7])} {neutral(one.subject, 100)}")
        if one.undecided:
            lines.append(f"    {colour.warning('could not be judged')}: {neutral(one.undecided)}")
            continue
        if one.now.ready != one.then.ready:
            lines.append(f"    {_ready(one.now.ready)} → {_ready(one.then.ready)}")
        lines += _listed(colour.error("+"), one.appears) + _listed(colour.good("-"), one.disappears)
    return "".join(f"{line}\n" for line in (*lines, _count(compared)))


def simulation_data(compared: list[Compared]) -> dict[str, Any]:
    """What ``git gate policy simulate --json`` prints: every merge, those that stay as they were too."""
    merges = [
        {
            "commit": one.commit,
            "subject": one.subject,
            "changed": one.changed,
            "undecided": one.undecided,
            "ready": {"now": one.now.ready, "edited": one.then.ready},
            "appears": [finding_data(finding) for finding in one.appears],
            "disappears": [finding_data(finding) for finding in one.disappears],
        }
        for one in compared
    ]
    return {"schema": 1, "changed": sum(one.changed for one in compared), "merges": merges}


def _ready(ready: bool) -> str:
    return "ready" if ready else "not ready"


def _listed(mark: str, findings: tuple[Finding, ...]) -> list[str]:
    lines = []
    for one in findings[:_SHOWN]:
        where = f" {place(one)}" if one.path else ""
        lines.append(f"    {mark} {one.rule}{where}: {neutral(one.message, 200)}")
    more = len(findings) - _SHOWN
    return [*lines, f"    {mark} and {more} more"] if more > 0 else lines


def _count(compared: list[Compared]) -> str:
    changed = [one for one in compared if one.changed]
    lost = sum(one.now.ready and not one.then.ready for one in changed)
    won = sum(one.then.ready and not one.now.ready for one in changed)
    unknown = sum(bool(one.undecided) for one in compared)
    merges = f"{len(compared)} merge{'s' if len(compared) != 1 else ''}"
    if not changed:
        said = f"{merges}, and the verdict on none of them would change"
    else:
        said = f"{merges}, {len(changed)} with another verdict: {lost} no longer ready, {won} ready at last"
    return said + (f"; {unknown} could not be judged" if unknown else "")
