"""The stages that deploy: for each stack a change set, which is executed after it was approved of where that is wanted.

The environments of a wave go side by side, and the stacks of each in their order. A stage takes 50 actions at most, so
a long wave is as many stages as it needs (AWS CodePipeline User Guide, Quotas in AWS CodePipeline; CodePipeline
pipeline structure reference, runOrder).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, TypeVar

from troposphere import codepipeline

from bpc.kit.sheet import literal
from bpc.model.delivery import CHANGE_SETS, ONCE
from bpc.stacks.pipeline import actions, source
from bpc.stacks.pipeline.delivery.shapes import Delivery, Deployed, Environment, number, role_arn

MOST_ACTIONS, MOST_STAGES, MOST_IN_ALL = 50, 50, 500
MOST_PARAMETERS = 1000  # characters of ParameterOverrides (CloudFormation User Guide, Configuration properties)
CHANGE_SET = "delivery"
COMMIT = "#{Source.CommitId}"
Level = list[codepipeline.Actions]
One = TypeVar("One")


def stages(it: Delivery) -> list[tuple[str, Level]]:
    """The stages by their names."""
    known = {one.name: one for one in it.environments}
    found = []
    for index, names in enumerate(it.settings.waves or [sorted(known)], 1):
        # With --env there may be nothing of a wave.
        wave = [known[name] for name in names if name in known]
        for part, levels in enumerate(_packed(_levels([_steps(it, one) for one in wave])), 1):
            for order, level in enumerate(levels, 1):
                for one in level:
                    one.RunOrder = order
            some = [one for level in levels for one in level]
            found.append((f"Wave{index}" if part == 1 else f"Wave{index}Part{part}", some))
    return found


def counted(it: Delivery) -> tuple[int, int]:
    """How many stages and how many actions the waves come to."""
    lengths = {one.name: length(one) for one in it.environments}
    waves = it.settings.waves or [list(lengths)]
    found = [list(_packed(_levels([range(lengths.get(name, 0)) for name in names]))) for names in waves]
    return sum(map(len, found)), sum(lengths.values())


def length(here: Environment) -> int:
    """How many steps it is to an environment."""
    return len(here.stacks) * (3 if here.approval == CHANGE_SETS else 2) + (here.approval == ONCE)


def _levels(wave: Iterable[Iterable[One]]) -> Iterator[list[One]]:
    """What can run side by side, step by step."""
    for level in zip_longest(*wave):
        yield [one for one in level if one is not None]


def _packed(levels: Iterable[list[One]]) -> Iterator[list[list[One]]]:
    """As few stages as have room for the steps."""
    stage: list[list[One]] = []
    for level in levels:
        if stage and sum(map(len, stage)) + len(level) > MOST_ACTIONS:
            yield stage
            stage = []
        stage.append(level)
    if stage:
        yield stage


def _steps(it: Delivery, here: Environment) -> Iterator[codepipeline.Actions]:
    """What happens to an environment, one after the other."""
    topic = it.settings.approval_topic_arn
    if here.approval == ONCE:
        yield actions.approval(f"{here.name}.Approve", f"Deploy {COMMIT} to {here.name}?", topic)
    for stack in here.stacks:
        yield _action(it, here, f"{here.name}.{stack.stack}.Prepare", _prepare(it, here, stack), prepares=True)
        if here.approval == CHANGE_SETS:
            question = f"Execute the change set {CHANGE_SET} of {stack.name} in {here.region}, from {COMMIT}?"
            yield actions.approval(f"{here.name}.{stack.stack}.Approve", question, topic)
        yield _action(it, here, f"{here.name}.{stack.stack}.Deploy", _change_set("EXECUTE", stack))


def _prepare(it: Delivery, here: Environment, stack: Deployed) -> dict[str, Any]:
    folder = f"{source.OUTPUT}::{it.settings.output}/{it.name}/"
    given = _change_set("REPLACE", stack) | {
        "TemplatePath": folder + stack.file,
        "RoleArn": role_arn(it.service_role(here), number(here.account, it.account)),
    }
    if stack.parameters:
        given["ParameterOverrides"] = literal(stack.parameters)
    return given | ({"Capabilities": stack.capability} if stack.capability else {})


def _change_set(mode: str, stack: Deployed) -> dict[str, Any]:
    return {"ActionMode": f"CHANGE_SET_{mode}", "StackName": stack.name, "ChangeSetName": CHANGE_SET}


def _action(
    it: Delivery, here: Environment, name: str, configuration: dict[str, Any], *, prepares: bool = False
) -> codepipeline.Actions:
    return codepipeline.Actions(
        Name=name,
        ActionTypeId=codepipeline.ActionTypeId(Category="Deploy", Owner="AWS", Provider="CloudFormation", Version="1"),
        Configuration=configuration,
        **({"InputArtifacts": [codepipeline.InputArtifacts(Name=source.OUTPUT)]} if prepares else {}),
        **({"Region": here.region} if here.region != it.settings.region else {}),
        RoleArn=role_arn(it.deploy_role(here), number(here.account, it.account)),
        RunOrder=1,
    )
