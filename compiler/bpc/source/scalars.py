"""What a word without quotes means: YAML 1.2's core schema, less its rarely meant spellings.

Source: YAML 1.2.2, chapter 10.3, "Core Schema". Hexadecimal, octal, `.inf` and `.nan`, a leading plus sign
and a float without digits on both sides of its point stay strings here.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
FLOAT = r"-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
DIGITS = frozenset("0123456789")
OF_FLOATS = DIGITS | frozenset("+-.eE")
MOST_DIGITS = 18
MOST_FLOAT = 40
LONGEST_SHOWN = 60


class TooLargeError(ValueError):
    """A number that could not be handed on without changing it."""


def plain(text: str) -> Scalar:
    """The value of a plain scalar. Raises TooLargeError for a number that does not fit."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "-0123456789":
        return text
    if _is_integer(digits := text.removeprefix("-")):
        if len(digits) > MOST_DIGITS:
            raise TooLargeError(text)
        return int(text)
    if OF_FLOATS.issuperset(text) and re.fullmatch(FLOAT, text):
        return _float(text)
    return text


def kind(value: object) -> str:
    """How a message calls a value of this kind."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "a mapping"


def quoted(text: str) -> str:
    """The text as a message quotes it: short, in quotes, with nothing unseen in it."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…")


def _is_integer(digits: str) -> bool:
    return digits == "0" or (digits[:1] not in ("", "0") and DIGITS.issuperset(digits))


def _float(text: str) -> float:
    value = float(text) if len(text) <= MOST_FLOAT else float("inf")
    if value in (float("inf"), float("-inf")):
        raise TooLargeError(text)
    return value
