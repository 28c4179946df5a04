"""Where the platform lives: its Region and partition, its tags, and environments in the same place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bpc import facts
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint, NodeGroup

if TYPE_CHECKING:
    from bpc.model import FargateProfile

MOST_TAGS = 45  # AWS allows 50 tags; five are left for Name and what the compiler adds

UNKNOWN_REGION = rule(
    "BPC301",
    "unknown-region",
    why="EKS has no endpoint in this Region, as far as bpc knows (AWS General Reference, Amazon EKS endpoints). "
    "It knows the Regions of every partition that AWS's software development kits name.",
    cure="Use a Region that has EKS; the AWS console lists them.",
)
LITTLE_KNOWN = rule(
    "BPC479",
    "region-little-known",
    why="AWS publishes neither zones nor prices of this Region, so that bpc does not check them; and from an isolated "
    "partition nothing reaches the internet: no public registry, no repository of charts, no download.",
    cure="Name the zones in network.availabilityZones, and see that instance types, images for nodes and VPC endpoints "
    "are there.",
    severity="warning",
)
SAME_PLACE = rule(
    "BPC302",
    "same-place",
    why="Stack names are unique in an account and a Region, so one environment would overwrite the other.",
    cure="Give the environments different accounts or regions, or one of them another metadata.name in `with:`.",
)
WRONG_PARTITION = rule(
    "BPC303",
    "wrong-partition",
    why="The AWS, China and GovCloud partitions know nothing of each other's resources (IAM User Guide, IAM ARNs).",
    cure="Use an ARN of the partition that the Region is in.",
)
TOO_MANY_TAGS = rule(
    "BPC304",
    "too-many-tags",
    why="A resource has 50 tags at most (Tagging AWS Resources), and bpc adds a few of its own.",
    cure="Take some of the tags away.",
)

Place = tuple[str | None, str, str]


def _region(blueprint: Blueprint) -> Iterator[Diagnostic]:
    name = blueprint.metadata.region
    found, at = facts.region(name), (*blueprint.metadata.at, "region")
    if found and not found.zones:
        said = f"bpc does not know the zones, instance types and VPC endpoints of {name}"
        yield LITTLE_KNOWN.at(at, said, "name the zones in network.availabilityZones")
    if found is None:
        from bpc.checks.nearest import meant

        yield UNKNOWN_REGION.at(at, f"bpc knows of no EKS in {name}", meant(name, facts.regions()))


def _partition(blueprint: Blueprint) -> Iterator[Diagnostic]:
    region = facts.region(blueprint.metadata.region)
    if region is None:
        return
    for at, arn in _arns(blueprint):
        partition = arn.split(":")[1]
        if partition != region.partition:
            yield WRONG_PARTITION.at(
                at,
                f"this ARN is of {partition}; {blueprint.metadata.region} is in {region.partition}",
                f"write arn:{region.partition}:…",
            )


def _arns(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """Every ARN in the blueprint, with its place."""
    boundary = blueprint.cloudformation.permissions_boundary
    if boundary:
        yield (*blueprint.cloudformation.at, "permissionsBoundary"), boundary
    sets = blueprint.cloudformation.stack_sets
    if sets and sets.administration_role_arn:
        yield (*sets.at, "administrationRoleArn"), sets.administration_role_arn
    for section in (blueprint.cluster.secrets_encryption, blueprint.cluster.logging):
        if section.key_arn:
            yield (*section.at, "keyArn"), section.key_arn
    yield from blueprint.principals


def _tags(blueprint: Blueprint) -> Iterator[Diagnostic]:
    common = blueprint.metadata.tags
    tagged: list[NodeGroup | FargateProfile] = [*blueprint.node_groups, *blueprint.fargate_profiles]
    for one in tagged:
        number = len({*common, *one.tags})
        if number > MOST_TAGS:
            yield TOO_MANY_TAGS.at(
                (*one.at, "tags"),
                f"with those of metadata, {one.name} has {number} tags",
                f"keep {MOST_TAGS} at most",
            )


def across(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    """Whether an environment lands where an earlier one did, or is delivered in another way; `seen` remembers."""
    found = _same_place(seen, blueprint)
    way = "stack sets" if blueprint.cloudformation.stack_sets else "stacks"
    first = seen.setdefault("way", way)
    if "stack sets" in (first, way):
        from bpc.checks import stack_sets

        found += stack_sets.across(seen, blueprint)
    if blueprint.observability and blueprint.observability.finds:
        from bpc.checks import findings

        found += findings.across(seen, blueprint)
    pipeline = "yes" if blueprint.cloudformation.pipeline else ""
    if seen.setdefault("delivery", pipeline) or pipeline:
        from bpc.checks import delivery_pipeline

        found += delivery_pipeline.across(seen, blueprint)
    return found


def _same_place(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    metadata = blueprint.metadata
    place = (blueprint.account, metadata.region, metadata.name)
    here, other = blueprint.environment, seen.setdefault(place, blueprint.environment)
    if other == here:
        return []
    account = f"account {blueprint.account}" if blueprint.account else "no account"
    return [
        SAME_PLACE.at(
            ("environments", here),
            f"{here} and {other} are the same place: {metadata.name} in {metadata.region}, {account}",
            "give them different accounts, regions or names",
            key=True,
        )
    ]


CHECKS = (_region, _partition, _tags)
