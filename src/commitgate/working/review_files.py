"""The review files of one reviewer in the work tree: which file holds which area, and writing their sections."""

from __future__ import annotations

from commitgate.documents.facts import ReviewSection
from commitgate.documents.review import read, write_section
from commitgate.facts import Snapshot
from commitgate.judge.verdicts import find_reviewer
from commitgate.policy.layout import REVIEWS
from commitgate.policy.model import Policy, Reviewer
from commitgate.record import Record
from commitgate.working.run_folder import RunFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Section(Record):
    """What is to stand about one area. ``verdict`` is APPROVED, "CHANGES REQUESTED" or "" (to be completed)."""

    reviewed: str  # the tool-written line
    verdict: str
    body: str


def file_of(policy: Policy, snapshot: Snapshot, reviewer: Reviewer, area: str) -> str:
    """Path of the reviewer's file that speaks of the area; else of the first one there is; else of the one to make."""
    own = []
    for path, name, facts in snapshot.reviews():
        if find_reviewer(policy, name) == reviewer:
            own.append(path)
            if any(section.area == area for section in facts.sections):
                return path
    return own[0] if own else f"{snapshot.root}/{REVIEWS}by-{reviewer.name}.md"


def section_of(folder: RunFolder, path: str, area: str) -> ReviewSection | None:
    """The section about an area as it stands in a file."""
    data = folder.read(path)
    found = read(data).sections if data is not None else ()
    return next((section for section in found if section.area == area), None)


def write_sections(
    folder: RunFolder, policy: Policy, snapshot: Snapshot, reviewer: Reviewer, sections: Mapping[str, Section]
) -> dict[str, str]:
    """Write sections by area, every file once and only when all of them can be written; area → path."""
    paths = {area: file_of(policy, snapshot, reviewer, area) for area in sections}
    data: dict[str, bytes | None] = {path: folder.read(path) for path in paths.values()}
    for area, one in sections.items():
        path = paths[area]
        data[path] = write_section(data[path], reviewer.name, area, one.reviewed, one.verdict, one.body)
    for path, content in data.items():
        if content is not None:
            folder.write(path, content)
    return paths
