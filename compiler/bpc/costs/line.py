"""A line of the bill, and how lines are added."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from bpc.facts.prices import Price
from bpc.kit.record import Record

HOURS = 730  # of a month: 8,760 hours of a year through 12
CENT = Decimal("0.01")


class Line(Record):
    """Something that costs: how many there are at least, at the beginning and at most.

    `price` is that of the beginning; `cheapest` and `dearest` are there where it depends on what is started. Without
    `counts` the amount depends on use, and nothing is added. `why` says what the reader has to know.
    """

    what: str
    price: Price | None
    counts: tuple[int, int, int] | None = None
    why: str = ""
    cheapest: Price | None = None
    dearest: Price | None = None

    @property
    def is_added(self) -> bool:
        return self.price is not None and self.counts is not None

    @property
    def months(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """US dollars a month: the least, at the beginning, and the most."""
        if self.price is None or self.counts is None:
            return None
        prices = (self.cheapest or self.price, self.price, self.dearest or self.price)
        least, first, most = (_month(price, count) for price, count in zip(prices, self.counts, strict=True))
        return least, first, most


def steady(what: str, price: Price | None, count: int, why: str = "") -> Line:
    """What there is always the same number of."""
    return Line(what, price, (count, count, count), why)


def total(lines: Iterable[Line]) -> tuple[Decimal, Decimal, Decimal]:
    """The sum of all that has a price: of the amounts that are shown, so that whoever adds them gets the same."""
    months = [one.months for one in lines if one.months]
    least, first, most = (sum((one[place] for one in months), Decimal(0)) for place in range(3))
    return least, first, most


def _month(price: Price, count: int) -> Decimal:
    units = count * HOURS if price.unit == "hour" else count
    return (price.usd * units).quantize(CENT, ROUND_HALF_UP)
