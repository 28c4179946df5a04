"""The files of one chart: an object kind each, CustomResourceDefinitions apart, as a reviewer wants to read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc import render
from bpc.addon import Chart
from bpc.vendored.objects import Object

CRD = "CustomResourceDefinition"


def artifacts(objects: Sequence[Object], chart: Chart, hooks: Mapping[str, str]) -> dict[str, bytes]:
    """Contents by file name; each begins with where it is from, and with what was a hook in it."""
    kinds: dict[str, list[Object]] = {}
    for one in objects:
        kind = "crds" if one["kind"] == CRD else one["kind"].lower().replace("kustomization", "kustomizations")
        kinds.setdefault(f"{kind}.yaml", []).append(one)
    head = f"{chart.name} {chart.version}, rendered by `bpc vendor`. Do not edit; change values in the blueprint."
    return {
        name: render.manifests([_plain(one) for one in part], _header(head, part, hooks))
        for name, part in kinds.items()
    }


def _header(head: str, part: Sequence[Object], hooks: Mapping[str, str]) -> str:
    titles = dict.fromkeys(f"{one['kind']}/{one['metadata']['name']}" for one in part)
    return "\n".join([head, *(f"{title}, a hook of Helm's: {hooks[title]}" for title in titles if title in hooks)])


def _plain(one: Object) -> Object:
    """Without what charts leave empty, and with what says which object this is in front."""
    first: dict[str, Any] = {key: one[key] for key in ("apiVersion", "kind", "metadata")}
    metadata = {key: value for key, value in one["metadata"].items() if value is not None and value != {}}
    rest = {key: value for key, value in one.items() if key not in first and key != "status"}
    name = {key: metadata.pop(key) for key in ("name", "namespace") if key in metadata}
    return first | {"metadata": name | metadata} | rest
