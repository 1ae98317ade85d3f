"""Reading ``pipeline/deploy-log.md``: which warnings of earlier stages it carries forward. Pure in the bytes."""

from __future__ import annotations

from commitgate.documents import markdown
from commitgate.documents.facts import DeployLogFacts
from commitgate.documents.sections import folded, section_lines

CARRIED = "warnings carried forward"
_MOST = 10  # sections of that name; who writes more of them is read no further


def read(data: bytes) -> DeployLogFacts:
    """The items below ``## Warnings carried forward`` in ``data``, and what keeps it from being read. Never raises."""
    document, refused = markdown.read(data, "deploy")
    own = [one.line for one in document.headings if one.top and one.level == 2 and folded(one.text) == CARRIED]
    parts = [section_lines(document, line) for line in own]
    said = [item.text for item in document.items if any(first <= item.line < end for first, end in parts[:_MOST])]
    return DeployLogFacts(tuple(said), own[0] if own else 0, refused)
