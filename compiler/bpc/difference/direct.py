"""What two templates say differently of a resource, before anything is thought of what refers to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.difference.shapes import (
    ABSENT,
    ADD,
    ALWAYS,
    CONDITIONALLY,
    DIRECT,
    IN_PLACE,
    MAYBE,
    MODIFY,
    NEVER,
    PARAMETER,
    REMOVE,
    REPLACED,
    UNKNOWN,
    Change,
    Detail,
    Path,
)
from bpc.difference.sides import Resource, Stack
from bpc.difference.values import HIDDEN, at, drawn_on, function, plain
from bpc.facts import replacement
from bpc.facts.replacement import Pointer, Rules
from bpc.kit.digest import digest

# Attributes beside the properties that a change set names in its scope. DependsOn changes nothing that is there.
ATTRIBUTES = ("Condition", "CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy")
# But stack sets wait for each other at every update.
ORDERED = ("AWS::CloudFormation::StackSet",)


def differing(old: Stack | None, new: Stack | None) -> Iterator[Change]:
    """Each resource that comes, goes or changes between two templates of a stack."""
    before, after = (one.resources if one else {} for one in (old, new))
    moved = _new_defaults(old, new)
    for title, resource in before.items():
        if title not in after:
            yield removed(old.title if old else "", resource)
        elif old and new and (found := _modified(new.title, resource, after[title], moved)):
            yield found
    for title, resource in after.items():
        if title not in before:
            yield Change(new.title if new else "", title, resource.type, ADD)


def removed(stack: str, resource: Resource) -> Change:
    return Change(stack, resource.title, resource.type, REMOVE, policy=policy(resource, "DeletionPolicy"))


def policy(resource: Resource, name: str) -> str:
    """What CloudFormation does with the old resource. Delete, unless the template says something else."""
    return str(resource.body.get(name, "Delete"))


def recreation(path: Path, rules: Rules | None, before: Any = None, after: Any = None) -> str:
    """What a change at a path asks for; with the properties on both sides, it need not be at a leaf."""
    if rules is None:
        return CONDITIONALLY
    if any(_hits(path, one, before, after) for one in rules.always):
        return ALWAYS
    return CONDITIONALLY if any(_hits(path, one, before, after) for one in rules.conditionally) else NEVER


def outcome(details: tuple[Detail, ...], rules: Rules | None) -> str:
    """What becomes of a resource by the properties that change."""
    asked = {one.recreation for one in details}
    if ALWAYS in asked:
        return REPLACED
    return (UNKNOWN if rules is None else MAYBE) if CONDITIONALLY in asked else IN_PLACE


def _hits(path: Path, pointer: Pointer, before: Any, after: Any) -> bool:
    if any(step not in ("*", own) for own, step in zip(path, pointer, strict=False)):
        return False
    if len(path) >= len(pointer):
        return True
    # The change is around what is fixed, such as a whole object that comes: does the fixed part differ?
    return at(before, pointer) != at(after, pointer)


def _modified(stack: str, old: Resource, new: Resource, moved: set[str]) -> Change | None:
    attributes = (*ATTRIBUTES, "DependsOn") if new.type in ORDERED else ATTRIBUTES
    scope = tuple(one for one in attributes if old.body.get(one) != new.body.get(one))
    if old.type != new.type:
        return Change(stack, new.title, new.type, MODIFY, REPLACED, policy(old, "UpdateReplacePolicy"))
    rules = replacement.rules(new.type)
    details = tuple(
        _detail(path, before, after, old, new, moved, rules)
        for path, before, after in leaves(old.properties, new.properties)
    )
    if not details:
        return Change(stack, new.title, new.type, MODIFY, IN_PLACE, scope=scope) if scope else None
    scope = (*dict.fromkeys("Tags" if one.path[0] == "Tags" else "Properties" for one in details), *scope)
    found = outcome(details, rules)
    kept = policy(new, "UpdateReplacePolicy") if found != IN_PLACE else ""
    return Change(stack, new.title, new.type, MODIFY, found, kept, scope, details)


def _detail(
    path: Path, before: Any, after: Any, old: Resource, new: Resource, moved: set[str], rules: Rules | None
) -> Detail:
    needed = recreation(path, rules, old.properties, new.properties)
    by = (drawn_on(old.body.get("Properties"), path) & drawn_on(new.body.get("Properties"), path)) & moved
    cause = min(by, default="")
    return Detail(path, needed, PARAMETER if cause else DIRECT, cause, before, after)


def _new_defaults(old: Stack | None, new: Stack | None) -> set[str]:
    """The parameters that both templates have, with different defaults."""
    if not old or not new:
        return set()
    return {
        title
        for title, one in new.parameters.items()
        if title in old.parameters and default(one) != default(old.parameters[title])
    }


def default(parameter: Mapping[str, Any]) -> Any:
    """A parameter's default as CloudFormation compares it."""
    if "Default" not in parameter:
        return ABSENT
    found = plain(parameter["Default"])
    return {HIDDEN: digest(str(found).encode())} if str(parameter.get("NoEcho", "")).lower() == "true" else found


def leaves(old: Any, new: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Each smallest part that differs, with both values. Tags are told apart by their keys."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not function(old) and not function(new):
        for key in dict.fromkeys((*old, *new)):
            yield from leaves(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        if path[-1:] == ("Tags",) and all(_is_tag(one) for one in (*old, *new)):
            yield from leaves(_tags(old), _tags(new), path)
        elif len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from leaves(one, other, (*path, str(index)))
        else:
            yield path, old, new
    else:
        yield path, old, new


def _is_tag(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("Key"), str)


def _tags(tags: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["Key"]: one.get("Value", one) for one in tags}
