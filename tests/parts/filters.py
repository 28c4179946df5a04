"""Whether a line counts: the filter patterns of CloudWatch Logs that alarms are made of, and no more of the language.

Amazon CloudWatch Logs User Guide, Filter pattern syntax: terms with `?`, of which one is enough; and in braces,
comparisons of a field of a JSON line with a text in which `*` stands for anything, joined by && and ||.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import reduce
from typing import Any

COMPARED = re.compile(r'\s*(\()?\s*\$((?:\.\w+)+)\s*(!?=)\s*"((?:[^"\\]|\\.)*)"\s*(\))?\s*')


def counts(pattern: str, line: str) -> bool:
    """Whether CloudWatch Logs would count the line."""
    if not pattern.startswith("{"):
        terms = re.findall(r'\?"([^"]*)"', pattern)
        assert " ".join(f'?"{one}"' for one in terms) == pattern, f"this is more than terms: {pattern}"
        return any(one in line for one in terms)
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return _all(pattern.strip("{} "), said)


def _all(text: str, said: Any) -> bool:
    """Of `a && (b || c)` all, of what is in brackets one."""
    parts = re.split(r"\s*&&\s*", text)
    return all(any(_one(one, said) for one in re.split(r"\s*\|\|\s*", part)) for part in parts)


def _one(text: str, said: Any) -> bool:
    found = COMPARED.fullmatch(text)
    assert found, f"this is no comparison: {text}"
    _, path, sign, wanted, _ = found.groups()
    value = reduce(lambda data, key: data.get(key, {}) if isinstance(data, dict) else {}, path[1:].split("."), said)
    alike = isinstance(value, str) and fnmatchcase(value, wanted.replace("[", "[[]").replace("?", "[?]"))
    return alike is (sign == "=")
