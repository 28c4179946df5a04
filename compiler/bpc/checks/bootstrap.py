"""The one-off setting up of the cluster from the bastion host: that the host may, can, and gets what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.kit import first_boot
from bpc.model import Blueprint
from bpc.plan import first_boot as planned

MAY_NOT = rule(
    "BPC863",
    "bootstrap-needs-cluster-admin",
    why="A GitOps engine comes with custom resource definitions and cluster roles, which of the EKS access policies "
    "AmazonEKSClusterAdminPolicy alone lets one create (Amazon EKS User Guide, Access policy permissions).",
    cure="Say `clusterAccess: cluster-admin`; lower it again when the cluster is set up.",
)
NO_KUBECTL = rule(
    "BPC864",
    "bootstrap-without-kubectl",
    why="kubectl applies the manifests. Amazon Linux has none.",
    cure="Add kubectl to the host's tools, or say in bootstrap.kubectl where there is one.",
)
OUT_OF_REACH = rule(
    "BPC865",
    "bootstrap-out-of-reach",
    why="A private network has no way to the internet. What is in an S3 bucket of the Region comes through the S3 "
    "endpoint.",
    cure="Copy the file to a bucket in the Region and write s3://bucket/key, unless the address is one of your own "
    "network's.",
    severity="warning",
)
TOO_LONG = rule(
    "BPC866",
    "first-boot-too-long",
    why="EC2 takes 16 KB of user data (Amazon EC2 User Guide, user data).",
    cure="Use fewer or shorter addresses, fewer tools, or less userData.",
)
MOST_BYTES = 16_384


def _rights(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.bootstrap:
        return
    at = bastion.bootstrap.at
    if bastion.cluster_access != "cluster-admin":
        has = f"has {bastion.cluster_access} in the cluster" if bastion.cluster_access != "none" else "has no access"
        yield MAY_NOT.at(at, f"the host {has}, and must be cluster-admin", "add clusterAccess: cluster-admin", key=True)
    if not bastion.bootstrap.kubectl and "kubectl" not in bastion.tools:
        yield NO_KUBECTL.at(at, "the host has no kubectl", "add kubectl to tools", key=True)


def _reach(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.bootstrap or blueprint.network.topology != "private":
        return
    for one in bastion.bootstrap.downloads:
        scheme, _, rest = one.url.partition("://")
        host = rest.partition("/")[0]
        # The Region's own S3 has an endpoint in every private network.
        if scheme == "https" and f".s3.{blueprint.metadata.region}.amazonaws." not in f".{host}":
            yield OUT_OF_REACH.at((*one.at, "url"), f"a private network may have no way to {host}")


def _size(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.bootstrap or blueprint.cluster.version not in facts.kubernetes():
        return
    size = len(first_boot.script(planned.host(bastion, blueprint)).encode())
    if size > MOST_BYTES:
        message = f"the host's first boot has {size:,} bytes, and EC2 takes {MOST_BYTES:,}"
        yield TOO_LONG.at(bastion.bootstrap.at, message, key=True)


CHECKS = (_rights, _reach, _size)
