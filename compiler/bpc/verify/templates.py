"""cfn-lint over every template, in the template's own region, down to its informational notes.

A template takes a third of a second, so processes share the work, and what was found is kept in
`$XDG_CACHE_HOME/bpc/lint`, under a hash of the text, the region and the version of cfn-lint.
`BPC_NO_CACHE=1` switches that off.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from bpc.diagnostics import Span, rule
from bpc.verify import Finding
from bpc.verify.depth import TooDeepError, refuse_deep

LINT = rule(
    "BPC610",
    "cfn-lint",
    why="cfn-lint knows what CloudFormation takes, and every template passes without even an informational note.",
    cure="If an override made it, correct the override; if not, it is a mistake in bpc.",
)

KEPT = 4096
Row = tuple[str, str, int, int, int]


class Job(NamedTuple):
    """A template to look at."""

    folder: str
    file: str
    region: str

    @property
    def path(self) -> str:
        return os.path.join(self.folder, self.file)


def check(jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Finding]]]:
    """What cfn-lint says of each template; those that are known come first."""
    folder = _cache_folder()
    waiting: dict[str, list[Job]] = {}
    for job in jobs:
        key = _key(job)
        known = _recall(folder, key)
        if known is None:
            # Equal templates of several environments are looked at once.
            waiting.setdefault(key, []).append(job)
        else:
            yield job, _findings(job, known)
    for key, rows in _work(waiting):
        _remember(folder, key, rows)
        for job in waiting[key]:
            yield job, _findings(job, rows)


def lint(text: str, region: str) -> list[Row]:
    """Code, message and place of everything that cfn-lint finds."""
    try:
        refuse_deep(text)
    except TooDeepError:
        return []  # the inventory says so, and cfn-lint would end there
    from cfnlint.api import lint as run
    from cfnlint.config import ManualArgs

    found = run(text, config=ManualArgs(regions=[region], include_checks=["I"]))
    rows = {(one.rule.id, one.message, one.linenumber, one.columnnumber, one.columnnumberend) for one in found}
    return sorted(rows, key=lambda row: (row[2], row[3], row[0], row[1]))


def _work(waiting: dict[str, list[Job]]) -> Iterator[tuple[str, list[Row]]]:
    workers = min(os.cpu_count() or 1, len(waiting))
    if workers < 2:
        yield from ((key, _lint_file(jobs[0])) for key, jobs in waiting.items())
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    # Not fork: the progress bar has a thread.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        with _uninterrupted():
            futures = {pool.submit(_lint_file, jobs[0]): key for key, jobs in waiting.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that start now do not hear Ctrl-C: this one does, and tells them; each would show a traceback."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:
        # Only the main thread may ask for that.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _lint_file(job: Job) -> list[Row]:
    with open(job.path, encoding="utf-8", errors="replace") as file:
        return lint(file.read(), job.region)


def _findings(job: Job, rows: list[Row]) -> list[Finding]:
    return [
        Finding(job.file, LINT.at((), f"{code}: {message}", span=Span(line, column, end)))
        for code, message, line, column, end in rows
    ]


def _key(job: Job) -> str:
    from cfnlint.version import __version__

    with open(job.path, "rb") as file:
        return hashlib.sha256(f"{__version__}\0{job.region}\0".encode() + file.read()).hexdigest()


def _cache_folder() -> str:
    """Where rows are kept, or nothing."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    home = home if os.path.isabs(home) else os.path.join(os.path.expanduser("~"), ".cache")
    return "" if os.environ.get("BPC_NO_CACHE") or not os.path.isabs(home) else os.path.join(home, "bpc", "lint")


def _recall(folder: str, key: str) -> list[Row] | None:
    try:
        with open(os.path.join(folder, key), encoding="utf-8") as file:
            return [(str(row[0]), str(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in json.load(file)]
    except (OSError, ValueError, IndexError, TypeError):
        return None


def _remember(folder: str, key: str, rows: list[Row]) -> None:
    """Keep what was found; where that cannot be written, the next run just works again."""
    if not folder:
        return
    draft = os.path.join(folder, f"{key}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(rows, file)
        os.replace(draft, os.path.join(folder, key))
        names = os.listdir(folder)
        if len(names) > KEPT:
            for old in sorted((os.path.join(folder, name) for name in names), key=os.path.getmtime)[:-KEPT]:
                os.unlink(old)
    except OSError:
        return
