"""The control plane: a version that EKS has, an endpoint within reach, ranges that do not collide."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.checks.ranges import of_vpc
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.model import Blueprint

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
NOT_PUBLIC = (*PRIVATE, "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")  # RFC 5737
DEFAULT_SERVICE_CIDR = "10.100.0.0/16"

UNKNOWN_VERSION = rule(
    "BPC340",
    "unknown-version",
    why="EKS has no such Kubernetes version, as far as bpc knows (Amazon EKS User Guide, Kubernetes versions).",
    cure="Use one of the versions that the message names.",
)
ENDED_VERSION = rule(
    "BPC341",
    "ended-version",
    why="EKS creates no clusters with a version whose support has ended (Amazon EKS User Guide, Kubernetes versions).",
    cure="Use a newer version.",
)
EXTENDED_VERSION = rule(
    "BPC342",
    "extended-version",
    why="A cluster with this version is in extended support from its first day, which the upgrade policy "
    "does not allow (Amazon EKS User Guide, Kubernetes versions).",
    cure="Use a newer version, or set cluster.upgradePolicy to extended and pay for it.",
)
UNUSED_CIDRS = rule(
    "BPC343",
    "public-cidrs-unused",
    why="With a private endpoint there is nothing that publicCidrs would open.",
    cure="Take publicCidrs away, or use `access: public-and-private`.",
)
MISSING_CIDRS = rule(
    "BPC344",
    "public-cidrs-missing",
    why="Left out, EKS would let the whole internet in, and bpc does not do that without being told.",
    cure="Say who may reach the API in publicCidrs, or use `access: private`.",
)
OPEN_ENDPOINT = rule(
    "BPC345",
    "public-endpoint-open",
    why="Anybody in the world can reach the API's door; only its lock is left (Amazon EKS Best Practices "
    "Guide, Security).",
    cure="Name your own addresses.",
    severity="warning",
)
NOT_PUBLIC_CIDR = rule(
    "BPC346",
    "public-cidr-not-public",
    why="The public endpoint is reached from public addresses; EKS refuses private and reserved ranges "
    "(Amazon EKS User Guide, Cluster API server endpoint).",
    cure="Use the public addresses that you come from. From inside the VPC, the private endpoint answers.",
)
DOCUMENTATION_CIDR = rule(
    "BPC347",
    "documentation-range",
    why="This range is for examples alone (RFC 5737): nobody has its addresses, and EKS refuses it in publicCidrs.",
    cure="Put your own addresses here before you deploy.",
    severity="warning",
)
NODES_SHUT_OUT = rule(
    "BPC348",
    "nodes-cannot-reach-api",
    why="Without a private endpoint, nodes and Fargate pods reach the API from the internet, as people do, "
    "and their addresses are not among those that may (Amazon EKS User Guide, Cluster API server "
    "endpoint).",
    cure="Use `access: public-and-private`.",
)
UNUSED_KEY = rule(
    "BPC349",
    "key-unused",
    why="The key is for the encryption of secrets or of the control plane's logs, and there are none.",
    cure="Take keyArn away, or set enabled to true, or say which logs there shall be.",
)
KEY_REGION = rule(
    "BPC350",
    "key-of-other-region",
    why="EKS and CloudWatch Logs use a KMS key of the cluster's own Region (Amazon EKS User Guide, Encrypt Kubernetes "
    "secrets with KMS; Amazon CloudWatch Logs User Guide, Encrypt log data in CloudWatch Logs using AWS KMS).",
    cure="Use a key, or a replica of it, in that Region.",
)
SERVICE_RANGE = rule(
    "BPC351",
    "service-cidr-range",
    why="Services live in a private range, /12 to /24 (Amazon EKS API Reference, KubernetesNetworkConfigRequest).",
    cure="Use a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
)
SERVICE_OVERLAP = rule(
    "BPC352",
    "service-cidr-overlap",
    why="An address cannot be a service's and a host's (Amazon EKS API Reference, KubernetesNetworkConfigRequest).",
    cure="Change network.cidr or cluster.serviceCidr; the latter cannot be changed once there is a cluster.",
)

UNUSED_PRIVATE_CIDRS = rule(
    "BPC720",
    "private-cidrs-unused",
    why="With a public endpoint alone, no interface in the VPC answers that these ranges could reach.",
    cure="Take privateCidrs away, or use `access: private` or `access: public-and-private`.",
)
EGRESS_WITHOUT_WAY = rule(
    "BPC721",
    "egress-without-way",
    why="In this mode the control plane calls the internet through the subnets' own routes, and these have none "
    "(Amazon EKS User Guide, Configuring control plane egress routing).",
    cure="Give the network NAT gateways, or see that webhooks and identity providers are reachable inside the VPC.",
    severity="warning",
)


def _version(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster
    version, at = cluster.version, (*cluster.at, "version")
    support, newest = facts.support(version), facts.default_version()
    if support is None:
        versions = ", ".join(facts.supported_versions())
        yield UNKNOWN_VERSION.at(at, f"bpc knows no Kubernetes {version} on EKS", f"use one of {versions}")
    elif support == "ended":
        day = facts.kubernetes()[version].extended_until
        yield ENDED_VERSION.at(at, f"EKS ended Kubernetes {version} on {day}", f"use {newest}")
    elif support == "extended" and cluster.upgrade_policy == "standard":
        day = facts.kubernetes()[version].standard_until
        yield EXTENDED_VERSION.at(
            at,
            f"Kubernetes {version} is in extended support since {day}, and upgradePolicy is standard",
            f"use {newest}, or set upgradePolicy: extended",
        )


def _endpoint(blueprint: Blueprint) -> Iterator[Diagnostic]:
    endpoint = blueprint.cluster.endpoint
    at = (*endpoint.at, "publicCidrs")
    if not endpoint.is_public:
        if endpoint.public_cidrs:
            yield UNUSED_CIDRS.at(at, "publicCidrs does nothing with access: private", "take it away", key=True)
        return
    if not endpoint.public_cidrs:
        yield MISSING_CIDRS.at(
            (*endpoint.at, "access"),
            f"access: {endpoint.access} without publicCidrs",
            "add publicCidrs with your own addresses",
        )
    for index, one in enumerate(endpoint.public_cidrs):
        yield from _public((*at, index), one)


def _private(blueprint: Blueprint) -> Iterator[Diagnostic]:
    endpoint = blueprint.cluster.endpoint
    if endpoint.private_cidrs and not endpoint.is_private:
        at = (*endpoint.at, "privateCidrs")
        yield UNUSED_PRIVATE_CIDRS.at(at, "privateCidrs does nothing with access: public", "take it away", key=True)


def _egress(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster, network = blueprint.cluster, blueprint.network
    if cluster.egress_mode == "customer-routed" and network.topology == "public-private" and network.nat == "none":
        yield EGRESS_WITHOUT_WAY.at(
            (*cluster.at, "egressMode"),
            "the control plane's subnets have no way to the internet",
            "add nat: single or per-zone",
        )


def _public(at: Path, text: str) -> Iterator[Diagnostic]:
    block = cidr.network(text)
    if block.prefixlen == 0:
        yield OPEN_ENDPOINT.at(at, "the API is open to the whole internet", "name your own addresses")
    elif any(block.subnet_of(cidr.network(one)) for one in NOT_PUBLIC):
        yield NOT_PUBLIC_CIDR.at(at, f"{text} is no range of the internet", "use your public addresses")


def _documentation(blueprint: Blueprint) -> Iterator[Diagnostic]:
    endpoint = blueprint.cluster.endpoint
    for index, text in enumerate(endpoint.public_cidrs):
        if any(cidr.network(text).subnet_of(cidr.network(one)) for one in DOCUMENTATION):
            at = (*endpoint.at, "publicCidrs", index)
            yield DOCUMENTATION_CIDR.at(at, f"{text} is an address for examples", "put your own here")


def _nodes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    endpoint, topology = blueprint.cluster.endpoint, blueprint.network.topology
    if endpoint.access != "public" or not endpoint.public_cidrs:
        return
    if blueprint.is_bare:
        return
    everybody = any(cidr.network(one).prefixlen == 0 for one in endpoint.public_cidrs)
    if topology == "private" or not everybody:
        reason = "the network has no internet" if topology == "private" else "publicCidrs does not let them in"
        yield NODES_SHUT_OUT.at(
            (*endpoint.at, "access"),
            f"nodes cannot reach the API: {reason}",
            "use access: public-and-private",
        )


def _key(blueprint: Blueprint) -> Iterator[Diagnostic]:
    secrets, logging = blueprint.cluster.secrets_encryption, blueprint.cluster.logging
    region = blueprint.metadata.region
    for section, used, off in ((secrets, secrets.enabled, "enabled: false"), (logging, logging.types, "types: []")):
        at = (*section.at, "keyArn")
        if section.key_arn and not used:
            yield UNUSED_KEY.at(at, f"keyArn does nothing with {off}", "take it away", key=True)
        home = section.key_arn.split(":")[3] if section.key_arn else region
        if home != region:
            yield KEY_REGION.at(at, f"this key is in {home}, the cluster in {region}", f"use a key in {region}")


def _services(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster, network = blueprint.cluster, blueprint.network
    at: Path = (*cluster.at, "serviceCidr")
    block = cidr.network(cluster.service_cidr)
    if network.ip_family == "ipv6":
        return
    if not 12 <= block.prefixlen <= 24:
        yield SERVICE_RANGE.at(at, f"the services' range cannot be /{block.prefixlen}", "use /12 to /24")
    elif not any(block.subnet_of(cidr.network(one)) for one in PRIVATE):
        yield SERVICE_RANGE.at(at, f"{block} is not inside {', '.join(PRIVATE)}", "use a private range")
    for here, vpc in of_vpc(network):
        if block.overlaps(cidr.network(vpc)):
            # A default has no place in the text; then it is the VPC's range that was written.
            yield SERVICE_OVERLAP.at(
                here if cluster.service_cidr == DEFAULT_SERVICE_CIDR else at,
                f"the VPC's range {cidr.network(vpc)} and the services' range {block} overlap",
                "change network.cidr or cluster.serviceCidr",
            )


CHECKS = (_version, _endpoint, _private, _egress, _documentation, _nodes, _key, _services)
