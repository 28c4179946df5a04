"""Finished templates as CloudFormation will see them: what it would refuse, and what must never be deployed.

What bpc writes is right by construction; this is for what `overrides` make of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

from bpc.diagnostics import Rule, rule
from bpc.kit import statements as iam
from bpc.quotas import QUOTA, Complaint, Templates, beyond

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
MALFORMED = rule(
    "BPC426",
    "malformed-template",
    why="A template is sections of named parts, and it needs resources (CloudFormation User Guide, template sections).",
    cure="Look the patch over: it puts a value where a mapping belongs, or takes too much away.",
)

OWN_NAME = "${AWS::StackName}"
FOREIGN = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro", "AWS::CloudFormation::Stack")
FOREIGN_FAMILIES = ("AWS::Lambda::", "AWS::Serverless::")
LONGEST_DESCRIPTION = 1024  # bytes
PARTS = ("Resources", "Parameters", "Outputs", "Mappings")
SECTIONS = (*PARTS, "AWSTemplateFormatVersion", "Description", "Metadata", "Conditions", "Rules")

Found = Iterator[str]


def check(templates: Templates, patched: Set[str]) -> list[Complaint]:
    """What is wrong with finished templates, links between them last and only where all else is fine.

    Only those that a patch has touched are looked at closely: the others are as bpc has written them.
    """
    found = []
    for stack, template in templates.items():
        for one, messages in _looks(template) if stack in patched else ((QUOTA, beyond(template)),):
            complaints = [Complaint(one, stack, message) for message in messages]
            found += complaints
            if complaints and one is MALFORMED:
                break
    return found or (list(_links(templates)) if patched else [])


def _looks(template: dict[str, Any]) -> Iterator[tuple[Rule, Found]]:
    """Every way to look at a template; the first must find nothing before the others can be had."""
    yield MALFORMED, _malformed(template)
    yield FOREIGN_TYPE, _foreign(template)
    yield QUOTA, beyond(template)
    yield DANGLING, _dangling(template)
    yield OPEN_TO_ALL, _open(template)


def _malformed(template: dict[str, Any]) -> Found:
    wrong = list(_sections(template))
    yield from wrong or _parts(template)


def _sections(template: dict[str, Any]) -> Found:
    for section in sorted(set(template) - {*SECTIONS, "Transform"}):
        yield f"{section} is no section of a template"
    for section in (*PARTS, "Metadata", "Conditions", "Rules"):
        parts = template.get(section, {})
        if not isinstance(parts, dict):
            yield f"{section} is no mapping"
        elif section in PARTS and not all(isinstance(one, dict) for one in parts.values()):
            yield f"{section} is no mapping of names to mappings"
    description = template.get("Description", "")
    if not isinstance(description, str) or len(description.encode()) > LONGEST_DESCRIPTION:
        yield f"Description is no text of at most {LONGEST_DESCRIPTION} bytes"


def _parts(template: dict[str, Any]) -> Found:
    for section in PARTS:
        for title in sorted(template.get(section, {})):
            if not (title.isalnum() and title.isascii()):
                yield f"{title!r} in {section} has other characters than letters and digits"
    if not template.get("Resources"):
        yield "there are no resources"
    for title, resource in template.get("Resources", {}).items():
        if not isinstance(resource.get("Properties", {}), dict):
            yield f"the Properties of {title} are no mapping"
    for title, output in template.get("Outputs", {}).items():
        if output.get("Value") is None:
            yield f"the output {title} has no Value"
        if "Export" in output and not (isinstance(output["Export"], dict) and output["Export"].get("Name")):
            yield f"the Export of {title} has no Name"


def _foreign(template: dict[str, Any]) -> Found:
    if "Transform" in template or "Fn::Transform" in set(_keys(template)):
        yield "there is a Transform"
    for title, resource in template["Resources"].items():
        kind = str(resource.get("Type", ""))
        if not kind.startswith("AWS::") or kind in FOREIGN or kind.startswith(FOREIGN_FAMILIES):
            yield f"{title} is of the type {kind or 'nothing'}"


def _keys(value: Any) -> Iterator[str]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield from value
    for one in children:
        yield from _keys(one)


def _dangling(template: dict[str, Any]) -> Found:
    parts = {section: set(template.get(section, {})) for section in (*PARTS, "Conditions")}
    known = parts["Resources"] | parts["Parameters"]
    wanted = set(references(template))
    yield from (f"it refers to {name}, which it does not hold" for name in sorted(wanted - known))
    for title, resource in template["Resources"].items():
        names = iam.listed(resource.get("DependsOn", []))
        wrong = [one for one in names if not isinstance(one, str) or one not in parts["Resources"] or one == title]
        yield from (f"{title} cannot depend on {one}" for one in wrong)
    for section, functions in (("Conditions", ("Condition", "Fn::If")), ("Mappings", ("Fn::FindInMap",))):
        lacking = set(_named(template, *functions)) - parts[section]
        yield from (f"there is no {name} in {section}" for name in sorted(lacking))


_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def references(value: Any) -> Iterator[str]:
    """The names that a template refers to by Ref, GetAtt and Sub."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref":
                yield from () if isinstance(one, str) and one.startswith("AWS::") else (str(one),)
            elif key == "Fn::GetAtt":
                yield str(one[0]) if isinstance(one, list) and one else str(one).partition(".")[0]
            elif key == "Fn::Sub":
                text, *names = iam.listed(one) or [""]
                own = names[0] if names and isinstance(names[0], dict) else {}
                found = _VARIABLE.findall(text) if isinstance(text, str) and text else [repr(one)]
                yield from (name for name in found if name not in own)
                yield from references(names)
            else:
                yield from references(one)


