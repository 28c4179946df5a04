"""Node images: there is such an image for the machine and the Kubernetes version, and it is named once."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, NodeGroup

NO_SUCH_IMAGE = rule(
    "BPC804",
    "no-such-node-image",
    why="Not every operating system has an image of each variant and architecture (AWS::EKS::Nodegroup, AmiType).",
    cure="Use another variant, or other instance types.",
)
NOT_FOR_VERSION = rule(
    "BPC805",
    "node-image-not-for-version",
    why="Images of this operating system are not made for the Kubernetes version (Amazon EKS User Guide, Retrieve "
    "recommended AMI IDs; EKS AL2 AMI deprecation).",
    cure="Use another operating system, or another Kubernetes version.",
)
SAID_TWICE = rule(
    "BPC806",
    "node-image-twice",
    why="An image of one's own is all there is to know: EKS refuses its own choice beside it (Amazon EKS User Guide, "
    "Customize managed nodes with launch templates).",
    cure="Keep one of the two.",
)
SKEW = rule(
    "BPC807",
    "node-version-skew",
    why="Nodes are never newer than the control plane and at most three minor versions older (Kubernetes, Version Skew "
    "Policy).",
    cure="Leave `version` out, or upgrade one after the other.",
)
OTHER_RELEASE = rule(
    "BPC914",
    "release-of-another-version",
    why="A release of EKS's image begins with the Kubernetes version that it is for, and EKS refuses one of another "
    "version (Amazon EKS API Reference, CreateNodegroup). Bottlerocket counts its releases by itself.",
    cure="Use a release for the nodes' version, or leave `releaseVersion` out.",
)
NO_LINUX = rule(
    "BPC808",
    "windows-without-linux",
    why="CoreDNS and the VPC resource controller need Linux nodes or Fargate (Amazon EKS User Guide, Deploy Windows "
    "nodes on EKS clusters).",
    cure="Add a node group with Linux.",
)
IDLE_DRIVER = rule(
    "BPC809",
    "driver-without-accelerator",
    why="The image has drivers for hardware that none of the instance types has.",
    cure="Use `variant: standard`, or instance types with the accelerator.",
    severity="warning",
)

MOST_BEHIND = 3
DRIVERS = {"nvidia": "nvidia", "nvidia-fips": "nvidia", "neuron": "neuron"}


def _exists(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.ami_id or group.ami_parameter:
            continue
        images = facts.node_images(group.ami).get(group.architecture, {})
        if not images:
            yield NO_SUCH_IMAGE.at((*group.at, "ami"), f"there is no {group.ami} for {group.architecture}")
        elif group.variant not in images:
            help = f"use {' or '.join(images)}"
            message = f"there is no {group.ami} {group.variant} for {group.architecture}"
            yield NO_SUCH_IMAGE.at((*group.at, "variant"), message, help)


def _versions(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster.version
    for group in blueprint.node_groups:
        version = group.version or cluster
        if group.version and not 0 <= _minor(cluster) - _minor(version) <= MOST_BEHIND:
            yield SKEW.at((*group.at, "version"), f"{version} does not go with the cluster's {cluster}")
        since, until = facts.node_image_versions(group.ami)
        if (since and _minor(version) < _minor(since)) or (until and _minor(version) > _minor(until)):
            bound = f"begins with {since}" if since else f"ended with {until}"
            yield NOT_FOR_VERSION.at((*group.at, "ami"), f"{group.ami} {bound}, and the nodes have {version}")
        release = version if group.joins_alone else group.release_version or version
        if group.family != "bottlerocket" and release.replace("-", ".").split(".")[:2] != version.split("."):
            message = f"{release} is no release for Kubernetes {version}, which the nodes have"
            yield OTHER_RELEASE.at((*group.at, "releaseVersion"), message)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _once(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        for field, other in _both(group):
            yield SAID_TWICE.at((*group.at, field), f"{field} does nothing beside {other}", key=True)


def _both(group: NodeGroup) -> Iterator[tuple[str, str]]:
    own = "amiId" if group.ami_id else "amiParameter" if group.ami_parameter else ""
    if group.ami_id and group.ami_parameter:
        yield "amiParameter", "amiId"
    if own and group.variant != "standard":
        yield "variant", own
    if own and group.version:
        yield "version", own
    if group.release_version and group.joins_alone:
        yield "releaseVersion", own or ("ami: " + group.ami if group.family == "ubuntu" else "type: " + group.type)


def _windows(blueprint: Blueprint) -> Iterator[Diagnostic]:
    groups = blueprint.node_groups
    windows = [one for one in groups if one.family == "windows"]
    if windows and len(windows) == len(groups) and not blueprint.fargate_profiles:
        message = "all nodes run Windows, and there is nothing for CoreDNS to run on"
        yield NO_LINUX.at((*windows[0].at, "ami"), message, "add a node group with Linux")


def _drivers(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        wanted = DRIVERS.get(group.variant)
        families = [facts.family(one) for one in group.instance_types]
        if wanted and families and not any(one and one.accelerator == wanted for one in families):
            types = ", ".join(group.instance_types)
            yield IDLE_DRIVER.at((*group.at, "variant"), f"{types}: no hardware for the {group.variant} drivers")


CHECKS = (_exists, _versions, _once, _windows, _drivers)
