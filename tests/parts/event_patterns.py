"""Whether a rule of EventBridge hears an event: as much of its event patterns as the templates use.

Amazon EventBridge User Guide, Creating event patterns; Comparison operators for use in event patterns. Keys of one
mapping in a list are compared with the same mapping (the event ruler of EventBridge calls it array consistency).
"""

from __future__ import annotations

import operator
from fnmatch import fnmatchcase
from typing import Any

NUMBERS = {">=": operator.ge, ">": operator.gt, "=": operator.eq, "<": operator.lt, "<=": operator.le}


def hears(pattern: Any, event: Any) -> bool:
    """Whether the event is what the pattern says."""
    if isinstance(pattern, list):
        return any(_equal(one, value) for one in pattern for value in (event if isinstance(event, list) else [event]))
    if isinstance(event, list):
        return any(hears(pattern, one) for one in event)
    return isinstance(event, dict) and all(_key(key, value, event) for key, value in pattern.items())


def _key(key: str, wanted: Any, event: dict[str, Any]) -> bool:
    if key == "$or":
        return any(hears(one, event) for one in wanted)
    return key in event and hears(wanted, event[key])


def _equal(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(wanted == value)
    ((kind, said),) = wanted.items()
    if kind == "numeric":
        sign, number = said
        return isinstance(value, int | float) and bool(NUMBERS[sign](value, number))
    assert kind == "wildcard", f"the templates use no {kind}"
    return isinstance(value, str) and fnmatchcase(value, said)
