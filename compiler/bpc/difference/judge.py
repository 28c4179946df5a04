"""What somebody should know of the changes: what is dear, what CloudFormation will refuse, what interrupts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic
from bpc.difference import rules
from bpc.difference.direct import default
from bpc.difference.shapes import (
    ADD,
    ALWAYS,
    DIRECT,
    MODIFY,
    PARAMETER,
    REMOVE,
    REPLACED,
    UNKNOWN,
    Change,
    Key,
    Parameter,
)
from bpc.difference.sides import Environment, Stack
from bpc.difference.spread import Found, Web, keeps_its_name, may_be_replaced
from bpc.difference.values import references
from bpc.facts import replacement

# Properties by which a service refuses to delete: Amazon EKS, RDS, DynamoDB, EC2 and CloudWatch Logs API References.
PROTECTION = ("DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination")


def judged(found: Found, old: Web, new: Web) -> tuple[list[Change], list[Diagnostic]]:
    """The changes, each with what must be said of it, and what no change of a resource stands for."""
    used = _exports_in_use(found, old, new)
    changes = [
        change.replace(findings=(*_findings(change, found, old, new), *used.pop(key, ())))
        for key, change in found.items()
    ]
    return changes, [one for left in used.values() for one in left]


def _findings(change: Change, found: Found, old: Web, new: Web) -> Iterator[Diagnostic]:
    at = change.key
    if change.action == REMOVE:
        yield from _of_removed(change, old)
    elif change.action == MODIFY and change.type != old.resources[at].type:
        yield rules.OTHER_TYPE.at(at, f"{change.title} was {old.resources[at].type}; the update fails")
    elif may_be_replaced(change):
        yield from _of_replaced(change, found, old, new)
    elif change.replacement == UNKNOWN:
        message = f"{change.type} is not in the schemas of {replacement.as_of()}; it may be replaced"
        yield rules.UNKNOWN_TYPE.at(at, message)
    if change.action == MODIFY and change.type.startswith("AWS::EKS::"):
        from bpc.difference import eks

        yield from eks.refused(change, found)
    if change.action == MODIFY and change.type == "AWS::CloudFormation::StackSet":
        from bpc.difference import administration

        yield from administration.lost(change, old.resources[at], new.resources[at])


def _of_removed(change: Change, old: Web) -> Iterator[Diagnostic]:
    properties = old.resources[change.key].properties
    protection = next((one for one in PROTECTION if properties.get(one) == "true"), "")
    if protection:
        yield rules.PROTECTED.at(change.key, f"{protection} is on; its deletion fails until that is off")
    if change.type in rules.DEAR and not change.policy.startswith("Retain"):
        anew = f", and made anew as {change.renamed}" if change.renamed else ""
        yield rules.REMOVED.at(change.key, f"{rules.DEAR[change.type]} would be deleted{anew}")


def _of_replaced(change: Change, found: Found, old: Web, new: Web) -> Iterator[Diagnostic]:
    certain, at = change.replacement == REPLACED, change.key
    own = replacement.rules(change.type)
    if certain and own and own.deletes_first:
        yield rules.DELETED_FIRST.at(at, "the old one is deleted before the new one is made")
    elif certain and own and _by_itself(change, own) and keeps_its_name(at, found, old, new):
        held = [(one, new.resources[at].properties.get(one)) for one in own.identity]
        names = " and ".join(f"{name} {value}" for name, value in held if isinstance(value, str)) or "its identity"
        yield rules.NAME_TAKEN.at(at, f"the update fails: the old one still has {names}")
    if change.type in rules.DEAR:
        verb = "would be replaced" if certain else "may be replaced"
        yield rules.REPLACED.at(at, f"{rules.DEAR[change.type]} {verb}")


def _by_itself(change: Change, own: replacement.Rules) -> bool:
    """Whether it is replaced for more than what it belongs to: in a new cluster, the name of a node group is free."""
    return any(
        one.recreation == ALWAYS and (one.path[0] not in own.identity or one.source in (DIRECT, PARAMETER))
        for one in change.details
    )


def _exports_in_use(found: Found, old: Web, new: Web) -> dict[Key, list[Diagnostic]]:
    """Exports that go or change while a stack imports them, gathered at the resource behind each."""
    gathered: dict[Key, dict[str, Diagnostic]] = {}
    for stack in old.stacks.values():
        importers = [(one, old.imports(one)) for one in old.stacks if one != stack.title]
        for name, value in stack.exports.items():
            users = [one for one, names in importers if name in names]
            behind = [key for _, inner in references(value) for _, key in old.behind(stack.title, inner)]
            if users and (found_for := _broken(stack, name, users, behind, found, old, new)):
                gathered.setdefault(behind[0] if behind else (stack.title, name), {})[found_for.rule.code] = found_for
    return {key: list(by_code.values()) for key, by_code in gathered.items()}


def _broken(
    stack: Stack, name: str, users: list[str], behind: list[Any], found: Found, old: Web, new: Web
) -> Diagnostic | None:
    kept = name in new.exports and new.exports[name] == (stack.title, stack.exports[name])
    moved = [key for key in behind if key in found and found[key].replacement == REPLACED]
    if kept and not moved:
        return None
    still = [one for one in users if one in new.stacks and name in new.imports(one)]
    short = name.removeprefix(f"{stack.name}-")
    at = behind[0] if behind else (stack.title, short)
    if still:
        return rules.EXPORT_IN_USE.at(
            at, f"the update fails: {_and(still)} import{'s' if len(still) == 1 else ''} its export {short}"
        )
    verb = "update" if any(one in new.stacks for one in users) else "delete"
    return rules.IMPORTER_FIRST.at(
        at, f"{verb} {_and(users)} first: {'it imports' if len(users) == 1 else 'they import'} the export {short}"
    )


def _and(names: list[str]) -> str:
    return " and ".join(names)


def parameters(old: Stack | None, new: Stack | None) -> Iterator[Parameter]:
    """The parameters that come, go or get another default in a stack that stays."""
    if not old or not new:
        return
    for title, one in new.parameters.items():
        if title not in old.parameters:
            yield Parameter(new.title, title, ADD, after=default(one))
        elif default(one) != default(old.parameters[title]):
            yield Parameter(new.title, title, MODIFY, default(old.parameters[title]), default(one))
    yield from (
        Parameter(new.title, title, REMOVE, default(one))
        for title, one in old.parameters.items()
        if title not in new.parameters
    )


def of_parameters(changed: list[Parameter], changes: list[Change]) -> Iterator[Diagnostic]:
    """Which parameters have to be passed for a change to happen."""
    used = {(one.stack, detail.cause) for one in changes for detail in one.details if detail.source == PARAMETER}
    for stack in dict.fromkeys(one.stack for one in changed):
        names = [one.title for one in changed if one.stack == stack and (stack, one.title) in used]
        if names:
            yield rules.KEPT_PARAMETER.at(
                (stack,), f"an existing {stack} stack keeps its values; pass {', '.join(names)} as parameters"
            )


def of_platforms(old: Environment, new: Environment, stays: bool) -> Iterator[Diagnostic]:
    for what, before, after in (("name", old.platform, new.platform), ("Region", old.region, new.region)):
        if before != after:
            left = "stays" if stays else "is deleted by the stack set"
            message = f"another {what} than {before} is another platform: {after} comes, and what there was {left}"
            yield rules.OTHER_PLATFORM.at((), message)


def of_policies(old: Environment, new: Environment) -> Iterator[Diagnostic]:
    """Whether those who deploy need other permissions."""
    if old.policies() != new.policies():
        yield rules.DEPLOYER_POLICY.at((), "the deployer's policy changes; give it to the role that deploys first")


def of_stacks(old: Mapping[str, Stack], new: Mapping[str, Stack]) -> Iterator[Diagnostic]:
    """The stacks that are no longer written."""
    for title, stack in old.items():
        if title not in new:
            yield rules.STACK_LEFT.at(
                (title,), f"the stack {stack.name} is no longer written; it stays until you delete it"
            )
