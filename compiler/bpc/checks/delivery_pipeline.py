"""The pipeline that deploys the environments: one for all of them, which reaches each by its account.

The facts are from the AWS CodePipeline User Guide (Create a pipeline that uses resources from another AWS account; Add
a cross-Region action).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bpc import facts
from bpc.checks.metadata import UNKNOWN_REGION
from bpc.checks.nearest import meant
from bpc.checks.pipeline import incomplete
from bpc.checks.stack_sets import NOBODYS_WAVE, NOT_IN_ONE_WAVE
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, DeliveryPipeline

DIFFERENT = rule(
    "BPC690",
    "delivery-that-differs",
    why="One pipeline deploys all environments, within one partition of AWS.",
    cure="Say `cloudformation.pipeline` once, outside of `with:`, where only `approval` and `parameters` may be. Keep "
    "other partitions in a blueprint of their own.",
)
NO_ACCOUNT = rule(
    "BPC691",
    "delivery-without-account",
    why="The pipeline assumes a role in the account of each environment, and only a role of its own account trusts "
    "it without a number.",
    cure="Say the `account` of the pipeline and of each of the `environments`; where all are in one account, that of "
    "the pipeline may be left out, or all of them.",
)
TWO_WAYS = rule(
    "BPC692",
    "delivery-in-two-ways",
    why="Git sync and stack sets make stacks of the same templates that the pipeline does, and each would undo what "
    "the other has done.",
    cure="Take one of the two away.",
)
NO_PIPELINES = rule(
    "BPC693",
    "no-pipelines-in-region",
    why="The pipeline is a resource of CodePipeline, and its check one of CodeBuild. bpc knows where "
    "CloudFormation has them from the provider schemas of each Region (`compiler/bpc/facts/regions.json`).",
    cure="Put the pipeline into another Region; it deploys into this one from there.",
)
NEEDED = ("AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline")


def _source(blueprint: Blueprint) -> Iterator[Diagnostic]:
    yield from incomplete(_wanted(blueprint).source)


def _ways(blueprint: Blueprint) -> Iterator[Diagnostic]:
    settings = blueprint.cloudformation
    for one, key in ((settings.stack_sets, "stackSets"), (settings.git_sync, "gitSync")):
        if one:
            yield TWO_WAYS.at(one.at, f"pipeline deploys what {key} does", key=True)


def _waves(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted, here = _wanted(blueprint), blueprint.environment
    places = [
        (number, index) for number, wave in enumerate(wanted.waves) for index, one in enumerate(wave) if one == here
    ]
    if wanted.waves and not places:
        yield NOT_IN_ONE_WAVE.at((*wanted.at, "waves"), f"{here} is in none of them", key=True)
    for place in places[1:]:
        yield NOT_IN_ONE_WAVE.at((*wanted.at, "waves", *place), f"{here} was named before")


def _regions(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    at = (*wanted.at, "region")
    known, here = facts.region(wanted.region), facts.region(blueprint.metadata.region)
    if known is None:
        yield UNKNOWN_REGION.at(at, f"bpc knows of no EKS in {wanted.region}", meant(wanted.region, facts.regions()))
    elif missing := [one for one in NEEDED if one in known.lacks]:
        yield NO_PIPELINES.at(at, f"{wanted.region} has no {missing[0]}")
    elif here and here.partition != known.partition:
        said = f"{blueprint.environment} is in {here.partition}, and the pipeline in {known.partition}"
        yield DIFFERENT.at(at, said)


def across(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    """Whether an environment has another pipeline than the first, or none; `seen` is added to."""
    wanted, here = blueprint.cloudformation.pipeline, blueprint.environment
    if wanted is None or not seen["delivery"]:
        message = f"{here} has {'a' if wanted else 'no'} pipeline, and another environment is different"
        return [DIFFERENT.at(("environments", here), message, key=True)]
    found = []
    for key, value in _shared(wanted).items():
        if seen.setdefault(f"delivery.{key}", value) != value:
            message = f"{here} has another {key} than the first environment"
            found.append(DIFFERENT.at((*wanted.at, key), message, "say it once, outside of `with:`", key=True))
    account = blueprint.account or ""
    first = seen.setdefault("delivery of account", account)
    if wanted.account and not account:
        default = here == "default"
        at = (*wanted.at, "account") if default else ("environments", here)
        help_ = "name it under `environments`, with its account" if default else "say its account"
        found.append(NO_ACCOUNT.at(at, f"which account is {here} in?", help_, key=True))
    elif not wanted.account and account != first:
        message = (
            f"{here} is in {_called(account)}, another environment in {_called(first)}, and the pipeline in which?"
        )
        found.append(NO_ACCOUNT.at(wanted.at, message, "say it in `account`", key=True))
    return found


def _called(account: str) -> str:
    return f"account {account}" if account else "no account"


def _shared(wanted: DeliveryPipeline) -> dict[str, str]:
    """What is said to all environments alike, by its key."""
    source = wanted.source
    return {
        "source": f"{source.connection_arn} {source.repository} {source.code_commit} {source.branch}",
        "path": wanted.path,
        "output": wanted.output,
        "install": str(wanted.install),
        "account": str(wanted.account),
        "region": wanted.region,
        "waves": str(wanted.waves),
        "approvalTopicArn": str(wanted.approval_topic_arn),
        "retentionDays": str(wanted.retention_days),
    }


def unknown(waves: Iterable[Iterable[str]], names: list[str]) -> Iterator[Diagnostic]:
    """Names in the waves that no environment has."""
    for number, wave in enumerate(waves):
        for index, name in enumerate(wave):
            if name not in names:
                at = ("cloudformation", "pipeline", "waves", number, index)
                yield NOBODYS_WAVE.at(at, f"there is no environment {name}", meant(name, names))


def _wanted(blueprint: Blueprint) -> DeliveryPipeline:
    assert blueprint.cloudformation.pipeline, "the topic is for those who say cloudformation.pipeline"
    return blueprint.cloudformation.pipeline


CHECKS = (_source, _ways, _waves, _regions)
