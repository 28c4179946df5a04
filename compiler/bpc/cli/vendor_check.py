"""`bpc vendor --check`: what vendoring again would change beside a blueprint, while nothing is written."""

from __future__ import annotations

import os

from bpc import publish
from bpc.kit.digest import digest
from bpc.vendored import lock
from bpc.vendoring import Vendored


def stale(path: str, name: str, made: Vendored, charts: bool) -> list[str]:
    """The files that are not what vendoring gives, as lines; none of them where all is fresh.

    `charts` is whether there is any: without one, only a lock with the digests of images can be there.
    """
    beside = os.path.dirname(path)
    lines = _files(os.path.join(beside, lock.folder(name)), path, made) if charts else []
    place = os.path.join(beside, lock.name(path))
    if (charts or made.lock.images or os.path.exists(place)) and differs(place, lock.text(made.lock)):
        lines.append(f"{place}: {'stale' if os.path.exists(place) else 'missing'}")
    return lines


def differs(place: str, text: bytes) -> bool:
    """Whether a file is not there, or holds something else."""
    try:
        with open(place, "rb") as file:
            return digest(file.read()) != digest(text)
    except FileNotFoundError:
        return True


def _files(folder: str, path: str, made: Vendored) -> list[str]:
    comparison = publish.Comparison(folder)
    for one, content in made.files.items():
        comparison.write(one, content)
    difference = comparison.finish({"blueprint": {"file": os.path.basename(path)}})
    return [f"{folder}/{one}: {what}" for what, paths in vars(difference).items() for one in paths]
