"""Is a text shaped as PromQL is? Brackets, quotes, durations and label matchers; not what functions take.

Source: Prometheus documentation, Querying basics (string literals, instant and range vector selectors, time
durations), and Data model (metric names and labels).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CLOSES = {")": "(", "]": "[", "}": "{"}
WORDS = {")": "round", "]": "square", "}": "curly"}
STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`"
DURATION = r"(?:[0-9]+(?:ms|[smhdwy]))+"
MATCHER = rf"\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:=~|!~|!=|=)\s*(?:{STRING})\s*"
RANGE = rf"\s*{DURATION}\s*(?::\s*(?:{DURATION})?\s*)?"
NAME = r"[A-Za-z_:][A-Za-z0-9_:]*"
OPERATORS = ("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "=~", "=", ",", "and", "or", "unless")
# Words of the language that are followed by labels in brackets.
GROUPING = rf"\b(?:by|without|on|ignoring|group_left|group_right)\s*\((?:\s*{NAME}\s*,?)*\)"


def mistake(expression: str) -> str:
    """What is wrong with an expression, or nothing."""
    expression = _without_comments(expression)
    bare = re.sub(STRING, " s ", expression)
    if re.search(r"[\"'`]", bare):
        return "a quote is not closed"
    if found := _brackets(bare) or _insides(expression):
        return found
    words = bare.split()
    if not words:
        return "there is no expression"
    last = words[-1]
    ends = next((one for one in OPERATORS if last == one or (not one.isalpha() and last.endswith(one))), "")
    return f"it ends with {ends}" if ends else ""


def _without_comments(expression: str) -> str:
    return re.sub(rf"({STRING})|#.*", lambda one: one[1] or "", expression)


def _brackets(text: str) -> str:
    opened: list[str] = []
    for letter in text:
        if letter in CLOSES.values():
            opened.append(letter)
        elif letter in CLOSES and (not opened or opened.pop() != CLOSES[letter]):
            return f"a {WORDS[letter]} bracket is closed that is not open"
    kinds = {opening: WORDS[closing] for closing, opening in CLOSES.items()}
    return f"a {kinds[opened[-1]]} bracket is not closed" if opened else ""


def _insides(expression: str) -> str:
    """Label matchers stand in curly brackets, and durations in square ones."""
    bare = re.compile(rf"(?:{STRING})|(\{{(?:{STRING}|[^{{}}\"'`])*\}})|(\[[^\[\]]*\])")
    for one in bare.finditer(expression):
        matchers, duration = one.groups()
        if matchers and not re.fullmatch(rf"(?:{MATCHER},?)*\s*", matchers[1:-1]):
            return f'{matchers} is no list of labels such as {{job="api"}}'
        if duration and not re.fullmatch(RANGE, duration[1:-1]):
            return f"{duration} is no range such as [5m]"
    return ""


def metrics(expression: str) -> Iterator[str]:
    """The names in an expression that metrics may have: neither functions nor labels."""
    text = re.sub(STRING, "", _without_comments(expression))
    text = re.sub(GROUPING, " ", re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", " ", text))
    for one in re.finditer(rf"{NAME}(?!\s*\()(?![A-Za-z0-9_:])", text):
        yield one.group()
