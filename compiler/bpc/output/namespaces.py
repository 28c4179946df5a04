"""Namespaces that several add-ons bring, each of them once: kustomize takes no object twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bpc.addon import Manifest
from bpc.kit.k8s import ENFORCE
from bpc.output.waves import Part

# The levels of the Pod Security Standards (Kubernetes documentation), the most open first; without one nothing is
# refused.
OPEN = ("", "privileged", "baseline", "restricted")


def once(parts: Sequence[Part]) -> list[Part]:
    """The same with each namespace in the first part that has it, as open as any of them needs it."""
    levels: dict[str, str] = {}
    for one in (one for part in parts for one in part.objects if one["kind"] == "Namespace"):
        name, level = one["metadata"]["name"], _labels(one).get(ENFORCE, "")
        levels[name] = min(levels.get(name, level), level, key=_openness)
    seen: set[str] = set()
    return [part.replace(objects=[*_first(part.objects, levels, seen)]) for part in parts]


def _openness(level: str) -> int:
    """A level that nobody knows refuses nothing."""
    return OPEN.index(level) if level in OPEN else 0


def _first(objects: Iterable[Manifest], levels: Mapping[str, str], seen: set[str]) -> Iterator[Manifest]:
    for one in objects:
        name = one["metadata"]["name"]
        if one["kind"] != "Namespace":
            yield one
        elif name not in seen:
            seen.add(name)
            yield _at(one, levels[name])


def _at(one: Manifest, level: str) -> Manifest:
    """The namespace with that level."""
    if _labels(one).get(ENFORCE, "") == level:
        return one
    labels = {key: value for key, value in _labels(one).items() if key != ENFORCE}
    return one | {"metadata": one["metadata"] | {"labels": labels | ({ENFORCE: level} if level else {})}}


def _labels(one: Manifest) -> Mapping[str, str]:
    labels: Mapping[str, str] = one["metadata"].get("labels") or {}
    return labels
