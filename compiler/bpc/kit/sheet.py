"""One template being written: resources with the place in the blueprint that asked for them, parameters in
console groups, exports, and imports that bring their parameter along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from troposphere import (
    AWSHelperFn,
    AWSObject,
    Export,
    GetAtt,
    ImportValue,
    Join,
    Output,
    Parameter,
    Ref,
    Sub,
    Tags,
    Template,
)

from bpc.diagnostics import Path
from bpc.kit.assertions import rules
from bpc.kit.naming import logical_id, stack_name
from bpc.kit.plain import plain

_SUBSTITUTION = re.compile(r"\$\{(AWS::\w+|[A-Z][a-z]\w*)\}")
Resource = TypeVar("Resource", bound=AWSObject)

STACK_GROUP = "Other stacks"  # of the console's form
STACK_NAME = "^[a-zA-Z][-a-zA-Z0-9]{0,127}$"


def literal(text: str) -> str | Join:
    """Text as it is, also where it looks like a substitution: then it is joined from the pieces round each `${`.

    Fn::Sub would need every `${` escaped, and cfn-lint takes a Fn::Sub that substitutes nothing for a mistake.
    """
    return Join("${", text.split("${")) if _SUBSTITUTION.search(text) else text


def referred(reference: str | Mapping[str, str]) -> str | ImportValue:
    """What the blueprint refers to: an id as it is, or `{import: name}`, the value that some other stack exports."""
    return reference if isinstance(reference, str) else ImportValue(reference["import"])


def other_stack(platform: str, stack: str) -> tuple[str, dict[str, Any]]:
    """The parameter that holds the name of another stack."""
    return logical_id(stack, "Stack"), {
        "Type": "String",
        "Description": f"The name of the {stack} stack, whose exports this one imports.",
        "Default": stack_name(platform, stack),
        "AllowedPattern": STACK_NAME,
        "ConstraintDescription": "must be a stack name: letters, digits and hyphens, beginning with a letter",
    }


class Sheet:
    """A template for the stack `stack` of the platform `platform`."""

    def __init__(self, platform: str, stack: str, description: str, tags: Mapping[str, str]) -> None:
        self.platform = platform
        self.stack = stack
        self.template = Template(Description=f"{stack_name(platform, stack)}: {description}")
        self.origins: dict[str, Path] = {}
        self._tags = tags
        self._groups: dict[str, list[str]] = {}

    def add(self, resource: Resource, at: Path) -> Resource:
        """Add a resource; `at` is the place in the blueprint that asked for it."""
        _put(self.template.resources, resource)
        self.origins[resource.title] = at
        return resource

    def tags(self, name: str = "", **more: str) -> Tags:
        """The platform's tags, and a Name where the console shows one."""
        return Tags(**self.tag_map(f"{self.platform}-{name}" if name else "", **more))

    def tag_map(self, name: str = "", **more: str) -> dict[str, str]:
        """The same as a mapping, for the types that want one."""
        return ({"Name": name} if name else {}) | dict(sorted(self._tags.items())) | more

    def parameter(self, title: str, group: str, description: str, **properties: Any) -> Ref:
        """A parameter in a group of the console's form."""
        if title not in self.template.parameters:
            kind = properties.pop("Type", "String")
            _put(self.template.parameters, Parameter(title, Type=kind, Description=description, **properties))
            self._groups.setdefault(group, []).append(title)
        return Ref(title)

    def condition(self, title: str, expression: AWSHelperFn) -> None:
        """What a resource or a property may hang on, by its title."""
        self.template.conditions[title] = expression

    def imported(self, stack: str, key: str) -> ImportValue:
        """A value that another stack exports; the other stack's name becomes a parameter."""
        parameter, slot = other_stack(self.platform, stack)
        self.parameter(parameter, STACK_GROUP, slot.pop("Description"), **slot)
        return ImportValue(Sub(f"${{{parameter}}}-{key}"))

    def export(self, key: str, value: Ref | GetAtt | Sub | str, description: str) -> None:
        """An output that other stacks import."""
        name = Export(Sub(f"${{AWS::StackName}}-{key}"))
        _put(self.template.outputs, Output(key, Description=description, Value=value, Export=name))

    def output(self, key: str, value: Ref | GetAtt | Sub | str, description: str) -> None:
        """An output for people."""
        _put(self.template.outputs, Output(key, Description=description, Value=value))

    def finished(self) -> dict[str, Any]:
        """The template as plain data, in the order in which a person would write it."""
        template = self.template
        made: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09", "Description": template.description}
        if self._groups:
            groups = [{"Label": {"default": label}, "Parameters": names} for label, names in self._groups.items()]
            made["Metadata"] = {"AWS::CloudFormation::Interface": {"ParameterGroups": groups}}
        if template.parameters:
            made["Parameters"] = plain(template.parameters)
            if found := rules(made["Parameters"]):
                made["Rules"] = found
        if template.conditions:
            made["Conditions"] = plain(template.conditions)
        made["Resources"] = {key: _resource(plain(one)) for key, one in template.resources.items()}
        if template.outputs:
            made["Outputs"] = plain(template.outputs)
        return made


_RESOURCE = ("Type", "DependsOn", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy", "Properties")


def _put(section: dict[str, Any], part: Any) -> None:
    """Add to a section. Not by Template.add_resource and the like: those stop at a quota, and we say more of it."""
    if part.title in section:
        raise ValueError(f"two parts of the template are called {part.title}")
    section[part.title] = part


def _resource(made: dict[str, Any]) -> dict[str, Any]:
    """A resource in the usual order, its tags last and only where there are any."""
    properties = made.get("Properties", {})
    tags = properties.pop("Tags", None)
    if tags:
        properties["Tags"] = tags
    return {key: made[key] for key in _RESOURCE if key in made}
