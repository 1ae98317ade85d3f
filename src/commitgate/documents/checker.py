"""What a schema can be asked. For type checkers only: no reader imports this, nor ``typing``, when it runs."""

from __future__ import annotations

from typing import Any, Protocol

from commitgate.documents.refusal import Refusal


class Checker(Protocol):
    """What a schema can be asked. ``keys`` are the names it gives to keys at the top, ``place`` is its file."""

    @property
    def keys(self) -> frozenset[str]: ...

    @property
    def place(self) -> str: ...

    def accepts(self, document: Any) -> bool:
        """Whether the document is valid."""

    def refusals(self, document: Any) -> tuple[Refusal, ...]:
        """What is wrong with it, in the order of the paths, 20 at most; () when it is valid."""
