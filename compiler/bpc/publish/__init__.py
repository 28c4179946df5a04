"""Puts finished output into its folder: all of it or nothing, and only where it is ours to write.

`Staging` takes artifacts as they are made and writes them to a hidden folder beside the target; `commit`
exchanges the two in one step. Killed at any moment, out of space or run twice at once, the folder is one
complete output or another, never a mixture; leftovers of a killed run are cleared away, or put back, by the
next one. A folder that already holds exactly these bytes is not touched, and a file edited by hand is made as
it should be: it says that it is generated. `Comparison` takes the same artifacts for `--check` and only reads.

Nothing is flushed to the disk (`fsync`). That would cost more than the whole compile, for bytes which the
blueprint gives again at any time. After a power cut files may be empty. The next compile compares contents, not
dates, and writes them anew; if the inventory is one of them, it asks you to delete the folder first.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bpc import stamp
from bpc.diagnostics import rule
from bpc.kit.record import Record
from bpc.publish import folders, inventory
from bpc.publish.inventory import MARKER, Refused

__all__ = ["Comparison", "Difference", "Published", "Refused", "Staging"]

SOMEONES_FILE = rule(
    "BPC502",
    "unknown-file",
    why="The output folder is replaced as a whole. It holds files that bpc did not write, and they would be lost.",
    cure="Move these files elsewhere, or delete them, and compile again.",
)
INACCESSIBLE = rule(
    "BPC503",
    "inaccessible-output",
    why="The operating system refused to read or write the output: the disk is full, the folder is read-only, a "
    "name is too long, a file stands where a folder has to be. What was there before is still there, unchanged.",
    cure="Make room or allow access, or choose another folder with -o, and compile again.",
)
OTHER_ENVIRONMENTS = rule(
    "BPC504",
    "other-environments",
    why="The output folder is replaced as a whole, and it holds environments that --env leaves out.",
    cure="Compile all environments, or write this one somewhere else with -o.",
)
IMMOVABLE = (
    "bpc puts a new folder in the place of the old one, and a mount point or a lower layer of a container image "
    "stays where it is; delete the folder first, or choose another one with -o"
)


class Published(Record):
    """What a commit did to the folder's files, the inventory among them.

    `fingerprint` is for `stamp.record`: the folder as it was when nobody else could have changed it, or "".
    """

    folder: str
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    fingerprint: str


class Difference(Record):
    """How a folder differs from what would be written; all empty when it does not."""

    stale: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


class Staging:
    """A sink whose content appears in `folder` at `commit`. Left without it, nothing has happened."""

    def __init__(self, folder: str, only: str = "") -> None:
        """`only` is the environment that is compiled alone; the folder must not hold others then."""
        self.folder = folder
        self.only = only
        self.target = os.path.abspath(folder)
        self.files: dict[str, str] = {}
        self.places = folders.Places("", "", "")
        self.made: list[str] = []
        self.ours: int | None = None
        self.swapped = False

    def __enter__(self) -> Staging:
        try:
            with _blamed(self.folder):
                parent = os.path.dirname(self.target)
                self.made = folders.make(parent)
                with folders.locked(parent):
                    folders.sweep(self.target)
                    _keep_others(inventory.read(self.target, self.folder), self.folder, self.only)
                    self.places = folders.beside(self.target)
                    os.mkdir(self.places.new)
                    self.ours = folders.lock(self.places.new, wait=False)
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def write(self, path: str, content: bytes) -> None:
        inventory.enter(self.files, path, content)
        self._put(path, content)

    def commit(self, extra: Mapping[str, Any]) -> Published:
        """Make it so. `extra` goes into the inventory: what the output was made from."""
        self._put(MARKER, inventory.text(extra, self.files))
        with _blamed(self.folder), folders.locked(os.path.dirname(self.target)):
            # First the fingerprint, then the contents: so it cannot hide a change made in between.
            seen, changed = stamp.look(self.target)
            published = self._compared()
            if not (published.changed or published.added or published.removed):
                return published.replace(fingerprint=seen if stamp.settled(changed, time.time_ns()) else "")
            fresh, _ = stamp.look(self.places.new)
            folders.swap(self.places)
            self.swapped = True
        return published.replace(fingerprint=fresh)

    def take_back(self) -> None:
        """Undo a commit, for who has more to write than this and cannot."""
        if not self.swapped:
            return
        with _blamed(self.folder), folders.locked(os.path.dirname(self.target)):
            if os.path.lexists(self.places.new):
                folders.swap(self.places)
            else:
                os.rename(self.places.target, self.places.new)

    def _put(self, path: str, content: bytes) -> None:
        with _blamed(f"{self.folder}/{path}"):
            folders.write(os.path.join(self.places.new, path), content)

    def _compared(self) -> Published:
        known = inventory.read(self.target, self.folder)
        # Asked again under the lock: another run may have put its environment here in the meantime.
        _keep_others(known, self.folder, self.only)
        found = inventory.on_disk(self.target)
        wanted = [*sorted(self.files), MARKER]
        same = {path for path in wanted if path in found and self._same(path, found[path])}
        strangers = [path for path in found if path not in known and path != MARKER and path not in same]
        if strangers:
            raise Refused(SOMEONES_FILE.at((), _losing(self.folder, strangers)))
        return Published(
            self.folder,
            changed=tuple(path for path in wanted if path in found and path not in same),
            added=tuple(path for path in wanted if path not in found),
            removed=tuple(path for path in found if path not in self.files and path != MARKER),
            unchanged=len(same),
            fingerprint="",
        )

    def _same(self, path: str, entry: os.DirEntry[str]) -> bool:
        staged = os.path.join(self.places.new, path)
        return inventory.holds(entry, os.path.getsize(staged), lambda: inventory.content(staged))

    def _clear(self) -> None:
        """Leave no trace; after a commit, none of what was there before."""
        folders.clear(self.places)
        if self.ours is not None:
            os.close(self.ours)
            self.ours = None
        folders.unmake(self.made)


class Comparison:
    """A sink that writes nothing and notes where `folder` differs from what it is given."""

    def __init__(self, folder: str, only: str = "") -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.stale: list[str] = []
        self.missing: list[str] = []
        with _blamed(folder, "read"):
            _keep_others(inventory.read(os.path.abspath(folder), folder), folder, only)
            self.found = inventory.on_disk(os.path.abspath(folder))

    def write(self, path: str, content: bytes) -> None:
        inventory.enter(self.files, path, content)
        self._compare(path, content)

    def finish(self, extra: Mapping[str, Any]) -> Difference:
        """The verdict, given what `Staging.commit` would be given."""
        self._compare(MARKER, inventory.text(extra, self.files))
        surplus = (path for path in self.found if path not in self.files and path != MARKER)
        return Difference(tuple(sorted(self.stale)), tuple(sorted(self.missing)), tuple(surplus))

    def _compare(self, path: str, content: bytes) -> None:
        entry = self.found.get(path)
        with _blamed(f"{self.folder}/{path}", "read"):
            if entry is None:
                self.missing.append(path)
            elif not inventory.holds(entry, len(content), lambda: content):
                self.stale.append(path)


@contextmanager
def _blamed(path: str, verb: str = "write") -> Iterator[None]:
    """Turns the operating system's refusal into ours."""
    try:
        yield
    except OSError as error:
        help = IMMOVABLE if error.errno in (errno.EXDEV, errno.EBUSY) else ""
        reason = error.strerror or str(error)
        if error.errno in (errno.ENOTDIR, errno.EEXIST) and isinstance(error.filename, str):
            reason = f"{_file_above(error.filename)} is a file, and a folder has to be there"
        raise Refused(INACCESSIBLE.at((), f"cannot {verb} {path}: {reason}", help)) from error


def _file_above(path: str) -> str:
    """What stands in the way: the nearest thing that is there."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return os.path.relpath(path) if path.startswith(os.getcwd() + os.sep) else path


def _keep_others(files: Mapping[str, str], folder: str, only: str) -> None:
    """`Refused` when the folder holds other environments than the one that is compiled alone."""
    held = {path.split("/")[1] for path in files if path.startswith("cloudformation/")}
    if only and (others := sorted(held - {only})):
        named = ", ".join(others[:5]) + (" and more" if len(others) > 5 else "")
        raise Refused(OTHER_ENVIRONMENTS.at((), f"{folder} would lose {named}", "write elsewhere with -o"))


def _losing(folder: str, paths: list[str]) -> str:
    named = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
    return f"{folder} would lose what bpc did not write: {named}"
