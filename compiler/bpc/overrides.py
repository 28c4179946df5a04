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

MALFORMED = rule(
    "BPC426",
    "malformed-template",
    why="A template is sections of named parts, and it needs resources (CloudFormation User Guide, template sections).",
    cure="Look the patch over: it puts a value where a mapping belongs, or takes too much away.",
)

OWN_NAME = "${AWS::StackName}"
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
    """What is wrong with finished templates; `sources` has the place to point at for each stack."""
    found = [one for stack, template in templates.items() for one in _check(stack, template, sources.get(stack, ()))]
    return found or list(_links(templates, sources))


def _check(stack: str, template: dict[str, Any], at: Path) -> Iterator[Diagnostic]:
    for section in ("Resources", "Parameters", "Outputs"):
        parts = template.get(section, {})
        if not isinstance(parts, dict) or not all(isinstance(one, dict) for one in parts.values()):
            yield MALFORMED.at(at, f"{section} of the {stack} template is no mapping of names to mappings")
            return
    resources = template.get("Resources", {})
    if not resources:
        yield MALFORMED.at(at, f"the {stack} template has no resources any more")
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
    """The names that a template refers to in itself."""
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref" and isinstance(one, str) and not one.startswith("AWS::"):
                yield one
            elif key == "Fn::GetAtt" and isinstance(one, list | str) and one:
                yield one.partition(".")[0] if isinstance(one, str) else str(one[0])
            elif key == "DependsOn":
                yield from (name for name in _listed(one) if isinstance(name, str))
            elif key == "Fn::Sub":
                text, *names = _listed(one) or [""]
                own = names[0] if names and isinstance(names[0], dict) else {}
                yield from (name for name in _VARIABLE.findall(str(text)) if name not in own)
                yield from _references(names)
            else:
                yield from _references(one)


def _links(templates: Templates, sources: Mapping[str, Path]) -> Iterator[Diagnostic]:
    """Imports that nothing exports: a patch took the export away, or added the import."""
    exported = {
        f"{stack}{_named(output['Export'].get('Name')).removeprefix(OWN_NAME)}"
        for stack, template in templates.items()
        for output in template.get("Outputs", {}).values()
        if isinstance(output.get("Export"), dict)
    }
    for stack, template in templates.items():
        for name in sorted(set(_imports(template))):
            other, _, key = name.removeprefix("${").partition("Stack}")
            if f"{other.lower()}{key}" not in exported:
                at = sources.get(stack) or sources.get(other.lower()) or ()
                yield DANGLING.at(at, f"the {stack} template imports {key.lstrip('-')}, which no stack exports")


def _imports(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _imports(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Fn::ImportValue":
                yield _named(one)
            else:
                yield from _imports(one)


def _named(value: Any) -> str:
    """The name of an export as it is written, under Fn::Sub or plain."""
    return str(value.get("Fn::Sub", value) if isinstance(value, dict) else value)


def _administrators(resources: dict[str, Any]) -> Iterator[str]:
    for title, resource in resources.items():
        if str(resource.get("Type")).startswith("AWS::IAM::") and any(_statements(resource.get("Properties"))):
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
