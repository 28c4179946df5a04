"""`layout: single`: the stacks of an environment in one template, with references where there were imports.

The stacks are made and patched as ever, so logical IDs and overrides are the same in both layouts. What the order of
stacks stood for becomes DependsOn, where no reference says it already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bpc import anatomy
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.assertions import IN_VPC, rules
from bpc.kit.naming import logical_id
from bpc.output.stacks import Stacks
from bpc.quotas import Complaint

NAME_TWICE = rule(
    "BPC430",
    "name-twice",
    why="In one template every resource, parameter and condition has a name of its own.",
    cure="Give what you have added another name, or use `layout: stacks`.",
)

AT: Path = ("cloudformation", "layout")
Template = dict[str, Any]
INTERFACE = "AWS::CloudFormation::Interface"
# Sections whose parts must not have the same name; outputs can have another one.
SECTIONS = ("Parameters", "Rules", "Mappings", "Conditions", "Resources")
ORDER = ("AWSTemplateFormatVersion", "Description", "Metadata", *SECTIONS, "Outputs")

NODES = ("AWS::EKS::Nodegroup", "AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::FargateProfile")
# How an instance finds its way out of the network, or to AWS inside of it.
WAYS = (
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPNGatewayRoutePropagation",
)
# What a node needs before it can join the cluster and become ready.
JOINING = ("AWS::EKS::AccessEntry", "AWS::EKS::Addon", "AWS::EKS::PodIdentityAssociation")
# What waits for which types of earlier stacks.
WAITS = {
    "AWS::EC2::Instance": WAYS,
    "AWS::EKS::Addon": NODES,
    **dict.fromkeys(NODES, (*WAYS, *JOINING)),
}


def merged(stacks: Stacks) -> tuple[Stacks, list[Diagnostic]]:
    """The same stacks as one, under the platform's own name; nothing but names can stand in the way."""
    found = list(_twice(stacks))
    if found:
        return stacks, found
    name = stacks.plan.name
    parts = _Linked(stacks.templates).templates()
    _order(parts)
    template: Template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{name}: the whole platform ({', '.join(stacks.templates)})",
    }
    for section in SECTIONS:
        if joined := {title: one for part in parts.values() for title, one in part.get(section, {}).items()}:
            template[section] = joined
    if asserted := rules(template.get("Parameters", {})):
        # Those of the stacks know only the parameters of each.
        template["Rules"] = {**template.get("Rules", {}), **asserted}
    template["Outputs"] = dict(_outputs(parts))
    template["Metadata"] = {INTERFACE: {"ParameterGroups": list(_groups(parts, template.get("Parameters", {})))}}
    origins = {title: at for one in stacks.origins.values() for title, at in one.items()}
    ordered = {key: template[key] for key in ORDER if key in template}
    return stacks.replace(templates={name: ordered}, origins={name: origins}), []


def too_much(complaint: Complaint) -> Diagnostic:
    """What is too much for one template, and may not be for several."""
    return complaint.rule.at(AT, f"with everything in one template: {complaint.message}", "use `layout: stacks`")


def _twice(stacks: Stacks) -> Iterator[Diagnostic]:
    """Names that two templates have in common for different things."""
    for section in SECTIONS:
        known: dict[str, tuple[str, Any]] = {}
        for stack, template in stacks.templates.items():
            for title, one in template.get(section, {}).items():
                if (section, title) == ("Rules", IN_VPC):
                    continue
                other, first = known.setdefault(title, (stack, one))
                if other != stack and (section == "Resources" or first != one):
                    at = stacks.origins[stack].get(title, AT)
                    yield NAME_TWICE.at(at, f"the {other} and the {stack} template both have a {title} in {section}")


class _Linked:
    """Templates whose imports of each other are what the exports stand for."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self.parts = templates
        self.stacks = {logical_id(stack, "Stack"): stack for stack in templates}

    def templates(self) -> dict[str, Template]:
        found = {}
        for stack, template in self.parts.items():
            linked = self._linked(template)
            parameters = {key: one for key, one in template.get("Parameters", {}).items() if key not in self.stacks}
            found[stack] = {**linked, "Parameters": parameters}
        return found

    def _linked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._linked(one) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (found := self._exported(value.get("Fn::ImportValue"))) is not None:
            return self._linked(found)
        return {key: self._linked(one) for key, one in value.items()}

    def _exported(self, name: Any) -> Any:
        """The value behind an import from one of the stacks; nothing where the import is from elsewhere."""
        text = name.get("Fn::Sub") if isinstance(name, dict) else None
        if not isinstance(text, str) or not text.startswith("${"):
            return None
        parameter, _, key = text[2:].partition("}-")
        outputs = self.parts.get(self.stacks.get(parameter, ""), {}).get("Outputs", {})
        names = ({"Name": {"Fn::Sub": f"${{AWS::StackName}}-{key}"}}, {"Name": f"${{AWS::StackName}}-{key}"})
        return next((one["Value"] for one in outputs.values() if one.get("Export") in names), None)


def _outputs(parts: Mapping[str, Template]) -> Iterator[tuple[str, Any]]:
    """All outputs, for people to read: nothing imports them any more."""
    titles = [title for part in parts.values() for title in part.get("Outputs", {})]
    for stack, part in parts.items():
        for title, one in part.get("Outputs", {}).items():
            name = title if titles.count(title) == 1 else logical_id(stack, title)
            yield name, {key: value for key, value in one.items() if key != "Export"}


def _groups(parts: Mapping[str, Template], parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The console's groups of parameters, each once, without the names of other stacks."""
    groups: dict[str, list[str]] = {}
    for part in parts.values():
        for group in part.get("Metadata", {}).get(INTERFACE, {}).get("ParameterGroups", []):
            names = groups.setdefault(group["Label"]["default"], [])
            names += [one for one in group["Parameters"] if one in parameters and one not in names]
    yield from ({"Label": {"default": label}, "Parameters": names} for label, names in groups.items() if names)


def _order(parts: Mapping[str, Template]) -> None:
    """Add DependsOn to what waited for another stack; not for what it refers to, or what that waits for."""
    resources = {title: one for part in parts.values() for title, one in part["Resources"].items()}
    needs = {title: {name for name in _names(one) if name in resources} for title, one in resources.items()}
    earlier: dict[str, str] = {}
    for part in parts.values():
        # One add-on may need another of the same stack: what that one waits for has to be known first.
        for title in sorted(part["Resources"], key=lambda title: len(_reached(needs[title], needs))):
            one = part["Resources"][title]
            types = WAITS.get(one.get("Type"), ())
            wanted = [other for other, kind in earlier.items() if kind in types]
            lacking = [other for other in wanted if other not in _reached(needs[title], needs)]
            # What another of them waits for comes by itself.
            behind = {name for other in lacking for name in _reached(needs[other], needs)}
            if new := [other for other in lacking if other not in behind]:
                old = one.get("DependsOn", [])
                names = [*(old if isinstance(old, list) else [old]), *new]
                part["Resources"][title] = _with(one, names)
                needs[title].update(new)
        earlier |= {title: str(one.get("Type")) for title, one in part["Resources"].items()}


def _with(resource: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    depends = {"DependsOn": names[0] if len(names) == 1 else names}
    return {"Type": resource["Type"], **depends, **{key: one for key, one in resource.items() if key not in depends}}


def _reached(names: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    """All that must be there before, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found


def _names(value: Any) -> Iterator[str]:
    yield from anatomy.references({key: one for key, one in value.items() if key != "DependsOn"})
    depends = value.get("DependsOn", [])
    yield from depends if isinstance(depends, list) else [depends]
