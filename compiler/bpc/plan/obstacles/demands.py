"""What single add-ons want of the platform, beside nodes and permissions: an endpoint, GPUs, disks, a subscription."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.addons import AGENT
from bpc.plan.identity import on_fargate
from bpc.plan.shapes import Plan, PlannedAddOn

NO_ENDPOINT = rule(
    "BPC970",
    "addon-needs-endpoint",
    why="The service that this add-on reports to is reached by a VPC endpoint alone, whether or not there is a way to "
    "the internet.",
    cure="Add the endpoint that the message names to `network.endpoints`.",
)
NOT_SUBSCRIBED = rule(
    "BPC971",
    "addon-not-subscribed",
    why="The AWS Marketplace sells this add-on. EKS refuses to install it (AddonSubscriptionNeeded) until the account "
    "has subscribed to it, which costs money and accepts the seller's terms: only a person can do that.",
    cure="Subscribe to it in the AWS Marketplace, then say `subscribed: true`; or leave the add-on out.",
)
NO_ACCELERATOR = rule(
    "BPC972",
    "addon-needs-accelerator",
    why="This add-on is for nodes with an accelerator and its driver, and no node group has one.",
    cure="Add a node group with such instance types and the `variant` for them, or leave the add-on out.",
)
BUILT_IN = rule(
    "BPC973",
    "accelerator-built-in",
    why="Bottlerocket's images for accelerators have a device plugin in them (Amazon EKS User Guide, Run GPU "
    "accelerated containers on Linux). Two of them on one node register the same resource.",
    cure="Leave the add-on out, or keep its node groups and those with Bottlerocket apart by their instance types.",
)
NO_CLASS = rule(
    "BPC974",
    "addon-needs-storage-class",
    why="Its persistent volume claim names no StorageClass, and EKS makes no default one: unless the cluster has a "
    "default from elsewhere, the claim waits for ever.",
    cure="Add a class with `default: true` to `storage.classes`, or name one that the cluster has.",
    severity="warning",
)
NO_DISKS = rule(
    "BPC975",
    "addon-disk-needs-nodes",
    why="Pods on Fargate cannot mount EBS volumes (Amazon EKS User Guide, Amazon EBS).",
    cure="Add a node group, or leave the add-on out. Where a Fargate profile takes its namespace, give the profile's "
    "selector labels, so that it takes only the pods that are meant.",
)
NOT_OF_SOURCE = rule(
    "BPC976",
    "addon-option-of-manifests",
    why="This option is about the manifests that bpc builds, and the AWS resources beside them. The add-on comes from "
    "elsewhere, which does not know it.",
    cure="Take the option away, or use `source: manifests`.",
)
TOO_EARLY = rule(
    "BPC977",
    "addon-before-engine",
    why="CloudFormation installs the EKS add-on while its stack is created. What it needs comes later: from the "
    "GitOps repository.",
    cure="Use `source: eks` for the add-on that is needed.",
)
# They bring nodes that no node group describes.
MAKERS = ("karpenter",)


def _endpoints(plan: Plan) -> Iterator[Diagnostic]:
    if plan.blueprint.network.existing:
        return
    for addon in plan.addons:
        entry = addon.entry
        called = {*entry.called(addon.request.options)}
        for service in sorted(called - {*plan.endpoints}) if entry.only_by_endpoint else ():
            said = f"{entry.name} reports to {service}, and there is no such endpoint"
            yield NO_ENDPOINT.at(addon.request.at, said, f"add {service} to network.endpoints", key=True)


def _subscriptions(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.entry.marketplace and not addon.request.options["subscribed"]:
            said = f"{addon.entry.name} is for accounts that have subscribed to it in the AWS Marketplace"
            if addon.source != "eks":
                said = f"{addon.entry.name} is for who has accepted the seller's terms, as a chart too"
            yield NOT_SUBSCRIBED.at((*addon.request.at, "subscribed"), said)


def _accelerators(plan: Plan) -> Iterator[Diagnostic]:
    made_elsewhere = any(one.entry.name in MAKERS for one in plan.addons)
    for addon in plan.addons:
        kind, name = addon.entry.accelerator, addon.entry.name
        if not kind:
            continue
        groups = [one for one in plan.blueprint.node_groups if one.offers(kind)]
        built_in = [one for one in groups if one.family == "bottlerocket"]
        others = {type for one in groups if one not in built_in for type in one.instance_types}
        if not groups and not made_elsewhere:
            yield NO_ACCELERATOR.at(addon.request.at, f"{name} is for {kind} nodes, and there are none", key=True)
        elif groups == built_in and built_in and not made_elsewhere:
            yield BUILT_IN.at(addon.request.at, f"every {kind} node has Bottlerocket, and needs no {name}", key=True)
        for one in built_in:
            for type in sorted(others & {*one.instance_types}):
                yield BUILT_IN.at(addon.request.at, f"{name} would go to the {type} nodes of {one.name} too", key=True)


def _disks(plan: Plan) -> Iterator[Diagnostic]:
    storage = plan.blueprint.storage
    has_default = bool(storage) and any(one.default for one in (storage.classes if storage else ()))
    for addon in plan.addons:
        at, name = addon.request.at, addon.entry.name
        if addon.entry.disks and on_fargate(plan.blueprint, addon.namespace):
            where = (
                f"its pods in {addon.namespace} run on Fargate" if plan.blueprint.has_nodes else "there are no nodes"
            )
            yield NO_DISKS.at(at, f"{name} keeps its data on a disk, and {where}", key=True)
        elif addon.entry.disks and not has_default and not addon.request.options.get("storageClass"):
            yield NO_CLASS.at(at, f"{name} claims a volume of the default StorageClass, and there is none", key=True)


def _sources(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        for key in addon.entry.of_manifests if addon.source != "manifests" else ():
            if addon.request.options.get(key) != addon.entry.options[key].get("default"):
                yield NOT_OF_SOURCE.at((*addon.request.at, key), f"{key} is for `source: manifests`", key=True)


def _order(plan: Plan) -> Iterator[Diagnostic]:
    there = {addon.entry.name: addon for addon in plan.addons}
    for addon in plan.addons:
        for name in _needed(addon):
            if name in there and there[name].source != "eks":
                said = f"{addon.entry.name} is installed before {name}, without which it does not start"
                yield TOO_EARLY.at(addon.request.at, said, key=True)


def _needed(addon: PlannedAddOn) -> Iterator[str]:
    if addon.source == "eks":
        yield from (name for name in addon.entry.requires if name != AGENT)


OBSTACLES = (_endpoints, _subscriptions, _accelerators, _disks, _sources, _order)
