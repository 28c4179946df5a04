"""One template for an administrator's account, which deploys every environment by a stack set.

A stack set makes the environment's one stack in its account and Region. It finds the template in a bucket, under a name
that says the content: a template that has changed is another URL, so CloudFormation sees that there is something to
do, and a roll-back finds what was there before (CloudFormation Template Reference, AWS::CloudFormation::StackSet).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc import quotas, render
from bpc.diagnostics import Diagnostic, rule
from bpc.kit.digest import digest
from bpc.kit.naming import logical_id
from bpc.model import Blueprint, StackSets
from bpc.output.described import capability
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

NO_SUCH_PARAMETER = rule(
    "BPC444",
    "stack-set-parameter-without-template",
    why="CloudFormation refuses a parameter that the template does not have.",
    cure="Look the name up in the environment's template, or say the value in the environment's `with:`.",
)
SAME_PARAMETER = rule(
    "BPC445",
    "stack-sets-ask-twice",
    why="What an environment's template asks for is asked for by the administrator's, under the environment's name.",
    cure="Give one of the environments another name, or say the value in `cloudformation.stackSets.parameters`.",
)

URL = "TemplatesUrl"
SURE = 16  # digits of the content's SHA-256 in a name
# StackSets takes fewer tags than other services do; the resources have all of them from their template.
TAG_KEY, TAG_VALUE = re.compile(r"[A-Za-z0-9\s:_./=+-]+"), re.compile(r".{1,256}")


class Administration(Writer):
    """Writes cloudformation/stack-sets.yaml when it has seen every environment."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.format = "yaml"
        self.url: str | None = None
        self.waves: list[list[str]] = []
        self.sets: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, dict[str, Any]] = {}
        self.places: dict[str, str] = {}

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        settings = stacks.plan.blueprint.cloudformation.stack_sets
        assert settings, "the writer is only asked where there is something to write"
        ((stack, template),) = stacks.templates.items()
        if not self.sets:
            self.format = stacks.plan.blueprint.cloudformation.format
            self.url = settings.templates_url
            self.waves = [[logical_id(name, "StackSet") for name in wave] for wave in settings.waves]
        parameters = template.get("Parameters", {})
        asked = dict(_asked(settings, parameters))
        found = list(_unknown(settings, parameters))
        for key, one in asked.items():
            name = logical_id(stacks.environment, key)
            if name in self.asked or name == URL:
                at = ("environments", stacks.environment)
                found.append(SAME_PARAMETER.at(at, f"{name} is asked for already", key=True))
            self.asked[name] = _parameter(stacks.environment, key, one)
        values: dict[str, Any] = {key: _text(value) for key, value in sorted(settings.parameters.items())}
        values |= {key: {"Ref": logical_id(stacks.environment, key)} for key in asked}
        title = logical_id(stacks.environment, "StackSet")
        self.sets[title] = _stack_set(stacks, settings, self._key(stacks, stack, template), values, template)
        self.places[title] = f"environments.{stacks.environment}"
        count, most = len(self.sets), quotas.QUOTAS["Resources"]
        if count > most:
            found.append(quotas.QUOTA.at(settings.at, f"{count} stack sets; a template has {most} resources", key=True))
        return found

    def _key(self, stacks: Stacks, stack: str, template: Mapping[str, Any]) -> str:
        """The name of the template in the bucket."""
        form = stacks.plan.blueprint.cloudformation.format
        text = render.template_yaml if form == "yaml" else render.template_json
        return f"{stacks.environment}-{digest(text(template, self.header))[:SURE]}.{form}"

    def finish(self) -> None:
        before: list[str] = []
        for wave in self.waves:
            # With --env there may be nothing of a wave.
            here = [title for title in wave if title in self.sets]
            for title in here if before else ():
                one = self.sets[title]
                depends = before[0] if len(before) == 1 else before
                self.sets[title] = {"Type": one["Type"], "DependsOn": depends, **one}
            before = here or before
        template = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": f"{self.name}: a stack set for each environment, for the administrator's account",
            "Parameters": {URL: self._bucket(), **self.asked},
            "Resources": self.sets,
        }
        text = render.template_yaml if self.format == "yaml" else render.template_json
        self.write(f"cloudformation/stack-sets.{self.format}", text(template, self.header))

    def _bucket(self) -> dict[str, Any]:
        return {
            "Type": "String",
            "Description": "The URL of the bucket, or of a folder in it, that the templates were uploaded to",
            "AllowedPattern": "https://.+[^/]",
            **({"Default": self.url} if self.url else {}),
        }

    @property
    def about(self) -> dict[str, Any]:
        return {"stackSets": self.places}


