"""The pipeline itself: source, build, approval, deployment.

AWS CodePipeline User Guide, Pipeline structure reference; Add a manual approval action; Manage the CodePipeline
service role.
"""

from __future__ import annotations

import json
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, codepipeline

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.model import Pipeline
from bpc.plan import pipeline as planned
from bpc.plan.shapes import Plan
from bpc.stacks.pipeline import building, deploying, ground, repositories, source

RENDERED = "Rendered"


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    role = _role(wanted, plan, sheet)
    key = {"EncryptionKey": codepipeline.EncryptionKey(Type="KMS", Id=wanted.key_arn)} if wanted.key_arn else {}
    triggers = source.triggers(wanted)
    made = codepipeline.Pipeline(
        "Pipeline",
        Name=plan.name,
        PipelineType="V2",
        RoleArn=GetAtt(role, "Arn"),
        ArtifactStore=codepipeline.ArtifactStore(Type="S3", Location=Ref(ground.BUCKET), **key),
        Stages=_stages(wanted, plan, sheet),
        **({"Triggers": triggers} if triggers else {}),
        Tags=sheet.tags("Pipeline"),
    )
    sheet.add(made, wanted.at)
    source.rule(plan, wanted, sheet, plan.name)
    sheet.output("PipelineName", Ref(made), "The pipeline, for the console and `aws codepipeline`.")


def _stages(wanted: Pipeline, plan: Plan, sheet: Sheet) -> list[codepipeline.Stages]:
    stages = [("Source", [source.action(wanted)]), ("Build", _builds(wanted, plan))]
    if wanted.approval:
        stages.append(("Approve", [_approval(plan, sheet)]))
    if wanted.deploy:
        stages.append(("Deploy", _deploys(wanted, plan)))
    return [codepipeline.Stages(Name=name, Actions=actions) for name, actions in stages]


def _builds(wanted: Pipeline, plan: Plan) -> list[codepipeline.Actions]:
    actions = []
    for one in wanted.images:
        said = {"REPOSITORY": repositories.name(one, plan), "CONTEXT": one.context}
        for platform in one.platforms:
            suffix = {"SUFFIX": f"-{platform}" if one.is_joined else ""}
            actions.append(_run(f"{one.name}-{platform}", building.title(platform), plan, said | suffix))
        if one.is_joined:
            both = {"PLATFORMS": " ".join(sorted(one.platforms))}
            actions.append(_run(one.name, building.JOIN, plan, said | both, order=2))
    return actions


def _deploys(wanted: Pipeline, plan: Plan) -> list[codepipeline.Actions]:
    if wanted.commits:
        return [_run("Commit", deploying.COMMIT, plan)]
    return [
        _run("Render", deploying.RENDER, plan, gives=RENDERED),
        _run("Apply", deploying.APPLY, plan, takes=RENDERED, order=2),
    ]


def _run(
    name: str,
    project: str,
    plan: Plan,
    variables: dict[str, str] | None = None,
    *,
    takes: str = source.OUTPUT,
    gives: str = "",
    order: int = 1,
) -> codepipeline.Actions:
    """A run of a project."""
    given = [{"name": key, "value": value} for key, value in (variables or {}).items() if value]
    configuration = {"ProjectName": Ref(project)}
    return codepipeline.Actions(
        Name=name,
        ActionTypeId=codepipeline.ActionTypeId(Category="Build", Owner="AWS", Provider="CodeBuild", Version="1"),
        Configuration=configuration | ({"EnvironmentVariables": json.dumps(given)} if given else {}),
        InputArtifacts=[codepipeline.InputArtifacts(Name=takes)],
        **({"OutputArtifacts": [codepipeline.OutputArtifacts(Name=gives)]} if gives else {}),
        RunOrder=order,
    )


def _approval(plan: Plan, sheet: Sheet) -> codepipeline.Actions:
    topic = _topic(plan, sheet)
    return codepipeline.Actions(
        Name="Approve",
        ActionTypeId=codepipeline.ActionTypeId(Category="Approval", Owner="AWS", Provider="Manual", Version="1"),
        Configuration={"CustomData": f"Deploy to {plan.name}?"} | ({"NotificationArn": topic} if topic else {}),
        RunOrder=1,
    )


def _topic(plan: Plan, sheet: Sheet) -> Any:
    """Who hears that something waits for approval."""
    told = planned.told(plan)
    return sheet.imported("observability", "AlarmTopicArn") if told == planned.OWN else told


def _role(wanted: Pipeline, plan: Plan, sheet: Sheet) -> Any:
    role = iam.role(
        "PipelineRole",
        iam.trusts("codepipeline.amazonaws.com"),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags("PipelineRole"),
        statements=[*_statements(plan), *source.read(wanted), *ground.encrypts(wanted), *_tells(wanted, plan, sheet)],
        policy_name="RunPipeline",
    )
    return sheet.add(role, wanted.at)


def _statements(plan: Plan) -> list[Statement]:
    inside = Sub(f"arn:${{AWS::Partition}}:s3:::${{{ground.BUCKET}}}/*")
    projects = iam.arn(f"codebuild:project/{plan.name}-*")
    return [
        iam.allow("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", on=[inside], sid="HandOnArtifacts"),
        iam.allow("s3:GetBucketVersioning", on=[GetAtt(ground.BUCKET, "Arn")], sid="FindArtifacts"),
        iam.allow("codebuild:BatchGetBuilds", "codebuild:StartBuild", on=[projects], sid="RunProjects"),
    ]


def _tells(wanted: Pipeline, plan: Plan, sheet: Sheet) -> list[Statement]:
    if not wanted.approval or not (topic := _topic(plan, sheet)):
        return []
    found = [iam.allow("sns:Publish", on=[topic], sid="AskForApproval")]
    if planned.told(plan) == planned.OWN:
        watched = plan.blueprint.observability
        assert watched
        key = watched.key_arn or sheet.imported("observability", "AlarmKeyArn")
        found.append(iam.allow("kms:Decrypt", "kms:GenerateDataKey", on=[key], sid="EncryptTheQuestion"))
    return found
