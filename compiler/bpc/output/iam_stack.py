"""`cloudformation.iamStack`: roles, their policies and instance profiles in a stack of their own, for others to deploy.

It takes every resource of IAM that needs nothing from another stack and no parameter; one that does stays where it
is. What referred to it imports it, so that a role has the same logical ID in either place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from bpc.anatomy import references
from bpc.kit.naming import logical_id, stack_name
from bpc.kit.sheet import STACK_GROUP, other_stack
from bpc.output.stacks import IAM, Stacks

Template = dict[str, Any]
KINDS = ("AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role")
BOUND = frozenset(["Fn::ImportValue", "Fn::FindInMap", "Fn::If"])
INTERFACE = "AWS::CloudFormation::Interface"
ORDER = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters")
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


def separated(stacks: Stacks) -> Stacks:
    """The same stacks with one more in front; as they are where no role can be separated."""
    moved = {title: stack for stack, template in stacks.templates.items() for title in _movable(template)}
    if not moved:
        return stacks
    platform = stacks.plan.name
    resources = {title: stacks.templates[stack]["Resources"][title] for title, stack in moved.items()}
    exports: dict[str, Any] = {}
    passed = dict(_passed(stacks, moved))
    templates = {
        stack: _Reader(stack, platform, moved, passed, exports).template(template)
        for stack, template in stacks.templates.items()
    }
    first = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{stack_name(platform, IAM)}: the roles and policies of the other stacks",
        "Resources": resources,
        "Outputs": dict(sorted(exports.items())),
    }
    origins = {
        stack: {title: at for title, at in some.items() if moved.get(title) != stack}
        for stack, some in stacks.origins.items()
    }
    own = {title: stacks.origins[stack][title] for title, stack in moved.items()}
    return stacks.replace(templates={IAM: first, **templates}, origins={IAM: own, **origins})


def _movable(template: Template) -> set[str]:
    """What refers to nothing but what can be moved as well."""
    found = {title for title, one in template["Resources"].items() if one["Type"] in KINDS and not _imports(one)}
    while True:
        left = {title for title in found if set(_needs(template["Resources"][title])) <= found}
        if left == found:
            return found
        found = left


def _imports(value: Any) -> bool:
    """Whether a value hangs on another stack, or on another section of its template."""
    if isinstance(value, list):
        return any(map(_imports, value))
    if not isinstance(value, dict):
        return False
    # The Condition of a resource is a name; that of an IAM statement is a mapping.
    return not BOUND.isdisjoint(value) or isinstance(value.get("Condition"), str) or any(map(_imports, value.values()))


def _needs(resource: Template) -> Iterator[str]:
    yield from references({key: one for key, one in resource.items() if key != "DependsOn"})
    depends = resource.get("DependsOn", [])
    yield from depends if isinstance(depends, list) else [depends]


def _passed(stacks: Stacks, moved: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """What stacks export of nothing but a moved resource, as imports name it: the resource and its attribute."""
    for stack, template in stacks.templates.items():
        for key, one in template.get("Outputs", {}).items():
            if found := _behind(one["Value"], {title for title, home in moved.items() if home == stack}):
                yield f"${{{logical_id(stack, 'Stack')}}}-{key}", found


def _behind(value: Any, moved: Container[str]) -> tuple[str, str] | None:
    match value:
        case {"Ref": str(title)} if title in moved:
            return title, ""
        case {"Fn::GetAtt": [str(title), str(attribute)]} if title in moved:
            return title, attribute
    return None


class _Reader:
    """Reads one template; what it needs of the moved resources is entered into `exports`."""

    def __init__(
        self,
        stack: str,
        platform: str,
        moved: Mapping[str, str],
        passed: Mapping[str, tuple[str, str]],
        exports: dict[str, Any],
    ) -> None:
        self.platform, self.passed, self.exports = platform, passed, exports
        self.moved = {title for title, home in moved.items() if home == stack}

    def template(self, template: Template) -> Template:
        """The template without what has moved."""
        resources = {
            title: self._read(_freed(one, self.moved))
            for title, one in template["Resources"].items()
            if title not in self.moved
        }
        outputs = {}
        for title, one in template.get("Outputs", {}).items():
            if found := _behind(one["Value"], self.moved):
                self._import(*found)  # it is an output of the new stack from now on
            else:
                outputs[title] = self._read(one)
        made = {key: one for key, one in template.items() if key != "Outputs"} | {"Resources": resources}
        made |= {"Outputs": outputs} if outputs else {}
        return self._with_parameters(made)

    def _with_parameters(self, template: Template) -> Template:
        """With the name of the new stack where it is needed, and without names that are not needed any more."""
        needed = set(references({key: one for key, one in template.items() if key != "Metadata"}))
        known = template.get("Parameters", {})
        title, slot = other_stack(self.platform, IAM)
        parameters = {key: one for key, one in known.items() if key in needed} | (
            {title: slot} if title in needed else {}
        )
        metadata = template.get("Metadata", {})
        groups: dict[str, list[str]] = {
            one["Label"]["default"]: [key for key in one["Parameters"] if key in parameters]
            for one in metadata.get(INTERFACE, {}).get("ParameterGroups", [])
        }
        if title in parameters:
            groups.setdefault(STACK_GROUP, []).append(title)
        shown = [{"Label": {"default": label}, "Parameters": names} for label, names in groups.items() if names]
        rest = {key: one for key, one in template.items() if key not in ("Metadata", "Parameters")}
        new = rest | ({"Metadata": {**metadata, INTERFACE: {"ParameterGroups": shown}}} if shown else {})
        new |= {"Parameters": parameters} if parameters else {}
        return {key: new[key] for key in (*ORDER, *(one for one in new if one not in ORDER)) if key in new}

    def _read(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._read(one) for one in value]
        if not isinstance(value, dict):
            return value
        if found := _behind(value, self.moved):
            return self._import(*found)
        match value:
            case {"Fn::ImportValue": {"Fn::Sub": str(name)}} if name in self.passed:
                return self._import(*self.passed[name])
            case {"Fn::Sub": str(text)}:
                return self._sub(text, {})
            case {"Fn::Sub": [str(text), dict(own)]}:
                return self._sub(text, self._read(own))
        return {key: self._read(one) for key, one in value.items()}

    def _sub(self, text: str, own: dict[str, Any]) -> dict[str, Any]:
        values = dict(own)

        def named(match: re.Match[str]) -> str:
            title, attribute = match[1], match[2] or ""
            if title in own or title not in self.moved:
                return match[0]
            key = logical_id(title, attribute)
            values[key] = self._import(title, attribute)
            return f"${{{key}}}"

        read = _VARIABLE.sub(named, text)
        return {"Fn::Sub": [read, values] if values else read}

    def _import(self, title: str, attribute: str) -> dict[str, Any]:
        """The import of a value of a resource, which is exported for it."""
        key = f"{title}{attribute.replace('.', '')}" if attribute else f"{title}Ref"
        value = {"Fn::GetAtt": [title, attribute]} if attribute else {"Ref": title}
        self.exports[key] = {
            "Description": f"{attribute or 'What Ref gives'} of {title}.",
            "Value": value,
            "Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-{key}"}},
        }
        return {"Fn::ImportValue": {"Fn::Sub": f"${{{logical_id(IAM, 'Stack')}}}-{key}"}}


def _freed(resource: Template, moved: Iterable[str]) -> Template:
    """Without waiting for what is in a stack before."""
    depends = resource.get("DependsOn")
    if depends is None:
        return resource
    left = [one for one in (depends if isinstance(depends, list) else [depends]) if one not in moved]
    rest = {key: one for key, one in resource.items() if key != "DependsOn"}
    if not left:
        return rest
    new = {**rest, "DependsOn": left[0] if len(left) == 1 else left}
    return {key: new[key] for key in resource}
