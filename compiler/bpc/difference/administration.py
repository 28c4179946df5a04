"""What becomes of the stacks that stack sets make, when the administrator's template changes.

A stack set deletes the stack in an account or a Region that it no longer names; deleting a stack set deletes the
stacks that it made (CloudFormation Template Reference, AWS::CloudFormation::StackSet, StackInstancesGroup).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic
from bpc.difference import rules, words
from bpc.difference.direct import policy
from bpc.difference.shapes import MODIFY, Change, Changes
from bpc.difference.sides import Environment, Resource
from bpc.difference.spread import may_be_replaced
from bpc.kit.naming import logical_id

TYPE = "AWS::CloudFormation::StackSet"
# The name of a template in the bucket says the environment and a digest of the content.
UPLOADED = re.compile(r"/([^/]+)-[0-9a-f]{16}\.(?:yaml|json)$")


def linked(changes: Changes, environments: Mapping[str, Changes]) -> Changes:
    """The stack sets, each with its environment and what becomes of the resources there."""
    return changes.replace(resources=tuple(_linked(one, environments) for one in changes.resources))


def _linked(change: Change, environments: Mapping[str, Changes]) -> Change:
    url = next((one.after for one in change.details if one.path == ("TemplateURL",)), None)
    name = deployed({"TemplateURL": url})
    if change.action != MODIFY or not name:
        return change
    inside = words.summary(Changes(environments.get(name, Changes()).resources)) or "no resource changes"
    return change.replace(environment=name, inside=inside)


def deployed(properties: Mapping[str, Any]) -> str:
    """The environment that a stack set deploys; nothing where it does not say."""
    url = properties.get("TemplateURL")
    url = url.get("Fn::Sub") if isinstance(url, dict) else url
    found = UPLOADED.search(url) if isinstance(url, str) else None
    return found[1] if found else ""


def alone(changes: Changes, environment: str) -> Changes:
    """What is one environment's. Without the others there is nothing to wait for."""
    title = logical_id(environment, "StackSet")
    mine = (one.replace(scope=tuple(what for what in one.scope if what != "DependsOn")) for one in changes.resources)
    kept = tuple(one for one in mine if one.title == title and (one.scope or one.action != MODIFY))
    causes = {detail.cause for one in kept for detail in one.details}
    return Changes(kept, tuple(one for one in changes.parameters if one.title in causes))


def lost(change: Change, old: Resource, new: Resource) -> Iterator[Diagnostic]:
    """The stacks that a stack set would delete. One that is made anew says so itself."""
    if may_be_replaced(change):
        return
    before, after = _targets(old.properties), _targets(new.properties)
    units = {region for place, region in after if not place.isdigit()}
    for place, region in sorted(before - after):
        # An account that is no longer named may be in an organizational unit that is.
        if not (place.isdigit() and region in units):
            where = f"account {place}" if place.isdigit() else place
            message = f"the stack in {where}, {region}, would be deleted with all that is in it"
            yield rules.STACK_DELETED.at(change.key, message)


def _targets(properties: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Each place of a stack: an account or an organizational unit, and a Region."""
    found = set()
    groups = properties.get("StackInstancesGroup")
    for group in groups if isinstance(groups, list) else []:
        targets = group.get("DeploymentTargets", {})
        places = targets.get("Accounts") or targets.get("OrganizationalUnitIds") or []
        found |= {(str(place), str(region)) for place in places for region in group.get("Regions", [])}
    return found


def other_maker(old: Environment, new: Environment) -> Iterator[Diagnostic]:
    """Whether stack sets take over from somebody, or somebody from them."""
    if bool(old.administration) != bool(new.administration):
        title = next(iter(new.stacks()), "")
        makers = ("you make", "its stack set makes")
        was, now = makers[bool(old.administration)], makers[bool(new.administration)]
        message = f"{now} the stack of {new.name}, beside the one that {was} so far; the names in it are taken"
        yield rules.OTHER_MAKER.at((title,), message)


def stays(old: Environment, new: Environment | None) -> bool:
    """Whether the stack of an environment stays when there is no such environment, or another in its place."""
    if not old.administration or (new and not new.administration):
        return True
    known = (one for stack in old.administration.stacks().values() for one in stack.resources.values())
    mine = next((one for one in known if one.type == TYPE and deployed(one.properties) == old.name), None)
    if mine is None or (new and new.platform == old.platform):
        return mine is None
    return policy(mine, "UpdateReplacePolicy" if new else "DeletionPolicy").startswith("Retain")
