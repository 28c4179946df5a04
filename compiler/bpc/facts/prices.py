"""What things cost, as far as somebody has written it down with a day and a source (prices.json)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from bpc import facts
from bpc.kit.record import Record

EVERYWHERE = "*"


class Price(Record):
    """US dollars for a unit of something in a Region, on a day, and who says so. A month is a unit of its own."""

    item: str
    region: str
    unit: str
    usd: Decimal
    date: str
    source: str


def price(item: str, region: str) -> Price | None:
    """The price of something that is no instance; a price for all Regions is for those of the partition aws."""
    rows = _rows()
    found = rows.get((item, region))
    if found:
        return found
    known = facts.region(region)
    return rows.get((item, EVERYWHERE)) if known and known.partition == "aws" else None


def instance(instance_type: str, region: str) -> Price | None:
    """The price of an instance with Linux, On-Demand, on shared hardware."""
    family, _, size = instance_type.partition(".")
    for one in _document()["instances"]:
        if one["region"] == region and size in one["usd"].get(family, {}):
            return Price(instance_type, region, one["unit"], one["usd"][family][size], one["date"], one["source"])
    return None


def beginning(start: str, region: str) -> Iterator[Price]:
    """The prices of a Region whose names begin alike."""
    return (one for (item, place), one in _rows().items() if place == region and item.startswith(start))


def everything() -> Iterator[Price]:
    """Every row."""
    yield from _rows().values()
    for one in _document()["instances"]:
        for family, sizes in one["usd"].items():
            for size, usd in sizes.items():
                yield Price(f"{family}.{size}", one["region"], one["unit"], usd, one["date"], one["source"])


@cache
def _rows() -> Mapping[tuple[str, str], Price]:
    return {(one["item"], one["region"]): Price(**one) for one in _document()["rows"]}


@cache
def _document() -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "prices.json"), encoding="utf-8") as file:
        document: Mapping[str, Any] = json.load(file, parse_float=Decimal, parse_int=Decimal)
    return document
