"""Laying down the documents of a stage from the shipped templates, never over anything that is there."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from commitgate import share
from commitgate.errors import UserError
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.binding import review_areas
from commitgate.judge.carried import carried_warnings
from commitgate.policy.model import Stage
from commitgate.working.desk import Desk, Refused, find_area, find_stage


class Laid(NamedTuple):
    """One document of a stage; ``written`` is False for one that was there already."""

    path: str
    written: bool


def lay_down(desk: Desk, name: str, area: str) -> tuple[Stage, list[Laid]]:
    """The stage and its documents; Refused when it is not open yet."""
    stage, named = find_stage(desk.track, desk.policy, name)
    wanted = named or area
    if stage.derived:
        raise UserError(
            f"the documents of {stage.name} are the review files, one for each reviewer",
            "git gate review <area> --as <reviewer>",
        )
    if wanted and not stage.fan_out:
        raise UserError(f"the documents of {stage.name} are not divided by areas", f"git gate stage {stage.name}")
    areas = [find_area(desk.policy, wanted)] if wanted else [a.name for a in review_areas(desk.policy, desk.snapshot)]
    if not desk.board.open[stage.name]:
        lacking = "; ".join(desk.board.lacking[stage.name])
        message = f"{stage.name} is not open yet: {lacking}"
        raise Refused([Finding("order/early-work", BLOCKED, message, "git gate next says what comes first")])
    return stage, [_lay(desk, *document) for document in _documents(stage, areas, wanted)]


def _documents(stage: Stage, areas: list[str], wanted: str) -> list[tuple[str, str, str]]:
    """(path below the run folder, template, area) of every document; only those of one area when it is named."""
    found = []
    for pattern in stage.writes:
        if "{area}" in pattern:
            found += [(pattern.replace("{area}", area), pattern.replace("{area}", "area"), area) for area in areas]
        elif not pattern.endswith("/**") and not wanted:
            found.append((pattern, pattern, ""))
    return found


def _lay(desk: Desk, below: str, template: str, area: str) -> Laid:
    path = f"{desk.snapshot.root}/{below}"
    if os.path.lexists(os.path.join(desk.folder.top, path)):
        return Laid(path, False)
    words = {"feature": desk.folder.run().feature, "track": desk.track.name, "area": area, "root": desk.snapshot.root}
    words["warnings"] = _carried(desk)
    desk.folder.write(path, filled(template, words, desk.now))
    return Laid(path, True)


def _carried(desk: Desk) -> str:
    """The warnings of the gates so far as list items."""
    said = carried_warnings(desk.snapshot)
    return "\n".join(f"- {stage_id}: {' '.join(text.split())}" for stage_id, text in said) or "None."


def filled(template: str, words: dict[str, str], now: float) -> bytes:
    """A shipped template of the run folder with its ``{{words}}`` filled in; ``{{date}}`` is the day of ``now``.

    A repository's own graph may name documents that have no template; they begin with a heading.
    """
    file = share.path("templates", "pipeline", template)
    text = f"# {template.rpartition('/')[2].removesuffix('.md')}: {{{{feature}}}}\n"
    if os.path.isfile(file):
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    for key, value in {"date": time.strftime("%Y-%m-%d", time.gmtime(now)), **words}.items():
        text = text.replace(f"{{{{{key}}}}}", value)
    return text.encode()
