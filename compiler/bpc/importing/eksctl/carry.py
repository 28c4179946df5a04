"""The part of a conversion that the table alone decides: values that are copied, and notes on those that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bpc.diagnostics import Path
from bpc.importing.draft import Draft, spelled
from bpc.importing.eksctl import table
from bpc.source import Document

TIME = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")
POLICY = re.compile(r"arn:aws[a-z-]*:eks::aws:cluster-access-policy/AmazonEKS([A-Za-z]+)Policy")


def words(value: Any) -> Any:
    """A word of AWS's as the language spells it: API_AND_CONFIG_MAP is api-and-config-map."""
    if not isinstance(value, str):
        return value
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", value).replace("_", "-").lower()


def policy(value: Any) -> Any:
    """An access policy of EKS's by its short name, any other by its ARN."""
    found = POLICY.fullmatch(value) if isinstance(value, str) else None
    return words(found[1]) if found else value


def seconds(value: Any, each: int = 1) -> Any:
    """A time as Go writes it, 1h30m, in seconds or in minutes; as it is where that does not come out even."""
    found = TIME.fullmatch(value) if isinstance(value, str) else None
    if not found or not value:
        return value
    whole = sum(int(number or 0) * unit for number, unit in zip(found.groups(), (3600, 60, 1), strict=True))
    return value if whole % each else whole // each


HOW: dict[str, Callable[[Any], Any]] = {
    "copy": lambda value: value,
    "seconds": seconds,
    "minutes": lambda value: seconds(value, 60),
    "words": words,
    "policy": policy,
    "list": lambda value: [value],
}


class Source:
    """A ClusterConfig that is being read, and the draft that comes of it."""

    def __init__(self, document: Document, draft: Draft) -> None:
        self.document, self.draft = document, draft

    def get(self, *path: str | int) -> Any:
        """A value of the document, as the table's kind has it; None where there is nothing."""
        found: Any = self.document.data
        for part in path:
            inside = isinstance(found, dict) and part in found
            if not inside and not (isinstance(found, list) and isinstance(part, int) and part < len(found)):
                return None
            found = found[part]
        return self._typed(path, found)

    def _typed(self, path: Path, value: Any) -> Any:
        """Text that YAML reads as a number, such as 1.30, as it was typed."""
        row = table.rows().get(pattern(path))
        if row and row.kind == "text" and value is not None and not isinstance(value, str | dict | list):
            return self.document.typed(path) or str(value)
        return value

    def carry(self, at: Path, slots: tuple[int, ...] = (), name: str = "") -> None:
        """Everything below a path that the table alone decides; `slots` are the places in our lists."""
        value, here = self.get(*at), pattern(at)
        row = table.rows().get(here)
        if row:
            self._leaf(row, at, value, list(slots), name)
        elif isinstance(value, dict):
            for key in value:
                self.carry((*at, key), slots, name)
        elif isinstance(value, list):
            for place in range(len(value)):
                self.carry((*at, place), (*slots, place), name)

    def gather(self, path: Path, given: list[tuple[Any, str]]) -> None:
        """A list of ours that several fields of eksctl's fill, each value once."""
        taken: list[Any] = list(self.draft.get(*path) or [])
        for value, source in given:
            if value not in taken and self.draft.takes(path, [value]):
                taken.append(value)
            if value in taken:
                self.draft.put(path, list(taken), source)
            else:
                self.draft.put(path, [value], source)

    def permissions(self, above: Path, document: Any, source: str, key: str = "permissions") -> None:
        """An IAM policy in our words: all of it or nothing, for without one statement it may allow more."""
        path = (*above, key)
        given = document.get("Statement") if isinstance(document, dict) else document
        statements = [_statement(one) for one in (given if isinstance(given, list) else [given])]
        if None in statements or not self.draft.takes(path, statements):
            why = "a role's statements have Sid, Effect, and texts as Action, Resource and Condition, or NotAction"
            self.draft.lose(path, source, document, why)
        else:
            self.draft.put(path, statements, source)

    def _leaf(self, row: table.Row, at: Path, value: Any, slots: list[int], name: str) -> None:
        if value is None or row.how == "code":
            return
        source = spelled(at)
        path = table.parts(row.ours, slots, name) if row.ours else self._nearest(row, slots, name)
        if row.how in HOW:
            self.draft.put(path, HOW[row.how](value), source)
        elif row.how.startswith("always"):
            if row.how == f"always:{str(value).lower()}":
                self.draft.carried.add(source)
            else:
                self.draft.remark(path, source, f"{str(value).lower()} does not matter: {row.why}")
        else:
            self.draft.lose(path, source, value, row.why)

    def _nearest(self, row: table.Row, slots: list[int], name: str) -> Path:
        """Where a field that has no place of its own would have stood: with the ones beside it."""
        above = row.path.rpartition(".")[0]
        while above:
            beside = [one for one in table.rows().values() if one.ours and one.path.startswith(f"{above}.")]
            for one in beside:
                ours = table.expanded(one.ours)[0]
                if ours.count("[]") <= len(slots):
                    return (*table.parts(ours, slots, name)[:-1], "")
            above = above.rpartition(".")[0]
        return HOMELESS.get(row.path.partition(".")[0].removesuffix("[]"), ("metadata", ""))


# Where notes on sections go that the language has no counterpart of.
HOMELESS: dict[str, Path] = {"gitops": ("gitops", ""), "karpenter": ("addons", "karpenter", "")}


# IAM User Guide, IAM JSON policy elements reference.
STATEMENT = {
    "Sid": "sid",
    "Effect": "effect",
    "Action": "actions",
    "NotAction": "notActions",
    "Resource": "resources",
    "NotResource": "notResources",
    "Condition": "conditions",
}


def _statement(one: Any) -> dict[str, Any] | None:
    """A statement of IAM's in our words; None where it has an element that ours do not have."""
    if not isinstance(one, dict) or not set(one) <= set(STATEMENT):
        return None
    found: dict[str, Any] = {STATEMENT[key]: value for key, value in one.items() if value}
    for key in ("actions", "notActions", "resources", "notResources"):
        if isinstance(found.get(key), str):
            found[key] = [found[key]]
    for key in ("actions", "notActions"):
        if isinstance(found.get(key), list):
            found[key] = [_action(name) for name in found[key]]
    found["effect"] = str(found.get("effect", "allow")).lower()
    if found["effect"] == "allow":
        del found["effect"]
    return found


def _action(name: Any) -> Any:
    """IAM takes a service's prefix in capitals too."""
    service, colon, action = str(name).partition(":")
    return service.lower() + colon + action


def pattern(path: Path) -> str:
    """The table's path of a place in the document."""
    return "".join("[]" if isinstance(one, int) else f".{one}" for one in path).lstrip(".")
