"""What an environment costs in a month: a table whose every price says when and where it was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bpc.costs.bill import bill
from bpc.costs.line import HOURS, Line, total
from bpc.facts.prices import Price
from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, element, joined, table

COLUMNS = ("What", "How many", "Price", "US dollars a month")
UNITS = {"hour": "an hour", "month": "a month", "GB": "for each GB", "GB-month": "for each GB a month"}


def costs(stacks: Stacks) -> Html:
    """An estimate, what it rests on, and what it leaves out."""
    lines = bill(stacks)
    parts: list[Text] = [_sum(lines, stacks.plan.region), table("Costs a month", COLUMNS, map(_row, lines))]
    prices = sorted({(one.source, one.date) for line in lines for one in _prices(line)})
    if prices:
        said = [f"{date}: {source}" for source, date in prices]
        summary = element("summary", "Where the prices are from")
        parts.append(element("details", summary, element("ul", *(element("li", one) for one in said))))
    return joined(parts)


def about(stacks: Stacks, *, whole: bool = False) -> str:
    """The sum alone, for who reads no more; as a whole from the fewest nodes to the most."""
    lines = bill(stacks)
    if not any(one.is_added for one in lines):
        return "no price is known"
    months = total(lines)
    least = "more than " if any(one.counts and not one.price for one in lines) else ""
    return least + (_range([_usd(one) for one in months]) if whole else _usd(months[1]))


def _sum(lines: Sequence[Line], region: str) -> Html:
    """The sum before the table, since most readers want nothing else."""
    if not any(one.is_added for one in lines):
        return element("p", f"There is no price for anything here in {region}.")
    least, first, most = total(lines)
    days = sorted(one.date for line in lines if line.is_added for one in _prices(line))
    missing = [one.what for one in lines if one.counts and not one.price]
    word = "More than" if missing else "About"
    between = f" (from {_usd(least)} with the fewest nodes to {_usd(most)} with the most)" if least != most else ""
    text = (
        f"An estimate, not an offer: a month of {HOURS} hours at the prices of On-Demand in {region}, as they were "
        f"between {days[0]} and {days[-1]}, without taxes, discounts, free tiers and what data costs on its way. "
    )
    rest = "What is listed without an amount costs something too." if len(lines) > len(days) else ""
    unknown = [element("p", element("strong", "Not in it, for want of a price: "), joined(missing, "; "), ".")]
    return joined(
        [
            element("p", element("strong", f"{word} {_usd(first)} a month"), f" to begin with{between}.", class_="sum"),
            element("p", text, rest),
            *(unknown if missing else ()),
        ]
    )


def _row(line: Line) -> list[Text]:
    return [line.what[0].upper() + line.what[1:], _counts(line), _price(line), _month(line)]


def _counts(line: Line) -> str:
    unit = " GB" if line.price and line.price.unit == "GB-month" else ""
    said = "" if line.counts is None else _range([f"{one:,}{unit}" for one in line.counts])
    return ", ".join(filter(None, (said, line.why)))


def _price(line: Line) -> Text:
    if line.price is None:
        return "none known"
    unit = UNITS[line.price.unit]
    if line.cheapest and line.dearest and line.cheapest.usd != line.dearest.usd:
        return f"{_exact(line.cheapest.usd)} to {_exact(line.dearest.usd)} {unit}"
    return f"{_exact(line.price.usd)} {unit}"


def _month(line: Line) -> Text:
    if line.months is None:
        return "not added" if line.price else "unknown"
    return _range([_usd(one) for one in line.months])


def _range(said: Sequence[str]) -> str:
    """The beginning, and from where to where it goes."""
    least, first, most = said
    return first if least == most else f"{first} ({least} to {most})"


def _prices(line: Line) -> Iterator[Price]:
    yield from filter(None, (line.price, line.cheapest, line.dearest))


def _usd(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _exact(amount: Decimal) -> str:
    """All digits, at least two behind the point."""
    return f"${amount:f}" if -int(amount.as_tuple().exponent) >= 2 else f"${amount:.2f}"
