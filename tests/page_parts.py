"""What every written page of docs/ is put together from."""

from __future__ import annotations

NOTE = "<!-- Written by tests/docs_pages.py. Do not edit: change what it is made from, then run that file. -->"


def joined(parts: list[str]) -> str:
    """The parts of a page with a blank line between them."""
    return "\n\n".join(parts) + "\n"


def cell(text: str) -> str:
    """A text that stays inside its cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def escaped(text: str) -> str:
    """Names in angle brackets would be taken for HTML, and stars for emphasis."""
    return text.replace("<", "&lt;").replace("*", "\\*")
