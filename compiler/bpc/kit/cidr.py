"""Arithmetic on IPv4 ranges: carving subnets, overlaps, reserved addresses.

The attributes are called as in the standard library's ipaddress. That is not imported here: it takes as long as ten
modules of ours, and half of it is for IPv6.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bpc.kit.record import Record

# How a template parameter that takes a range is constrained.
PARAMETER = {
    "MinLength": 9,
    "MaxLength": 18,
    "AllowedPattern": r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})",
    "ConstraintDescription": "must be an IP range of the form x.x.x.x/x",
}
SMALLEST_SUBNET = 28  # VPC subnet sizing, Amazon VPC User Guide: /16 to /28
RESERVED = 5  # the first four addresses and the last one of every subnet belong to AWS
BITS = 32


class Address(int):
    """An IPv4 address: a number, written with dots."""

    def __add__(self, other: int) -> Address:
        return Address(int(self) + other)

    def __sub__(self, other: int) -> Address:
        return Address(int(self) - other)

    def __str__(self) -> str:
        return ".".join(map(str, self.to_bytes(4, "big")))


class IPv4Network(Record):
    """A range, without host bits."""

    network_address: Address
    prefixlen: int

    def __str__(self) -> str:
        return f"{self.network_address}/{self.prefixlen}"

    @property
    def num_addresses(self) -> int:
        return 1 << (BITS - self.prefixlen)

    @property
    def broadcast_address(self) -> Address:
        return self.network_address + (self.num_addresses - 1)

    def overlaps(self, other: IPv4Network) -> bool:
        """Whether the two differ in none of the bits that both say."""
        common = min(self.prefixlen, other.prefixlen)
        return (self.network_address ^ other.network_address) >> (BITS - common) == 0

    def subnet_of(self, other: IPv4Network) -> bool:
        return other.prefixlen <= self.prefixlen and self.overlaps(other)

    def supernet(self, *, new_prefix: int) -> IPv4Network:
        """The range of another length, not a longer one, that this one is in."""
        size = 1 << (BITS - new_prefix)
        return IPv4Network(Address(self.network_address // size * size), new_prefix)

    def subnets(self, *, new_prefix: int) -> Iterator[IPv4Network]:
        """The ranges of another length, not a shorter one, that are in this one."""
        starts = range(self.network_address, self.broadcast_address + 1, 1 << (BITS - new_prefix))
        return (IPv4Network(Address(one), new_prefix) for one in starts)


def address(text: str) -> Address:
    """The address that somebody wrote; ValueError for what is none."""
    parts = text.split(".")
    if len(parts) != 4 or not all(map(_is_byte, parts)):
        raise ValueError(text)
    return Address.from_bytes(map(int, parts), "big")


def _is_byte(text: str) -> bool:
    """A number up to 255; one that begins with a nought would be octal to some."""
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and int(text) <= 255


def network(text: str) -> IPv4Network:
    """The range of a CIDR; host bits are dropped (a check complains of them). ValueError for what is no CIDR."""
    first, slash, length = text.partition("/")
    if slash and not (length.isascii() and length.isdigit() and int(length) <= BITS):
        raise ValueError(text)
    return IPv4Network(address(first), BITS).supernet(new_prefix=int(length or BITS))


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
    return [str(one) for one in islice(whole.subnets(new_prefix=whole.prefixlen + cuts), first, first + zones)]


def usable(text: str, cidr: str) -> bool:
    """Whether an address can be given to an instance in a subnet."""
    subnet = network(cidr)
    return subnet.network_address + 4 <= address(text) < subnet.broadcast_address


def service_dns(services: str) -> str:
    """The address of the cluster's DNS: the tenth of the range of services (Amazon EKS User Guide, CoreDNS)."""
    return str(network(services).network_address + 10)
