"""Small pieces of HTML. Whatever is not `Html` is text, and is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


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
    """A table that can be pushed sideways where the screen is narrow, with keys too."""
    head = element("tr", *(element("th", one, scope="col") for one in columns))
    body = [element("tr", element("th", row[0], scope="row"), *(element("td", one) for one in row[1:])) for row in rows]
    made = element("table", element("thead", head), element("tbody", *body))
    return element("div", made, class_="wide", role="group", tabindex="0", aria_label=label)
