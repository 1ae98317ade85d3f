"""``pipeline/code-review/by-<reviewer>.md``: reading it, and writing one section of it."""

from __future__ import annotations

from commitgate.documents.review_read import APPROVED, CHANGES_REQUESTED, read
from commitgate.documents.review_write import write_section

__all__ = ["APPROVED", "CHANGES_REQUESTED", "read", "write_section"]
