"""Small pieces of HTML. Whatever is not `Html` is text, and is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


class Html(str):
    """Markup that is written as it is."""

    __slots__ = ()


BREAK = Html("<br>")

Text = str | Html


def escaped(text: Text) -> Html:
    """Text as markup."""
    if isinstance(text, Html):
        return text
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(letter, entity)
    return Html(text)


def element(name: str, *inside: Text, **attributes: str) -> Html:
    """An element with what is in it; `class_` is the attribute class."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{said}>{''.join(map(escaped, inside))}</{name}>")


def joined(parts: Iterable[Text], between: str = "") -> Html:
    """Pieces one after the other."""
    return Html(between.join(escaped(one) for one in parts))


def code(text: str) -> Html:
    return element("code", text)


def items(parts: Sequence[Text]) -> Html:
    """A list; a thing alone needs none."""
    if len(parts) < 2:
        return joined(parts)
    return element("ul", *(element("li", one) for one in parts))


def table(label: str, columns: Sequence[str], rows: Iterable[Sequence[Text]]) -> Html:
    """A table that can be pushed sideways where the screen is narrow, with keys too.

    On a phone its rows are cards, each cell with its column's name before it. What is no table to a browser then is
    still one to who listens, by its roles.
    """
    names = [element("th", one, scope="col", role="columnheader") for one in columns]
    body = [element("tr", *_cells(columns, row), role="row") for row in rows]
    head = element("thead", element("tr", *names, role="row"), role="rowgroup")
    made = element("table", head, element("tbody", *body, role="rowgroup"), role="table", aria_label=label)
    return element("div", made, class_="wide", role="group", tabindex="0", aria_label=label)


def _cells(columns: Sequence[str], row: Sequence[Text]) -> Iterator[Html]:
    yield element("th", row[0], scope="row", role="rowheader")
    for name, one in zip(columns[1:], row[1:], strict=True):
        yield element("td", one, role="cell", data_label=name)
