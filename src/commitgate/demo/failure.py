"""How the demonstration says that the tool did not behave as scripted."""

from __future__ import annotations


class Difference(Exception):
    """Something came out differently. ``expected`` says what, ``output`` is all that git and its hooks said."""

    def __init__(self, expected: str, output: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.output = output
