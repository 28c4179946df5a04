"""Outputs of stacks: each is there because of the resource whose value it gives away.

AWS CloudFormation User Guide, Outputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bpc.diagnostics import Path
from bpc.environments import Place
from bpc.gitops_bridge import OUTPUT as CLUSTER_SECRET
from bpc.output.stacks import Stacks
from bpc.source import Document
from bpc.tracing import OUTPUT, Made, traced

# What is somebody else's than the resource that its text speaks of, or speaks of none.
SECTIONS: dict[str, Path] = {
    CLUSTER_SECRET: ("gitops",),
    "Bootstrap": ("bastion",),
    "DashboardUrl": ("observability",),
    "Kubeconfig": ("bastion",),
    "SearchIndexPolicy": ("observability", "openSearch"),
}


def everything(document: Document, environments: Iterable[tuple[Place, Stacks]]) -> list[Made]:
    """All outputs, in the order in which the stacks are deployed."""
    return [traced(document, place, one) for place, stacks in environments for one in _of(place, stacks)]


def _of(place: Place, stacks: Stacks) -> Iterator[Made]:
    for stack, template in stacks.templates.items():
        origins, resources = stacks.origins[stack], template["Resources"]
        for name, one in template.get("Outputs", {}).items():
            title = next((it for it in _named(one["Value"]) if it in resources), "")
            at = SECTIONS.get(name) or origins.get(title, ())
            file, kind = stacks.file(stack), f"Output of {title}" if title else "Output"
            yield Made(OUTPUT, place.name, stack, kind, name, "", file, at, at, None, left=False)


def _named(value: Any) -> Iterator[str]:
    """The logical IDs that a value speaks of."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref":
                yield str(one)
            elif key == "Fn::GetAtt":
                yield one[0] if isinstance(one, list) else str(one).partition(".")[0]
            else:
                yield from _named(one)
            if key == "Fn::Sub":
                text = one if isinstance(one, str) else one[0]
                yield from re.findall(r"\$\{(\w+)[.}]", text)
