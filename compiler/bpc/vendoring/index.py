"""Where a chart repository has a chart: its `index.yaml`. Source: Helm documentation, The Chart Repository Guide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from bpc.addon import Chart
from bpc.kit.record import Record
from bpc.vendored import objects
from bpc.vendoring.failed import Failed
from bpc.vendoring.web import NOT_FOUND, UNREACHABLE

MOST = 128 * 1024 * 1024


class Entry(Record):
    """Where the archive is, and the SHA-256 that the repository says it has, if it says one."""

    url: str
    sha256: str


def entry(chart: Chart, get: Callable[[str, int], bytes]) -> Entry:
    """What the index says of one version of a chart; `get` fetches an address, up to a size."""
    address = f"{chart.repository}/index.yaml"
    text = get(address, MOST).decode("utf-8", "replace")
    try:
        versions = _versions(text, chart.name)
    except objects.Unreadable as error:
        raise Failed(UNREACHABLE, f"{address} is no index of charts: {error}") from error
    for one in versions:
        if str(one.get("version", "")).removeprefix("v") == chart.version.removeprefix("v"):
            urls = one.get("urls")
            if isinstance(urls, list) and urls and isinstance(urls[0], str):
                digest = str(one.get("digest") or "").removeprefix("sha256:").lower()
                return Entry(urljoin(f"{chart.repository}/", urls[0]), digest)
    raise Failed(NOT_FOUND, f"{chart.repository} has no {chart.name} {chart.version}", _nearest(versions, chart))


def _versions(text: str, name: str) -> list[dict[str, Any]]:
    """The entries of a chart. Indexes of some repositories are so long that only its own lines are parsed."""
    part = re.search(rf"^  {re.escape(name)}:\s*\n((?:  [- ].*\n?|\s*\n)+)", text, re.MULTILINE)
    if part and text.startswith(("apiVersion:", "---\napiVersion:")):
        found = objects.plain(part[1])
    else:
        whole = _json(text) if text.startswith("{") else objects.plain(text)
        entries = whole.get("entries") if isinstance(whole, dict) else None
        if not isinstance(entries, dict):
            raise objects.Unreadable("it has no entries")
        found = entries.get(name) or []
    if not isinstance(found, list):
        raise objects.Unreadable(f"what it says of {name} is no list")
    return [one for one in found if isinstance(one, dict)]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise objects.Unreadable(str(error)) from error


def _nearest(versions: list[dict[str, Any]], chart: Chart) -> str:
    if not versions:
        return "there is no chart of that name"
    there = [str(one.get("version")) for one in versions]
    minor = ".".join(chart.version.split(".")[:2]) + "."
    near = [one for one in there if one.startswith(minor)] or there
    return f"it has {', '.join(near[:5])}"
