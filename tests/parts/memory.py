"""A sink that keeps what a compile writes."""

from __future__ import annotations


class Memory(dict[str, bytes]):
    """Contents by path."""

    def write(self, path: str, content: bytes) -> None:
        self[path] = content
