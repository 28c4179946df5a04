"""Files beside a blueprint, which compiling may read: below the blueprint's folder, and each once."""

from __future__ import annotations

import os


def lock_of(file: str) -> str:
    """What `bpc vendor` calls the lock of a blueprint, by its file."""
    return os.path.splitext(os.path.basename(file))[0] + ".lock"


class Beside:
    """Reads by paths relative to the blueprint's folder, and notes what was looked for, also in vain."""

    def __init__(self, folder: str | None) -> None:
        """Without a folder there is nothing to read."""
        self.folder = folder
        self.seen: list[str] = []
        self._read: dict[str, bytes] = {}

    @classmethod
    def of(cls, file: str) -> Beside:
        """The files beside a blueprint."""
        return cls(os.path.dirname(file))

    def has(self, path: str) -> bool:
        """Whether there is a file by a name."""
        if self.folder is None:
            return False
        place = os.path.join(self.folder, path)
        self.seen.append(place)
        return os.path.exists(place)

    def read(self, path: str) -> bytes:
        """A file's content; `OSError` where it cannot be had, or is not below the folder."""
        if path not in self._read:
            if self.folder is None:
                raise FileNotFoundError(2, "there are no files beside it", path)
            place = os.path.join(self.folder, path)
            self.seen.append(place)
            root = os.path.realpath(self.folder or os.curdir)
            if os.path.commonpath([root, os.path.realpath(place)]) != root:
                raise PermissionError(1, "it is not below the blueprint's folder", path)
            with open(place, "rb") as file:
                self._read[path] = file.read()
        return self._read[path]
