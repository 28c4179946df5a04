"""`overrides.cloudformation`: JSON Patches (RFC 6902) on finished templates, and the limits every template keeps.

What a patch makes is checked like everything else: own types alone, no dangling references, IAM not open to
all, and CloudFormation's quotas, before CloudFormation says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Override

PATCH_FAILS = rule(
    "BPC420",
    "patch-does-not-apply",
    why="A JSON Patch names a place that the finished template does not have, or a test in it failed.",
    cure="Compile without the patch, look the path up in the template, and mind that a `/` in a key is written ~1.",
)
NO_SUCH_STACK = rule(
    "BPC421",
    "patch-without-stack",
    why="The blueprint does not ask for the stack that the patch is for, so the patch would do nothing.",
    cure="Take the patch away, or ask for what the stack holds.",
)
FOREIGN_TYPE = rule(
    "BPC422",
    "foreign-resource-type",
    why="The templates deploy with CloudFormation alone: no custom resource, macro, transform, nested stack or Lambda.",
    cure="Use a resource type that begins with AWS:: and brings no code along.",
)
DANGLING = rule(
    "BPC423",
    "dangling-reference",
    why="CloudFormation refuses a template that refers to something it does not hold.",
    cure="Patch what refers to it as well.",
)
OPEN_TO_ALL = rule(
    "BPC424",
    "iam-open-to-all",
    why="A statement that allows every action on every resource makes its holder an administrator of the account.",
    cure="Name the actions, or the resources.",
)
QUOTA = rule(
    "BPC425",
    "cloudformation-quota",
    why="CloudFormation refuses templates beyond its quotas (CloudFormation User Guide, Understand quotas).",
    cure="Split the platform into several blueprints, or ask for less in this one.",
)

FORBIDDEN = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro", "AWS::CloudFormation::Stack")
LAMBDA = "AWS::Lambda::"
QUOTAS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
LARGEST_BODY = 1_000_000  # bytes, from S3; the console uploads a file there by itself

Templates = dict[str, dict[str, Any]]


def apply(overrides: tuple[Override, ...], templates: Templates) -> list[Diagnostic]:
    """Patch the templates in place; a patch that fails leaves its template as it was."""
    if not overrides:
        return []
    import copy

    import jsonpatch
    import jsonpointer

    found = []
    for override in overrides:
        if override.stack not in templates:
            found.append(NO_SUCH_STACK.at((*override.at, "stack"), f"there is no {override.stack} stack to patch"))
            continue
        patched = copy.deepcopy(templates[override.stack])
        for index, operation in enumerate(override.patch):
            at: Path = (*override.at, "patch", index)
            try:
                patched = jsonpatch.apply_patch(patched, [operation], in_place=True)
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
                found.append(PATCH_FAILS.at(at, f"{operation['op']} {operation['path']}: {error}"))
                break
        else:
            templates[override.stack] = patched
    return found


def check(templates: Templates, sources: Mapping[str, Path]) -> list[Diagnostic]:
    """What is wrong with the finished templates; `sources` has the place to point at for each stack."""
    return [one for stack, template in templates.items() for one in _check(stack, template, sources.get(stack, ()))]


def _check(stack: str, template: dict[str, Any], at: Path) -> Iterator[Diagnostic]:
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not all(isinstance(one, dict) for one in resources.values()):
        yield DANGLING.at(at, f"the {stack} template has no resources any more")
        return
    if "Transform" in template:
        yield FOREIGN_TYPE.at(at, f"the {stack} template has a Transform")
    for title, resource in resources.items():
        kind = str(resource.get("Type", ""))
        if not kind.startswith("AWS::") or kind in FORBIDDEN or kind.startswith(LAMBDA):
            yield FOREIGN_TYPE.at(at, f"{title} in the {stack} template is of the type {kind or 'nothing'}")
    for section, most in QUOTAS.items():
        count = len(template.get(section, {}))
        if count > most:
            yield QUOTA.at(at, f"the {stack} template has {count} {section.lower()}; CloudFormation takes {most}")
    known = {*resources, *template.get("Parameters", {})}
    for name in sorted(set(_references(template)) - known):
        yield DANGLING.at(at, f"the {stack} template refers to {name}, which it does not hold")
    for title in _administrators(resources):
        yield OPEN_TO_ALL.at(at, f"{title} in the {stack} template allows * on *")


_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref" and isinstance(one, str) and not one.startswith("AWS::"):
                yield one
            elif key == "Fn::GetAtt" and isinstance(one, list | str) and one:
                yield one.partition(".")[0] if isinstance(one, str) else str(one[0])
            elif key == "Fn::Sub":
                text, names = (one, {}) if isinstance(one, str) else (one[0], one[1])
                yield from (name for name in _VARIABLE.findall(text) if name not in names)
                yield from _references(names)
            else:
                yield from _references(one)


def _administrators(resources: dict[str, Any]) -> Iterator[str]:
    for title, resource in resources.items():
        if resource.get("Type", "").startswith("AWS::IAM::") and any(_statements(resource.get("Properties"))):
            yield title


def _statements(value: Any) -> Iterator[bool]:
    """For each IAM statement below, whether it allows everything on everything."""
    if isinstance(value, list):
        for one in value:
            yield from _statements(one)
    elif isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield "*" in _listed(value.get("Action")) and "*" in _listed(value.get("Resource"))
        for one in value.values():
            yield from _statements(one)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def too_large(stack: str, body: bytes, at: Path) -> list[Diagnostic]:
    """CloudFormation's limit on a template's size, in bytes."""
    if len(body) <= LARGEST_BODY:
        return []
    return [QUOTA.at(at, f"the {stack} template has {len(body):,} bytes; CloudFormation takes {LARGEST_BODY:,}")]
