"""One thing that a schema refuses, in words."""

from __future__ import annotations

from commitgate.documents.json_lines import PathPart
from commitgate.record import Record


class Refusal(Record):
    """One thing that a schema refuses.

    path: keys and indexes from the top, a missing key included; field: the path as people write it;
    found: "missing", "found false" or what jsonschema says; expected: what would be accepted, in words, "" when
    there are none; keyword: the schema keyword that refused; conditional: whether it stands below a ``then``
    of the schema, as everything does that a PASS needs.
    """

    path: tuple[PathPart, ...]
    field: str
    found: str
    expected: str
    keyword: str
    conditional: bool

    @property
    def message(self) -> str:
        """One sentence: field, found, expected."""
        return f"{self.field}: {self.found}" + (f", expected {self.expected}" if self.expected else "")
