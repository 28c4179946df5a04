"""Sample applications, in the language's own words: found by walking the folder `apps`, one file each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from bpc.kit.record import Record

Settings = Mapping[str, Any]


class Sample(Record):
    """What an item of `apps` becomes by its name alone; `others` are deployments beside it, such as its database."""

    name: str
    settings: Settings
    others: Sequence[Settings] = ()


def names() -> list[str]:
    """The names of all samples."""
    folder = os.path.join(os.path.dirname(__file__), "apps")
    files = (name for name in os.listdir(folder) if name.endswith(".py") and not name.startswith("_"))
    return sorted(name.removesuffix(".py").replace("_", "-") for name in files)


def sample(name: str) -> Sample | None:
    """One sample, without importing the others."""
    if name not in names():
        return None
    found: Sample = import_module(f"bpc.apps.{name.replace('-', '_')}").SAMPLE
    return found
