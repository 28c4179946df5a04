"""Resource types that CloudFormation does not have in the Region: the stack would fail when it is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule

NOT_HERE = rule(
    "BPC709",
    "resource-type-not-in-region",
    why="Not every Region has every resource type. bpc knows it of the types that it writes, from the provider "
    "schemas of each Region (`compiler/bpc/facts/regions.json`).",
    cure="Leave out what asks for it, or use another Region.",
)


def missing(
    region: str,
    lacks: Sequence[str],
    templates: Mapping[str, Mapping[str, Any]],
    origins: Mapping[str, Mapping[str, Path]],
) -> Iterator[Diagnostic]:
    """Each resource of a type that the Region lacks, at what asks for it; what nobody else asks for, overrides did."""
    for stack, template in templates.items():
        for title, resource in template["Resources"].items():
            if (kind := resource["Type"]) in lacks:
                at = origins.get(stack, {}).get(title, ("overrides",))
                yield NOT_HERE.at(at, f"{region} has no {kind} ({title} of the {stack} stack)", "leave it out")
