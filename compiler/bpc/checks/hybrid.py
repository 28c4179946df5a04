"""EKS Hybrid Nodes: networks that can reach the cluster, and credentials that are complete."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.kit.cidr import IPv4Network
from bpc.model import Blueprint, RemoteNetwork

# Amazon EKS User Guide, Prepare networking for hybrid nodes: RFC 1918 and the shared range of RFC 6598.
INSIDE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")

HOST_BITS = rule(
    "BPC760",
    "remote-host-bits",
    why="The address of a range must be its first one.",
    cure="Write the range that the message names, or the one that you meant.",
)
NOT_PRIVATE = rule(
    "BPC761",
    "remote-range-not-private",
    why="Hybrid nodes and their pods have private addresses (Amazon EKS API Reference, RemoteNodeNetwork).",
    cure="Use ranges inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.",
)
OVERLAP = rule(
    "BPC762",
    "remote-range-overlap",
    why="An address belongs to one network alone (Amazon EKS API Reference, RemoteNodeNetwork).",
    cure="Change one of the two.",
)
BOTH_ENDPOINTS = rule(
    "BPC763",
    "hybrid-endpoint",
    why="With a public and a private endpoint, machines outside of the VPC always resolve the API to its public "
    "addresses, and cannot join (Amazon EKS User Guide, Create a cluster with hybrid nodes).",
    cure="Use `access: private`, or `access: public`.",
)
NO_AUTHORITY = rule(
    "BPC764",
    "hybrid-without-authority",
    why="IAM Roles Anywhere trusts the machines by the certificate of the authority that signed theirs.",
    cure="Add caBundle, or give a role that is set up already in iam.",
)
UNUSED_AUTHORITY = rule(
    "BPC765",
    "hybrid-authority-unused",
    why="The certificate is for the trust anchor of IAM Roles Anywhere, which is not made here.",
    cure="Take caBundle away, or use `provider: iam-roles-anywhere` without a role of yours.",
)
NOT_CERTIFICATES = rule(
    "BPC913",
    "hybrid-authority-not-certificates",
    why="The bundle stands in the template for everybody to read, and IAM Roles Anywhere refuses what is no "
    "certificate in PEM: base64 between the lines that begin and end it (RFC 7468).",
    cure="Give the certificate of the authority, or several one after the other, and nothing else. A private key that "
    "was committed is to be replaced.",
)


def _networks(blueprint: Blueprint) -> Iterator[Diagnostic]:
    ranges = list(_ranges(blueprint.cluster.remote_network))
    for at, text in ranges:
        if cidr.has_host_bits(text):
            right = cidr.network(text)
            yield HOST_BITS.at(at, f"{text} is not the beginning of its range", f"write {right}")
        elif not any(cidr.network(text).subnet_of(cidr.network(one)) for one in INSIDE):
            yield NOT_PRIVATE.at(at, f"{text} is no private range", "use a private one")
    for (_, one), (at, other) in combinations(ranges, 2):
        if cidr.network(one).overlaps(cidr.network(other)):
            yield OVERLAP.at(at, f"{other} overlaps {one}", "change one of the two")
    for at, text in ranges:
        for name, block in _taken(blueprint):
            if cidr.network(text).overlaps(block):
                yield OVERLAP.at(at, f"{text} overlaps {name}, {block}", "change one of the two")


def _ranges(wanted: RemoteNetwork | None) -> Iterator[tuple[Path, str]]:
    for key, ranges in (("nodes", wanted.nodes), ("pods", wanted.pods)) if wanted else ():
        for index, one in enumerate(ranges):
            yield ("cluster", "remoteNetwork", key, index), one


def _taken(blueprint: Blueprint) -> Iterator[tuple[str, IPv4Network]]:
    for one in blueprint.network.ranges:  # none, where an existing VPC's range is not said
        yield "the VPC's range", cidr.network(one)
    yield "the services' range", cidr.network(blueprint.cluster.service_cidr)


def _endpoint(blueprint: Blueprint) -> Iterator[Diagnostic]:
    endpoint = blueprint.cluster.endpoint
    if endpoint.access == "public-and-private":
        yield BOTH_ENDPOINTS.at((*endpoint.at, "access"), "hybrid nodes need one endpoint", "use access: private")


def _credentials(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.cluster.remote_network
    if wanted is None:
        return
    credentials = wanted.credentials
    makes_anchor = credentials.provider == "iam-roles-anywhere" and not (wanted.iam and wanted.iam.role_arn)
    if makes_anchor and not credentials.ca_bundle:
        yield NO_AUTHORITY.at((*credentials.at, "provider"), "there is no caBundle", "add the certificate")
    if credentials.ca_bundle and not makes_anchor:
        yield UNUSED_AUTHORITY.at((*credentials.at, "caBundle"), "no trust anchor is made", "take it away", key=True)
    elif credentials.ca_bundle and (wrong := _wrong(credentials.ca_bundle)):
        yield NOT_CERTIFICATES.at((*credentials.at, "caBundle"), wrong, "give certificates alone")


def _wrong(bundle: str) -> str:
    """What is no certificate in a bundle of them."""
    from base64 import b64decode

    inside: list[str] | None = None
    for number, line in enumerate(map(str.strip, bundle.splitlines()), 1):
        if line == ("-----BEGIN CERTIFICATE-----" if inside is None else "-----END CERTIFICATE-----"):
            try:
                b64decode("".join(inside or ()), validate=True)
            except ValueError:
                return f"what ends in line {number} of it is no base64"
            inside = [] if inside is None else None
        elif inside is not None and not line.startswith("-----"):
            inside.append(line)
        elif line and not (inside is None and not line.startswith("-----")):
            return f"line {number} of it belongs to no certificate"
    return "" if inside is None else "the last certificate does not end"


CHECKS = (_networks, _endpoint, _credentials)
