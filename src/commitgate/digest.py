"""SHA-256 from the bare C module: hashlib brings OpenSSL along, a millisecond of every start."""

from __future__ import annotations

try:
    from _sha256 import sha256  # type: ignore[import-not-found]
except ImportError:  # another Python, or a later one
    from hashlib import sha256

__all__ = ["sha256"]
