"""The variables of the Terraform EKS blueprint (Young-ook/terraform-aws-eks, examples/blueprint) become a blueprint.

What the variables leave out follows from that example and its module: Terraform's AWS provider leaves the endpoint,
logs, encryption and support type to EKS's own defaults, and the module takes two sizes, a disk and a type of its own.
"""

from __future__ import annotations

from typing import Any

from bpc import facts
from bpc.importing.draft import Draft
from bpc.importing.settle import settle
from bpc.importing.tfvars import addons, nodes

TOOL = "terraform"
REGION, ZONES = "ap-northeast-2", ["ap-northeast-2a", "ap-northeast-2c", "ap-northeast-2d"]
VERSION, CIDR = "1.27", "10.10.0.0/16"
ENDPOINTS = ["ecr.dkr", "ecr.api", "eks", "s3", "guardduty-data"]


def convert(given: dict[str, Any]) -> Draft:
    """The draft of a platform with these variables; every one of them is known."""
    draft = Draft(TOOL)
    _metadata(draft, given)
    private = given.get("use_default_vpc") is False
    (_own_vpc if private else _default_vpc)(draft, given)
    _cluster(draft, given)
    nodes.convert(draft, given, private)
    addons.convert(draft, given, private)
    settle(draft)
    return draft


def _metadata(draft: Draft, given: dict[str, Any]) -> None:
    if given.get("name"):
        draft.put(("metadata", "name"), given["name"], "name")
    else:
        draft.put(("metadata", "name"), "eks")
        draft.remark(("metadata", "name"), "name", "not set, for which the module makes a random name; choose one")
    region = given.get("aws_region")
    draft.put(("metadata", "region"), region or REGION, "aws_region" if region else "")
    if given.get("tags"):
        draft.put(("metadata", "tags"), given["tags"], "tags")


def _own_vpc(draft: Draft, given: dict[str, Any]) -> None:
    draft.carried.add("use_default_vpc")
    draft.put(("network", "cidr"), CIDR)
    draft.put(("cluster", "serviceCidr"), "172.20.0.0/16")
    zones = given.get("azs")
    if zones or given.get("aws_region", REGION) == REGION:
        draft.put(("network", "availabilityZones"), zones or ZONES, "azs" if zones else "")
    for path, value in ((("network", "endpoints"), ENDPOINTS), (("network", "karpenterDiscovery"), True)):
        if draft.takes(path, value):
            draft.put(path, value)


def _default_vpc(draft: Draft, given: dict[str, Any]) -> None:
    """The account's default VPC has public subnets alone; the console is asked which they are."""
    said = "use_default_vpc"
    draft.put(("network", "topology"), "public", said if said in given else "")
    path = ("network", "existing")
    if draft.takes(path, {}):
        draft.put(path, {})
        draft.remark(path, said, "choose the default VPC and its subnets when the stacks are created")
    else:
        draft.lose(path, said, True, "the language makes its own VPC")
    if given.get("azs"):
        draft.lose(("network", "availabilityZones"), "azs", given["azs"], "the default VPC has its zones already")


def _cluster(draft: Draft, given: dict[str, Any]) -> None:
    version = str(given.get("kubernetes_version") or VERSION)
    said = "kubernetes_version" if given.get("kubernetes_version") else f"kubernetes_version (by default {VERSION})"
    if version in facts.supported_versions():
        draft.put(("cluster", "version"), version, said)
    else:
        draft.lose(("cluster", "version"), said, version, "EKS does not have it; the newest version is taken instead")
    draft.put(("cluster", "endpoint", "access"), "public")
    draft.put(("cluster", "endpoint", "publicCidrs"), ["0.0.0.0/0"])
    draft.put(("cluster", "logging", "types"), [])
    draft.put(("cluster", "secretsEncryption", "enabled"), False)
    draft.put(("cluster", "deletionProtection"), False)
    draft.put(("cluster", "upgradePolicy"), "extended")
    draft.put(("cluster", "authentication"), "api-and-config-map")
