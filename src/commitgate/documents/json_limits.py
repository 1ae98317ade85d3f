"""What a JSON document may be at most; beyond that nothing is read, so that reading always ends soon."""

from __future__ import annotations

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 16  # more cannot be told apart by readers that keep numbers as IEEE doubles
