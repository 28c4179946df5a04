"""Arithmetic on IPv4 ranges: carving subnets, overlaps, reserved addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, ip_network
from itertools import islice

# How a template parameter that takes a range is constrained.
PARAMETER = {
    "MinLength": 9,
    "MaxLength": 18,
    "AllowedPattern": r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})",
    "ConstraintDescription": "must be an IP range of the form x.x.x.x/x",
}
SMALLEST_SUBNET = 28  # VPC subnet sizing, Amazon VPC User Guide: /16 to /28
RESERVED = 5  # the first four addresses and the last one of every subnet belong to AWS


def network(text: str) -> IPv4Network:
    """The range of a CIDR; host bits are dropped (a check complains of them)."""
    found = ip_network(text, strict=False)
    assert isinstance(found, IPv4Network)
    return found


def has_host_bits(text: str) -> bool:
    """Whether the address of a CIDR is not the first one of its range."""
    return str(network(text)) != text


def carve(cidr: str, zones: int, kind: str) -> list[str]:
    """Equal subnets for the zones of one kind; empty when the range is too small.

    A zone more, up to four, never moves the others: the range is cut into eight (sixteen for five zones and
    six), public subnets are taken from the lower half and private ones from the upper half.
    """
    cuts = 3 if zones <= 4 else 4
    whole = network(cidr)
    if whole.prefixlen + cuts > SMALLEST_SUBNET:
        return []
    first = 0 if kind == "public" else 2 ** (cuts - 1)
    return [str(one) for one in islice(whole.subnets(cuts), first, first + zones)]


def usable(address: str, cidr: str) -> bool:
    """Whether an address can be given to an instance in a subnet."""
    subnet, number = network(cidr), int(IPv4Address(address))
    first, last = int(subnet.network_address), int(subnet.broadcast_address)
    return first + 4 <= number < last


def service_dns(services: str) -> str:
    """The address of the cluster's DNS: the tenth of the range of services (Amazon EKS User Guide, CoreDNS)."""
    return str(network(services).network_address + 10)
