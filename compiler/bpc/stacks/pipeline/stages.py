"""The pipeline itself: source, build, approval, deployment.

AWS CodePipeline User Guide, Pipeline structure reference; Add a manual approval action; Manage the CodePipeline
service role.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, codepipeline

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.model import Pipeline
from bpc.plan import pipeline as planned
from bpc.plan.shapes import Plan
from bpc.stacks.pipeline import actions, building, deploying, ground, repositories, source

RENDERED = "Rendered"


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    role = _role(wanted, plan, sheet)
    key = {"EncryptionKey": codepipeline.EncryptionKey(Type="KMS", Id=wanted.key_arn)} if wanted.key_arn else {}
    origin = wanted.source
    # What the pipeline itself commits starts nothing.
    own = {"Excludes": [f"{wanted.overlays}/**"]} if wanted.commits_to_source else {}
    triggers = source.triggers(origin, **own)
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
    committer = Sub("arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${DeployRole}/")
    boundary = plan.blueprint.cloudformation.permissions_boundary
    source.rule(origin, sheet, plan.name, boundary=boundary, but=committer if wanted.commits_to_source else None)
    sheet.output("PipelineName", Ref(made), "The pipeline, for the console and `aws codepipeline`.")


def _stages(wanted: Pipeline, plan: Plan, sheet: Sheet) -> list[codepipeline.Stages]:
    stages = [("Source", list(_sources(wanted))), ("Build", _builds(wanted, plan))]
    if wanted.approval:
        stages.append(("Approve", [actions.approval("Approve", f"Deploy to {plan.name}?", _topic(plan, sheet))]))
    if wanted.deploy:
        stages.append(("Deploy", _deploys(wanted, plan)))
    return [codepipeline.Stages(Name=name, Actions=some) for name, some in stages]


def _sources(wanted: Pipeline) -> Iterator[codepipeline.Actions]:
    yield source.action(wanted.source, clones=wanted.commits_to_source)
    if wanted.elsewhere:
        yield source.action(wanted.elsewhere, source.OVERLAYS, clones=wanted.commits)


def _builds(wanted: Pipeline, plan: Plan) -> list[codepipeline.Actions]:
    found = []
    for one in wanted.images:
        said = {"REPOSITORY": repositories.name(one, plan), "CONTEXT": one.context}
        for platform in one.platforms:
            suffix = {"SUFFIX": f"-{platform}" if one.is_joined else ""}
            found.append(actions.run(f"{one.name}-{platform}", building.title(platform), said | suffix))
        if one.is_joined:
            both = {"PLATFORMS": " ".join(sorted(one.platforms))}
            found.append(actions.run(one.name, building.JOIN, said | both, order=2))
    return found


def _deploys(wanted: Pipeline, plan: Plan) -> list[codepipeline.Actions]:
    # Where the overlay is, it is set.
    takes = [source.OVERLAYS, source.OUTPUT] if wanted.elsewhere else [source.OUTPUT]
    if wanted.commits:
        return [actions.run("Commit", deploying.COMMIT, takes=takes)]
    return [
        actions.run("Render", deploying.RENDER, takes=takes, gives=RENDERED),
        actions.run("Apply", deploying.APPLY, takes=[RENDERED], order=2),
    ]


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
        statements=[
            *_statements(plan),
            *_reads(wanted),
            *ground.encrypts(wanted.key_arn),
            *_tells(wanted, plan, sheet),
        ],
        policy_name="RunPipeline",
    )
    return sheet.add(role, wanted.at)


def _reads(wanted: Pipeline) -> Iterator[Statement]:
    yield source.read(wanted.source)
    if wanted.elsewhere:
        yield source.read(wanted.elsewhere, source.USE_OTHER)


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
