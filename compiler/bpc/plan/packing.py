"""Ranges for subnets of which the blueprint says how large or how many they are.

Each kind gets a range in which four zones have room (eight for more than four), so that one zone more does not move
the others. Where that is too much for what is free, each gets just what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable

from bpc.kit import cidr
from bpc.kit.cidr import IPv4Network
from bpc.kit.record import Record


class Want(Record):
    """Subnets of a kind: so many in each of the zones, inside one of `spaces`."""

    kind: str
    prefix: int
    zones: int
    rounds: int
    spaces: tuple[IPv4Network, ...]

    @property
    def slots(self) -> int:
        return 4 if self.zones <= 4 else 8

    @property
    def region(self) -> int:
        """The prefix of a range in which all zones that may come have room."""
        return self.prefix - bits(self.rounds) - bits(self.slots)


def bits(count: int) -> int:
    """How many bits tell so many things apart."""
    return (count - 1).bit_length()


def pack(wants: Iterable[Want], taken: list[IPv4Network]) -> dict[str, list[IPv4Network]]:
    """The ranges of each kind, the largest subnets first; empty for a kind that has no room."""
    largest_first = sorted(wants, key=lambda one: one.prefix)
    for reserve in (True, False):
        found: dict[str, list[IPv4Network]] = {}
        blocked = list(taken)
        for want in largest_first:
            found[want.kind] = ranges = _roomy(want, blocked) if reserve else _tight(want, blocked)
            blocked += [ranges[0].supernet(new_prefix=want.region)] if reserve and ranges else ranges
        if all(found.values()):
            break
    return found


def _roomy(want: Want, blocked: list[IPv4Network]) -> list[IPv4Network]:
    for space in want.spaces:
        for region in _free(space, want.region, 1, blocked):
            every = list(region.subnets(new_prefix=want.prefix))
            return [every[turn * want.slots + zone] for turn in range(want.rounds) for zone in range(want.zones)]
    return []


def _tight(want: Want, blocked: list[IPv4Network]) -> list[IPv4Network]:
    found = (_free(space, want.prefix, want.zones * want.rounds, blocked) for space in want.spaces)
    return next(filter(None, found), [])


def _free(space: IPv4Network, prefix: int, count: int, blocked: list[IPv4Network]) -> list[IPv4Network]:
    """The first free ranges of a size; none where there are fewer than wanted."""
    found: list[IPv4Network] = []
    if not space.prefixlen <= prefix <= cidr.SMALLEST_SUBNET:
        return found
    size = 1 << (32 - prefix)
    address, end = int(space.network_address), int(space.broadcast_address)
    while address < end and len(found) < count:
        one = IPv4Network(cidr.Address(address), prefix)
        ends = [int(other.broadcast_address) for other in blocked if other.overlaps(one)]
        if not ends:
            found.append(one)
        # Past what is in the way, to the next place where a range of this size can begin.
        address = max([address, *(last // size * size for last in ends)]) + size
    return found if len(found) == count else []
