"""Which reader reads which file of a run folder. Readers are imported only when a document must be read."""

from __future__ import annotations

from commitgate.policy.layout import is_gate_path, is_waiver_path, reviewer_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from commitgate.policy.model import Schema

_BY_NAME = {
    "run.json": "run",
    "context.md": "context",
    "brief.md": "brief",
    "budget.md": "budget",
    "design-spec.md": "design",
    "test-report.md": "test_report",
    "runbook.md": "runbook",
    "deploy-log.md": "deploy_log",
    "retrospective.md": "retrospective",
    "lessons-learned.md": "lessons",
}
# Known by their headings alone: one reader, which names its findings after the document.
_BY_SECTIONS = frozenset({"runbook", "retrospective"})


def kind_of(below: str) -> str:
    """The kind of document at a path below the run folder, "" when no facts are read from it."""
    if is_gate_path(below):
        return "gate"
    if reviewer_of(below):
        return "review"
    if is_waiver_path(below):
        return "waiver"
    return _BY_NAME.get(below, "")


def read(kind: str, below: str, data: bytes, schema: Schema | None = None) -> Any:
    """The facts of one document, as its kind's reader gives them; ``schema`` is the repository's own one of a gate."""
    if kind == "gate":
        from commitgate.documents import gate

        added = None
        if schema is not None:
            from commitgate.documents.schema import own

            added = own(schema.text, schema.path)
        return gate.read(data, below.rsplit("/", 1)[-1], added=added)
    if kind in _BY_SECTIONS:
        from commitgate.documents import sections

        return sections.read(data, kind)
    if kind == "review":
        from commitgate.documents import review_read

        return review_read.read(data)
    # Not importlib.import_module: that module and what it loads cost more than some documents.
    return __import__(f"commitgate.documents.{kind}", fromlist=["read"]).read(data)
