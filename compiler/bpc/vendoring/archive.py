"""A chart's archive: kept by its SHA-256, and looked into without being unpacked."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.addon import Chart
from bpc.diagnostics import rule
from bpc.kit.digest import digest
from bpc.vendored import objects
from bpc.vendoring.failed import Failed

MOST = 100 * 1024 * 1024

UNREADABLE = rule(
    "BPC549",
    "chart-unreadable",
    why="What the repository gave is no chart of that name and version, or it renders to what is not Kubernetes' own.",
    cure="Tell the chart's publisher, or choose another version.",
)


class Contents:
    """The text files of an archive by their paths below the chart's own folder."""

    def __init__(self, raw: bytes, chart: Chart) -> None:
        try:
            self.files = dict(_texts(raw))
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise Failed(UNREADABLE, f"the archive of {chart.name} {chart.version} is broken: {error}") from error
        about = self.plain("Chart.yaml", {})
        self.about: Mapping[str, Any] = about if isinstance(about, dict) else {}
        found = (str(self.about.get("name")), str(self.about.get("version")).removeprefix("v"))
        if found != (chart.name, chart.version.removeprefix("v")):
            said = f"the archive of {chart.name} {chart.version} says that it is {' '.join(found)}"
            raise Failed(UNREADABLE, said)

    def plain(self, path: str, default: Any) -> Any:
        """A YAML or JSON file as plain data."""
        if path not in self.files:
            return default
        try:
            return objects.plain(self.files[path])
        except objects.Unreadable as error:
            raise Failed(UNREADABLE, f"{path} of the chart cannot be read: {error}") from error


def _texts(raw: bytes) -> Iterator[tuple[str, str]]:
    size = 0
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as tar:
        for member in tar:
            size += member.size
            if size > MOST:
                raise tarfile.TarError(f"it unpacks to more than {MOST // 1024 // 1024} MiB")
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name.partition("/")[2], file.read().decode("utf-8-sig", "replace")


class Cache:
    """Archives in the user's cache folder, `$XDG_CACHE_HOME/bpc/charts` or `~/.cache/bpc/charts`."""

    def __init__(self) -> None:
        home = os.environ.get("XDG_CACHE_HOME", "")
        self.folder = os.path.join(
            home if os.path.isabs(home) else os.path.join(os.path.expanduser("~"), ".cache"), "bpc", "charts"
        )

    def read(self, sha256: str) -> bytes | None:
        """An archive, if it is there and still what it was."""
        try:
            with open(self._path(sha256), "rb") as file:
                raw = file.read()
        except OSError:
            return None
        return raw if digest(raw) == sha256 else None

    def keep(self, raw: bytes) -> None:
        """For the next time; where it cannot be kept, it is fetched again."""
        path = self._path(digest(raw))
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(raw)
                os.replace(draft, path)
            except BaseException:
                os.unlink(draft)
                raise
        except OSError:
            return

    def _path(self, sha256: str) -> str:
        return os.path.join(self.folder, f"{sha256}.tgz")
