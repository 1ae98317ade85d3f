"""Reading ``pipeline/deploy-log.md``: which warnings of earlier stages it carries forward. Pure in the bytes."""

from __future__ import annotations

from commitgate.documents import markdown
from commitgate.documents.facts import DeployLogFacts
from commitgate.documents.sections import folded, section_lines

CARRIED = "warnings carried forward"


def read(data: bytes) -> DeployLogFacts:
    """The items below ``## Warnings carried forward`` in ``data``, and what keeps it from being read. Never raises."""
    document, refused = markdown.read(data, "deploy")
    own = (one for one in document.headings if one.top and one.level == 2 and folded(one.text) == CARRIED)
    line = next((heading.line for heading in own), 0)
    if not line:
        return DeployLogFacts((), 0, refused)
    first, end = section_lines(document, line)
    return DeployLogFacts(tuple(item.text for item in document.items if first <= item.line < end), line, refused)