def _named(value: Any, *functions: str) -> Iterator[str]:
    """What the functions name: a condition or a mapping, alone or first in a list."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one, *functions)
    elif isinstance(value, dict):
        for key, one in value.items():
            first = one[0] if key.startswith("Fn::") and isinstance(one, list) and one else one
            if key in functions and isinstance(first, str):
                yield first
            # An IAM statement has a Condition too, and that is a mapping.
            yield from _named(one, *functions)


def _open(template: dict[str, Any]) -> Found:
    for title, resource in template["Resources"].items():
        kind, properties = str(resource.get("Type")), resource.get("Properties")
        found = [one for _, one in iam.statements(properties)]
        if any(iam.allows_all(one) for one in found):
            yield f"{title} allows * on *"
        if iam.makes_administrators(properties):
            yield f"{title} makes administrators of the account"
        if kind != "AWS::EC2::VPCEndpoint" and any(iam.lets_anybody_in(one) for one in found):
            yield f"{title} lets anybody in, of any account"


def _links(templates: Templates) -> Iterator[Complaint]:
    """Imports that nothing exports: a patch took the export away, or added the import."""
    exported = {
        f"{stack}{_text(output['Export'].get('Name')).removeprefix(OWN_NAME)}"
        for stack, template in templates.items()
        for output in template.get("Outputs", {}).values()
        if isinstance(output.get("Export"), dict)
    }
    for stack, template in templates.items():
        for name in sorted(set(_imports(template))):
            other, _, key = name.removeprefix("${").partition("Stack}")
            if f"{other.lower()}{key}" not in exported:
                message = f"it imports {key.lstrip('-') or name}, which no stack exports"
                yield Complaint(DANGLING, stack, message, across=True)


def _imports(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _imports(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Fn::ImportValue":
                # A plain name is not of our stacks: it is what the blueprint, or a patch, says of somebody else's.
                yield from () if isinstance(one, str) else (_text(one),)
            else:
                yield from _imports(one)


def _text(value: Any) -> str:
    """The name of an export as it is written, under Fn::Sub or plain."""
    return str(value.get("Fn::Sub", value) if isinstance(value, dict) else value)
