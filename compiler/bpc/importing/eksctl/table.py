"""Every field of eksctl's ClusterConfig, and what becomes of it: the one table that the importer and the docs read.

The rows are in `facts/eksctl.json`; `{a,b}` in a path stands for several fields. How a field is converted:
`copy` and `words` say it all (`words` writes API_AND_CONFIG_MAP as api-and-config-map), `policy` shortens the ARN
of an access policy, `list` makes a list of one value, `code` is done by a module of this package, `always` is what
bpc does anyway, `none` has no home in CloudFormation, and `missing` has one that the language does not reach.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bpc import facts, schema
from bpc.kit.record import Record

NOTHING = ("none", "missing", "always")


class Row(Record):
    """One field of eksctl's."""

    section: str
    path: str
    kind: str
    how: str
    ours: str
    becomes: str
    why: str

    @property
    def status(self) -> str:
        """supported, always, none or missing."""
        how = self.how.partition(":")[0]
        if how in NOTHING:
            return how
        return "supported" if known(expanded(self.ours)[0]) else "missing"


@cache
def rows() -> Mapping[str, Row]:
    """Every row by eksctl's path, in the order of the table."""
    found: dict[str, Row] = {}
    for section, lines in facts.eksctl()["sections"].items():
        for path, kind, how, ours, *rest in lines:
            becomes, why = rest if len(rest) == 2 else (*rest, "")
            if how == "none":
                becomes, why = "", becomes
            for one in expanded(path):
                found[one] = Row(section, one, kind, how, ours, becomes, why)
    return found


@cache
def inner() -> Mapping[str, str]:
    """The mappings and lists on the way to the fields: `map`, or `list` for one whose items are mappings."""
    found: dict[str, str] = {}
    for path in rows():
        parts = path.split(".")
        for length in range(1, len(parts)):
            above = ".".join(parts[:length])
            found[above.removesuffix("[]")] = "list" if above.endswith("[]") else "map"
    return found


def expanded(path: str) -> list[str]:
    """The paths that one with `{a,b}` stands for."""
    choice = re.search(r"\{([^}]*)\}", path)
    if not choice:
        return [path]
    return [
        one for word in choice[1].split(",") for one in expanded(path[: choice.start()] + word + path[choice.end() :])
    ]


def known(ours: str) -> bool:
    """Whether the language has a field; `<name>` stands for a name of the user's."""
    return schema.field(parts(ours, [0] * ours.count("[]"), "vpc-cni")) is not None


def parts(ours: str, slots: list[int], name: str = "") -> tuple[Any, ...]:
    """One of our paths, with its list places and its name filled in."""
    free = iter(slots)
    found: list[str | int] = []
    for word in ours.split("."):
        found.append(name if word == "<name>" else word.removesuffix("[]"))
        if word.endswith("[]"):
            found.append(next(free))
    return tuple(found)