def _stack_set(
    stacks: Stacks, settings: StackSets, key: str, values: Mapping[str, Any], template: dict[str, Any]
) -> dict[str, Any]:
    """A stack set with one stack. What is protected stays where it is when its environment leaves the blueprint."""
    blueprint = stacks.plan.blueprint
    needed = capability(template)
    protected = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    return {
        "Type": "AWS::CloudFormation::StackSet",
        **(protected if blueprint.cluster.deletion_protection else {}),
        "Properties": {
            "StackSetName": stacks.stack_set,
            "Description": f"{stacks.plan.name} in {stacks.plan.region}, {_where(blueprint, settings)}",
            **_permissions(settings),
            "TemplateURL": {"Fn::Sub": f"${{{URL}}}/{key}"},
            **({"Capabilities": [needed]} if needed else {}),
            **(
                {"Parameters": [{"ParameterKey": one, "ParameterValue": said} for one, said in values.items()]}
                if values
                else {}
            ),
            "StackInstancesGroup": [
                {"DeploymentTargets": _targets(blueprint, settings), "Regions": [stacks.plan.region]}
            ],
            **({"OperationPreferences": preferences} if (preferences := settings.operation_preferences.said) else {}),
            # What is asked for while something else is going on waits for it, rather than fail.
            "ManagedExecution": {"Active": True},
            **({"Tags": tags} if (tags := list(_tags(blueprint))) else {}),
        },
    }


def _permissions(settings: StackSets) -> dict[str, Any]:
    if settings.by_organization:
        return {
            "PermissionModel": "SERVICE_MANAGED",
            "CallAs": settings.call_as.upper().replace("-", "_"),
            "AutoDeployment": _auto_deployment(settings),
        }
    roles = {
        "AdministrationRoleARN": settings.administration_role_arn,
        "ExecutionRoleName": settings.execution_role_name,
    }
    return {"PermissionModel": "SELF_MANAGED", **{key: one for key, one in roles.items() if one}}


def _auto_deployment(settings: StackSets) -> dict[str, bool]:
    """CloudFormation takes what happens to accounts that leave only where it looks after those that come."""
    auto = settings.auto_deployment
    if not (auto and auto.enabled):
        return {"Enabled": False}
    return {"Enabled": True, "RetainStacksOnAccountRemoval": auto.retain_stacks_on_account_removal}


def _where(blueprint: Blueprint, settings: StackSets) -> str:
    if settings.everywhere:
        return f"every account of {', '.join(settings.organizational_unit_ids)}"
    return f"account {blueprint.account}"


def _targets(blueprint: Blueprint, settings: StackSets) -> dict[str, Any]:
    accounts = {"Accounts": [blueprint.account]}
    if not settings.by_organization:
        return accounts
    units = {"OrganizationalUnitIds": list(settings.organizational_unit_ids)}
    return units if settings.everywhere else {**units, **accounts, "AccountFilterType": "INTERSECTION"}


def _tags(blueprint: Blueprint) -> Iterator[dict[str, str]]:
    for key, value in sorted(blueprint.metadata.tags.items()):
        if TAG_KEY.fullmatch(key) and TAG_VALUE.fullmatch(value):
            yield {"Key": key, "Value": value}


def _unknown(settings: StackSets, parameters: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for key in settings.parameters:
        if key not in parameters:
            at = (*settings.at, "parameters", key)
            yield NO_SUCH_PARAMETER.at(at, f"the template has no parameter {key}", key=True)


def _asked(settings: StackSets, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, one in parameters.items():
        if "Default" not in one and key not in settings.parameters:
            yield key, one


def _parameter(environment: str, key: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """What the administrator's template asks for: as text, for what it names is in another account."""
    said = f"{environment}: {one['Description']}" if "Description" in one else f"{key} of {environment}"
    hidden = {"NoEcho": one["NoEcho"]} if "NoEcho" in one else {}
    return {"Type": "String", "Description": said, **hidden}


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
