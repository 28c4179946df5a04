"""Stack sets: what each environment needs for one, and what all of them must have in common.

The facts are from the CloudFormation User Guide (Managing stacks across accounts and Regions with StackSets) and the
CloudFormation API Reference (CreateStackSet, DeploymentTargets).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bpc import facts
from bpc.checks.nearest import meant
from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import logical_id, stack_set_name
from bpc.model import Blueprint, StackSets

SEVERAL_STACKS = rule(
    "BPC436",
    "stack-sets-of-several-stacks",
    why="A stack that a stack set makes is called StackSet, the set's name and an id that nobody knows before. Stacks "
    "that import each other's exports by name would not find each other, so there has to be one stack.",
    cure="Say `cloudformation.layout: single`.",
)
NO_ACCOUNT = rule(
    "BPC437",
    "stack-set-without-account",
    why="A stack set is told the accounts in which it makes stacks.",
    cure="Say the `account` of each of the `environments`.",
)
NOT_IN_ONE_WAVE = rule(
    "BPC438",
    "not-in-one-wave",
    why="Where there are waves, each environment is deployed with one of them; one that was forgotten is not meant to "
    "go first, nor to go last.",
    cure="Name each environment in one of `waves`, or leave `waves` out.",
)
NOBODYS_WAVE = rule(
    "BPC439",
    "wave-of-nobody",
    why="A wave is a list of environments, by their names.",
    cure="Correct the name, or take it out of `waves`.",
)
PERMISSIONS = rule(
    "BPC440",
    "stack-set-permissions",
    why="Self-managed permissions are two roles; service-managed ones come from AWS Organizations, which asks where "
    "in the organization the accounts are. CloudFormation refuses a mixture.",
    cure="Say what belongs to the `permissionModel`, and nothing else.",
)
DIFFERENT = rule(
    "BPC441",
    "stack-sets-that-differ",
    why="One template deploys all environments, in one order, and within one partition of AWS.",
    cure="Say `stackSets` once, outside of `with:`, where only what one environment's stack set is "
    "about may be: `organizationalUnitIds`, `accountFilterType`, `autoDeployment`, `operationPreferences` and "
    "`parameters`. Keep other partitions in a blueprint of their own.",
)
SAME_NAME = rule(
    "BPC442",
    "stack-sets-of-one-name",
    why="Stack sets have names of their own in the administrator's account, and in a template only letters and digits "
    "count.",
    cure="Give one of the environments another name.",
)
TWO_WAYS = rule(
    "BPC443",
    "stack-sets-and-git-sync",
    why="Git sync makes stacks of the same templates that stack sets do, so each environment would be there twice.",
    cure="Take one of the two away.",
)


def _layout(blueprint: Blueprint) -> Iterator[Diagnostic]:
    settings = blueprint.cloudformation
    assert settings.stack_sets, "the topic is for blueprints that have it"
    if settings.layout != "single":
        yield SEVERAL_STACKS.at(
            settings.stack_sets.at,
            f"with `layout: {settings.layout}` the stacks of {blueprint.environment} would not find each other",
            "use `layout: single`",
            key=True,
        )
    if settings.git_sync:
        yield TWO_WAYS.at(settings.git_sync.at, "stackSets deploys these templates already", key=True)


def _account(blueprint: Blueprint) -> Iterator[Diagnostic]:
    sets = blueprint.cloudformation.stack_sets
    if sets and not sets.everywhere and not blueprint.account:
        at = ("environments", blueprint.environment) if blueprint.environment != "default" else sets.at
        yield NO_ACCOUNT.at(
            at,
            f"there is no account for the environment {blueprint.environment}",
            'say it: `environments: {prod: {account: "111122223333"}}`',
            key=True,
        )


def _waves(blueprint: Blueprint) -> Iterator[Diagnostic]:
    sets, here = blueprint.cloudformation.stack_sets, blueprint.environment
    if not (sets and sets.waves):
        return
    places = [
        (number, index) for number, wave in enumerate(sets.waves) for index, one in enumerate(wave) if one == here
    ]
    if not places:
        yield NOT_IN_ONE_WAVE.at((*sets.at, "waves"), f"{here} is in none of them", key=True)
    for place in places[1:]:
        yield NOT_IN_ONE_WAVE.at((*sets.at, "waves", *place), f"{here} was named before")


def _permissions(blueprint: Blueprint) -> Iterator[Diagnostic]:
    sets = blueprint.cloudformation.stack_sets
    assert sets, "the topic is for blueprints that have it"
    roles = {"administrationRoleArn": sets.administration_role_arn, "executionRoleName": sets.execution_role_name}
    organization = {
        "organizationalUnitIds": sets.organizational_unit_ids,
        "accountFilterType": sets.account_filter_type != "intersection",
        "callAs": sets.call_as != "self",
    }
    for key in (one for one, said in (roles if sets.by_organization else organization).items() if said):
        message = f"{key} has no meaning for {sets.permission_model} permissions"
        yield PERMISSIONS.at((*sets.at, key), message, key=True)
    if sets.by_organization and not sets.organizational_unit_ids:
        yield PERMISSIONS.at(
            (*sets.at, "permissionModel"),
            "service-managed permissions need organizationalUnitIds",
            "name the organizational unit of the account, or the root",
        )


def across(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    """Whether an environment goes another way than the first, or has another's name; `seen` is added to."""
    sets, here = blueprint.cloudformation.stack_sets, blueprint.environment
    if sets is None or seen["way"] != "stack sets":
        message = f"{here} has {'stackSets' if sets else 'no stackSets'}, and another environment is different"
        return [DIFFERENT.at(("environments", here), message, key=True)]
    found = []
    for key, value in _shared(sets).items():
        if seen.setdefault(f"stackSets.{key}", value) != value:
            message = f"{here} has other {key} than the first environment"
            found.append(DIFFERENT.at((*sets.at, key), message, "say it once, outside of `with:`", key=True))
    region = facts.region(blueprint.metadata.region)
    partition = region.partition if region else ""
    if partition and (first := seen.setdefault("partition", partition)) != partition:
        message = f"{here} is in {partition}, and the first environment in {first}"
        found.append(DIFFERENT.at(("environments", here), message, key=True))
    for name in (logical_id(here, "StackSet"), f"stack set {stack_set_name(blueprint.metadata.name, here)}"):
        if (other := seen.setdefault(name, here)) != here:
            message = f"{here} and {other} would have the same name: {name}"
            found.append(SAME_NAME.at(("environments", here), message, key=True))
    return found


def _shared(sets: StackSets) -> dict[str, str]:
    """What is said to all environments alike, by its key."""
    return {
        "waves": str(sets.waves),
        "permissionModel": sets.permission_model,
        "callAs": sets.call_as,
        "administrationRoleArn": str(sets.administration_role_arn),
        "executionRoleName": str(sets.execution_role_name),
        "templatesUrl": str(sets.templates_url),
    }


def unknown(waves: Iterable[Iterable[str]], names: list[str]) -> Iterator[Diagnostic]:
    """Names in the waves that no environment has."""
    for number, wave in enumerate(waves):
        for index, name in enumerate(wave):
            if name not in names:
                at = ("cloudformation", "stackSets", "waves", number, index)
                yield NOBODYS_WAVE.at(at, f"there is no environment {name}", meant(name, names))


CHECKS = (_layout, _account, _waves, _permissions)
