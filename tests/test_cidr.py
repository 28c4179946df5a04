"""Our arithmetic on ranges comes to the same as the standard library's ipaddress."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpc import schema
from bpc.kit import cidr

lengths = st.integers(0, 32)
texts = st.builds("{}/{}".format, st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address), lengths)
# Neighbours: two ranges drawn from everywhere never meet.
near = st.builds("10.{}.{}.{}/{}".format, st.integers(0, 3), st.sampled_from([0, 128]), st.integers(0, 9), lengths)


def theirs(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(text, strict=False)


@given(texts | near)
def test_a_range(text: str) -> None:
    ours, known = cidr.network(text), theirs(text)
    assert str(ours) == str(known)
    for name in ("network_address", "broadcast_address", "num_addresses", "prefixlen"):
        assert str(getattr(ours, name)) == str(getattr(known, name))
    assert f"{ours.broadcast_address + 1 - 1}" == str(known.broadcast_address)
    assert cidr.has_host_bits(text) == (text != str(known))


@given(near, near)
def test_two_ranges(one: str, other: str) -> None:
    assert cidr.network(one).overlaps(cidr.network(other)) == theirs(one).overlaps(theirs(other))
    assert cidr.network(one).subnet_of(cidr.network(other)) == theirs(one).subnet_of(theirs(other))


@given(texts, st.integers(0, 6))
def test_larger_and_smaller_ranges(text: str, bits: int) -> None:
    ours, known = cidr.network(text), theirs(text)
    longer, shorter = min(32, known.prefixlen + bits), max(0, known.prefixlen - bits)
    smaller = [str(one) for one in known.subnets(new_prefix=longer)]
    assert [str(one) for one in ours.subnets(new_prefix=longer)] == smaller
    assert str(ours.supernet(new_prefix=shorter)) == str(known.supernet(new_prefix=shorter))


parts = st.sampled_from(["0", "1", "10", "255", "256", "01", "", "-1", "x", "1_0", "\u0661", " 1", "999"])
odd = st.lists(parts, min_size=3, max_size=5).map(".".join)
written = st.builds(
    "{}{}".format, odd, st.sampled_from(["", "/", "/8", "/32", "/33", "/x", "/8/8", "/-1", "/255.0.0.0"])
)


def takes(kind: type, text: str, *given: object) -> bool:
    try:
        kind(text, *given)
    except ValueError:
        return False
    return True


@given(texts | near | odd | written | st.text(max_size=20))
@pytest.mark.parametrize(
    "plain", ["0.0.0.0/0", "10.0.0.0/16", "10.0.0.1/16", "10.0.0.4", "fd00::/8", "fd00::1/8", "::1"]
)
def test_what_is_an_address_or_a_range(plain: str, text: str) -> None:
    for one in (plain, text):
        length = one.rpartition("/")[2] if "/" in one else ""
        has_length = length.isascii() and length.isdigit()
        assert schema.is_ipv4(one) == takes(ipaddress.IPv4Address, one)
        assert schema.is_cidr(one) == (has_length and takes(ipaddress.IPv4Network, one, False))
        either = takes(ipaddress.IPv4Network, one) or takes(ipaddress.IPv6Network, one)
        assert schema.is_network(one) == (has_length and either)
