"""JSON Schemas that a repository brings for the gates of its stages, read from the tree that the policy is read from.

Such a schema is a part of the rules: it is carried in the compiled policy, so changing it is changing the policy.
"""

from __future__ import annotations

from collections.abc import Callable

from commitgate.digest import sha256
from commitgate.policy.model import Schema
from commitgate.policy.sources import Path, Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Read = Callable[[str], bytes | None]


def nothing(path: str) -> bytes | None:
    """A tree that holds no file but the policy."""
    return None


def own_schemas(sources: Sources, read: Read) -> tuple[Schema, ...]:
    """Every schema that a stage names, in the order of the stages; what is missing or wrong is refused."""
    found: dict[str, Schema | None] = {}
    stages: dict[str, Any] = sources.own.get("stages") or {}
    for name, fields in stages.items():
        named = (fields or {}).get("schema") or ""
        if named and named not in found:
            found[named] = _read(sources, ("stages", name, "schema"), named, read(named))
    return tuple(schema for schema in found.values() if schema is not None)


def _read(sources: Sources, path: Path, named: str, data: bytes | None) -> Schema | None:
    if data is None:
        message = f"{'.'.join(map(str, path))}: no file {named} in this tree"
        sources.refuse("stage-schema", path, message, "add the file, with git add; it is read from where the policy is")
        return None
    # jsonschema is imported only where there is a schema to check.
    from commitgate.documents.own_schema import faults

    wrong = faults(data)
    sources.refuse_in(named, wrong)
    return None if wrong else Schema(named, sha256(data).hexdigest(), data.decode("utf-8"))
