"""What follows from a change: a new resource has a new identifier, and whatever refers to it changes, too.

Across stacks, `Fn::ImportValue` leads to the export, and the export's value to the resource behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.difference.direct import outcome, policy, recreation
from bpc.difference.shapes import (
    ALWAYS,
    ATTRIBUTE,
    CONDITIONALLY,
    IN_PLACE,
    MAYBE,
    MODIFY,
    REPLACED,
    RESOURCE,
    Change,
    Detail,
    Key,
    Path,
)
from bpc.difference.sides import Resource, Stack
from bpc.difference.values import Reference, references
from bpc.facts import replacement

Found = dict[Key, Change]
# Attributes that every change of a resource moves: Amazon EC2 makes a new version of a launch template.
MOVING = {("AWS::EC2::LaunchTemplate", "LatestVersionNumber")}


class Web:
    """Who refers to whom in one environment, within stacks and across them."""

    def __init__(self, stacks: Mapping[str, Stack]) -> None:
        self.stacks = stacks
        self.exports: dict[str, tuple[str, Any]] = {
            name: (stack.title, value) for stack in stacks.values() for name, value in stack.exports.items()
        }
        self.resources: dict[Key, Resource] = {
            (stack.title, title): one for stack in stacks.values() for title, one in stack.resources.items()
        }
        self.taken: dict[Key, list[tuple[Path, Reference, Key]]] = {
            key: list(self._uses(key, one)) for key, one in self.resources.items()
        }

    def _uses(self, key: Key, resource: Resource) -> Iterator[tuple[Path, Reference, Key]]:
        for path, reference in references(resource.properties):
            yield from ((path, one, target) for one, target in self.behind(key[0], reference))

    def behind(self, stack: str, reference: Reference, depth: int = 0) -> Iterator[tuple[Reference, Key]]:
        """The resources that a reference leads to, each with how it is asked for there."""
        if reference.kind != "ImportValue":
            target = (stack, reference.target)
            if target in self.resources:
                yield reference, target
        elif reference.target in self.exports and depth < 9:
            owner, value = self.exports[reference.target]
            for _, inner in references(value):
                yield from self.behind(owner, inner, depth + 1)

    def imports(self, stack: str) -> set[str]:
        """The names of the exports that a stack imports."""
        found = self.stacks[stack]
        nodes = [*(one.properties for one in found.resources.values()), found.outputs]
        return {one.target for node in nodes for _, one in references(node) if one.kind == "ImportValue"}


def spread(found: Found, old: Web, new: Web) -> Found:
    """The changes with everything that follows from them."""
    reached = dict(found)
    waiting = True
    while waiting:
        waiting = False
        for key, resource in new.resources.items():
            if key in old.resources and (more := _following(key, resource, reached, old, new)):
                reached[key] = more
                waiting = True
    return reached


def _following(key: Key, resource: Resource, found: Found, old: Web, new: Web) -> Change | None:
    """A change that the changes so far bring about, unless it is known already."""
    change = found.get(key) or Change(*key, resource.type, MODIFY, IN_PLACE)
    if change.action != MODIFY or change.type != old.resources[key].type:
        return None
    known = {one.path: one for one in change.details}
    more = [
        one
        for path, reference, target in new.taken[key]
        if target != key
        for one in _detail(resource, path, reference, target, found, old, new)
        if path not in known or _weight(one) > _weight(known[path])
    ]
    if not more:
        return None
    details = tuple({**known, **{one.path: one for one in more}}.values())
    rules = replacement.rules(resource.type)
    became = outcome(details, rules)
    kept = policy(resource, "UpdateReplacePolicy") if became != IN_PLACE else ""
    scope = tuple(dict.fromkeys((*change.scope, *("Tags" if one.path[0] == "Tags" else "Properties" for one in more))))
    return change.replace(details=details, replacement=became, policy=kept, scope=scope)


def _weight(detail: Detail) -> int:
    return {ALWAYS: 2, CONDITIONALLY: 1}.get(detail.recreation, 0)


def _detail(
    resource: Resource, path: Path, reference: Reference, target: Key, found: Found, old: Web, new: Web
) -> Iterator[Detail]:
    change = found.get(target)
    if change is None or change.action != MODIFY:
        return
    needed = recreation(path, replacement.rules(resource.type))
    attribute = reference.kind == "GetAtt"
    source, cause = (ATTRIBUTE, f"{target[1]}.{reference.attribute}") if attribute else (RESOURCE, target[1])
    if change.replacement == REPLACED:
        if not attribute and keeps_its_name(target, found, old, new) and _deletes_first(change.type):
            return  # the new one has the old one's name, and nobody can tell
        yield Detail(path, needed, source, cause)
    elif change.replacement != IN_PLACE:
        yield Detail(path, CONDITIONALLY if needed == ALWAYS else needed, source, cause)
    elif attribute and _moves(change, reference.attribute):
        yield Detail(path, needed, source, cause)


def _deletes_first(resource_type: str) -> bool:
    rules = replacement.rules(resource_type)
    return bool(rules and rules.deletes_first)


def _moves(change: Change, attribute: str) -> bool:
    """Whether an attribute changes with a resource that is changed in place."""
    if (change.type, attribute) in MOVING:
        return "Properties" in change.scope
    return any(".".join(one.path) == attribute for one in change.details)


def keeps_its_name(key: Key, found: Found, old: Web, new: Web, depth: int = 0) -> bool:
    """Whether the new resource would need what the old one still has: its name, say, within its cluster."""
    before, after = old.resources.get(key), new.resources.get(key)
    rules = replacement.rules(after.type) if after else None
    if not before or not after or not rules or not rules.identity or depth > 9:
        return False
    held = [(before.properties.get(one), after.properties.get(one)) for one in rules.identity]
    return all(one is not None and one == other for one, other in held) and not any(
        (moved := found.get(target))
        and moved.replacement == REPLACED
        and not keeps_its_name(target, found, old, new, depth + 1)
        for path, _, target in new.taken[key]
        if path[0] in rules.identity and target != key
    )


def may_be_replaced(change: Change) -> bool:
    return change.action == MODIFY and change.replacement in (REPLACED, MAYBE)
