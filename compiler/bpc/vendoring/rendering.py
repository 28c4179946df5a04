"""One chart with one set of values becomes files."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.kit.record import Record
from bpc.plan.releases import Release
from bpc.vendored import namespaces
from bpc.vendored.objects import Object
from bpc.vendoring import chance, files, helm, hooks, split

# The two renders see days that are never the same.
ZONES = ("Etc/GMT+12", "Pacific/Kiritimati")
TICK = 1.1


class Result(Record):
    """What a chart gives: contents by file name, what became of its hooks, and Secrets that are not empty."""

    files: Mapping[str, bytes]
    hooks: Mapping[str, str]
    secrets: Sequence[str]


def rendered(
    program: helm.Helm, archive: bytes, texts: Mapping[str, str], release: Release, inputs: Mapping[str, Any]
) -> Result:
    """Render twice, compare, and make files of it."""
    with tempfile.TemporaryDirectory(prefix="bpc-") as home:
        place, values = os.path.join(home, "chart.tgz"), os.path.join(home, "values.yaml")
        with open(place, "wb") as file:
            file.write(archive)
        with open(values, "w", encoding="utf-8") as text:
            json.dump(release.values, text)
        results: list[str] = []
        for zone in ZONES:
            if results and chance.looks_at_the_clock(texts):
                time.sleep(TICK)
            results.append(helm.template(program, home, place, values, release.name, inputs, zone))
    one = [*split.rendered(results[0])]
    other = one if results[0] == results[1] else [*split.rendered(results[1])]
    # Tests may have any name.
    stays, others = ([each for each in both if hooks.stays(each.object)] for both in (one, other))
    chance.compare(stays, others, texts)
    settled = hooks.settled([each.object for each in one], inputs["engine"])
    objects = namespaces.placed(settled.objects, release.namespace)
    return Result(files.artifacts(objects, release.chart, settled.said), settled.said, [*_secrets(objects)])


def _secrets(objects: Sequence[Object]) -> Iterator[str]:
    for one in objects:
        held = [key for part in ("data", "stringData") for key, value in (one.get(part) or {}).items() if value]
        if one["kind"] == "Secret" and held:
            yield f"Secret {one['metadata']['name']} has something in it: {', '.join(sorted(held))}"
