"""Objects in API versions that Kubernetes stops to serve (Kubernetes documentation, Deprecated API Migration Guide)."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.environments import Place
from bpc.output import kubernetes
from bpc.output.stacks import Stacks
from bpc.tracing import objects
from bpc.upgrading import versions
from bpc.upgrading.shapes import OldApi


def old(place: Place, stacks: Stacks, version: str) -> Iterator[OldApi]:
    """What is not served by a version any more, and what will not be by a later one."""
    for part in kubernetes.parts(stacks) if stacks.manifests else ():
        for one in part.objects:
            found = facts.entry("removed-apis.json", f"{one['apiVersion']} {one['kind']}")
            if not found:
                continue
            removed, instead = found
            at = objects.origin(part, one, place.document.data)
            gone = versions.number(removed) <= versions.number(version)
            shown = "/".join(filter(None, (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])))
            span = place.document.locate(at, key=True)
            written = place.document.placed(at)
            yield OldApi(shown, one["apiVersion"], removed, instead, gone, written, span, (place.name,))
