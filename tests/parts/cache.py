"""A folder for what is slow to get, shared by test processes that run side by side.

It is `$BPC_TEST_CACHE`, or `.cache/tools` in the repository. Whatever is written appears at once and whole.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def folder(*parts: str) -> Path:
    """A folder inside the cache, made if it is not there."""
    chosen = os.environ.get("BPC_TEST_CACHE")
    path = (Path(chosen) if chosen else REPOSITORY / ".cache" / "tools").resolve().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time. The lock goes with the process, so a killed test run leaves nothing behind."""
    with open(path, "a", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees half of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
