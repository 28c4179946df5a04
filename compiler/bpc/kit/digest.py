"""SHA-256 without OpenSSL, all of which hashlib would load. The standard library's `random` does the same."""

from __future__ import annotations

import sys

try:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256
    else:
        from _sha256 import sha256  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha256


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    found: str = sha256(content).hexdigest()
    return found
