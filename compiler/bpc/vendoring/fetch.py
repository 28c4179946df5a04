"""The archive of a chart, from the cache or its repository, and never other bytes than the lock has.

Helm does not compare an archive with its repository's index, so this does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from bpc.addon import Chart
from bpc.diagnostics import rule
from bpc.kit.digest import digest
from bpc.kit.record import Record
from bpc.vendoring import helm, index, login, web
from bpc.vendoring.archive import MOST, Cache
from bpc.vendoring.failed import Failed
from bpc.vendoring.helm import Helm
from bpc.vendoring.login import Login

TAMPERED = rule(
    "BPC544",
    "chart-tampered",
    why="The bytes of a published version never change. If they do, somebody has replaced the chart, or the "
    "repository is not the one that it was.",
    cure="Find out who changed it before anything else. If the new archive is right, `bpc vendor --update` takes it.",
)
NOT_CACHED = rule(
    "BPC545",
    "chart-not-cached",
    why="With --offline nothing is fetched: archives come from the cache, by the SHA-256 that the lock has.",
    cure="Run `bpc vendor` without --offline once.",
)


class Indexes:
    """Indexes of repositories, each fetched once, whoever asks first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: dict[str, Future[bytes]] = {}

    def get(self, url: str, seconds: float, most: int, who: Login | None) -> bytes:
        with self._lock:
            first = url not in self._asked
            answer = self._asked.setdefault(url, Future())
        if first:
            try:
                answer.set_result(web.get(url, seconds, most, who))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()


class Source(Record):
    """How archives may be had."""

    helm: Callable[[], Helm]
    indexes: Indexes
    cache: Cache
    offline: bool = False
    update: bool = False
    seconds: float = 60.0


def archive(chart: Chart, pin: str, source: Source) -> bytes:
    """The archive, which has the SHA-256 `pin` unless that is empty or may move."""
    kept = source.cache.read(pin) if pin else None
    if source.offline or (kept is not None and not source.update):
        if kept is None:
            why = "it is not in the cache" if pin else "the lock does not have it"
            raise Failed(NOT_CACHED, f"{chart.name} {chart.version} cannot be had offline: {why}")
        return kept
    raw = _from_registry(chart, source) if chart.repository.startswith("oci://") else _from_repository(chart, source)
    found = digest(raw)
    if pin and found != pin and not source.update:
        said = f"{chart.name} {chart.version} from {chart.repository} is not what it was: the lock has SHA-256 {pin}"
        raise Failed(TAMPERED, f"{said}, and the archive has {found}")
    source.cache.keep(raw)
    return raw


def _from_repository(chart: Chart, source: Source) -> bytes:
    who = login.of(chart.repository)
    entry = index.entry(chart, lambda url, most: source.indexes.get(url, source.seconds, most, who))
    raw = web.get(entry.url, source.seconds, MOST, who)
    found = digest(raw)
    if entry.sha256 and found != entry.sha256:
        said = f"{entry.url} is not what its repository says: the index has SHA-256 {entry.sha256}"
        raise Failed(TAMPERED, f"{said}, and the archive has {found}")
    return raw


def _from_registry(chart: Chart, source: Source) -> bytes:
    """A registry's manifest names the archive by its SHA-256, and Helm compares the two."""
    with tempfile.TemporaryDirectory(prefix="bpc-") as home:
        return helm.pull(source.helm(), home, chart, source.seconds)
