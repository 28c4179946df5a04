"""Whole folders that appear, change places and vanish: locks, the exchange, what a killed run left behind.

Beside the target `out/<name>` there are, for as long as it takes, `.<name>.new-*` (being filled; or, after the
exchange, being deleted) and `.<name>.old-*` (the target while it stands aside, where the system has no
exchange). So a `.new-*` is never needed again once its process is gone, and an `.old-*` without a target is
the target.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bpc.kit.record import Record

DIGITS = frozenset("0123456789abcdef")
AT_FDCWD = -100
RENAME_EXCHANGE = RENAME_SWAP = 2


class Places(Record):
    """Where the output goes, where it is made, and where the old one waits."""

    target: str
    new: str
    old: str


def beside(target: str) -> Places:
    """Names that nobody else has."""
    parent, name = os.path.split(target)
    mark = os.urandom(8).hex()
    hidden = os.path.join(parent, f".{name}")
    return Places(target, f"{hidden}.new-{mark}", f"{hidden}.old-{mark}")


def lock(folder: str, *, wait: bool) -> int | None:
    """A lock that ends with its process, as a file descriptor to close; None where there are no such locks.

    On the parent it makes commits take turns; on a new folder it says that someone is at work there. It leaves
    no file behind. `BlockingIOError` if someone else has it and we do not wait.
    """
    try:
        import fcntl
    except ImportError:
        return None
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException as error:
        os.close(held)
        # Some network file systems cannot; then we go without, as on Windows.
        if isinstance(error, OSError) and not isinstance(error, BlockingIOError):
            return None
        raise
    return held


@contextmanager
def locked(folder: str) -> Iterator[None]:
    held = lock(folder, wait=True)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def make(folder: str) -> list[str]:
    """Create a folder and its parents; those that were not there, outermost first."""
    missing: list[str] = []
    while not os.path.lexists(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    os.makedirs(missing[-1] if missing else folder, exist_ok=True)
    return missing


def unmake(made: list[str]) -> None:
    """Take back what `make` created, as far as it is still empty."""
    for folder in reversed(made):
        with suppress(OSError):
            os.rmdir(folder)


def write(path: str, content: bytes) -> None:
    """A new file, and the folders it needs."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(path, flags, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = os.open(path, flags, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)
    # The kernel's own times advance in ticks. A precise time is not repeated by a later change within the same
    # tick, so `stamp` notices that change.
    now = time.time_ns()
    os.utime(path, ns=(now, now))


def sweep(target: str) -> None:
    """Put back what a killed run had set aside, and remove what it left behind. Wants the parent's lock."""
    parent, name = os.path.split(target)
    for found in sorted(os.listdir(parent)):
        path = os.path.join(parent, found)
        if os.path.islink(path):
            continue
        if _is_ours(found, f".{name}.old-"):
            if os.path.lexists(target):
                remove(path)
            else:
                os.rename(path, target)
        elif _is_ours(found, f".{name}.new-"):
            with suppress(OSError):
                held = lock(path, wait=False)
                if held is not None:
                    remove(path)
                    os.close(held)


def swap(places: Places) -> None:
    """Put the new folder in place. What was there is in `places.new` afterwards; `clear` undoes half a swap."""
    target, new, old = places.target, places.new, places.old
    if not os.path.lexists(target):
        os.rename(new, target)
    elif not _exchange(new, target):
        os.rename(target, old)
        os.rename(new, target)
        with suppress(OSError):
            os.rename(old, new)


def clear(places: Places) -> None:
    """Remove what stands beside the target; where the target is missing, put back what was set aside."""
    if os.path.lexists(places.target):
        remove(places.old)
    else:
        with suppress(OSError):
            os.rename(places.old, places.target)
    remove(places.new)


def remove(folder: str) -> None:
    """Delete a folder, as far as we may. Another process may be at it too; the next run tries again what is left."""
    with suppress(OSError):
        if not os.access(folder, os.W_OK | os.X_OK):
            os.chmod(folder, 0o700)
        with os.scandir(folder) as listing:
            entries = list(listing)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                remove(entry.path)
            else:
                with suppress(OSError):
                    os.unlink(entry.path)
        os.rmdir(folder)


def _is_ours(name: str, prefix: str) -> bool:
    mark = name.removeprefix(prefix)
    return name == prefix + mark and len(mark) == 16 and DIGITS.issuperset(mark)


def _exchange(one: str, other: str) -> bool:
    """Let two folders change places in one step; False where the system cannot, nothing has happened then.

    renameat2(2) of Linux, renamex_np(2) of macOS; Python offers neither.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    try:
        import ctypes

        system = ctypes.CDLL(None)
        first, second = os.fsencode(one), os.fsencode(other)
        if sys.platform == "darwin":
            return bool(system.renamex_np(first, second, RENAME_SWAP) == 0)
        return bool(system.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0)
    except (ImportError, OSError, AttributeError):
        return False
