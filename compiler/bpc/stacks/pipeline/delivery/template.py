"""The template of the pipeline itself: source, check, and the waves.

AWS CodeBuild User Guide, Build specification reference; Available runtimes. AWS CodePipeline User Guide, Manage the
CodePipeline service role.
"""

from __future__ import annotations

import json
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, codepipeline

from bpc.kit import iam
from bpc.kit.sheet import Sheet, literal
from bpc.stacks.pipeline import actions, ground, scripts, source
from bpc.stacks.pipeline.delivery import store, waves
from bpc.stacks.pipeline.delivery.shapes import PATH, Delivery, number, role_arn

CHECK, HANDED_ON = "CheckProject", "What the pipeline hands on"
PYTHON = "3.12"


def template(it: Delivery) -> dict[str, Any]:
    """For the account and Region of the pipeline."""
    sheet = Sheet(it.base, "pipeline", "deploys every environment from the repository", it.tags)
    key = store.add(it, it.settings.region, sheet)
    keys = {it.settings.region: key} | {one: _asked(it, one, sheet) if key else None for one in it.regions}
    ground.log(it.settings.retention_days, None, sheet, (*it.settings.at, "retentionDays"))
    _check(it, key, sheet)
    role = _role(it, keys, sheet)
    made = codepipeline.Pipeline(
        "Pipeline",
        Name=it.base,
        PipelineType="V2",
        # What waits for approval is not overtaken by what comes after it.
        ExecutionMode="QUEUED",
        RoleArn=GetAtt(role, "Arn"),
        **_stores(it, keys),
        Stages=[codepipeline.Stages(Name=name, Actions=some) for name, some in _stages(it)],
        **({"Triggers": triggers} if (triggers := source.triggers(it.settings.source)) else {}),
        Tags=sheet.tags("Pipeline"),
    )
    sheet.add(made, it.settings.at)
    source.rule(it.settings.source, sheet, it.base, boundary=it.boundary, path=PATH)
    sheet.output("PipelineName", Ref(made), "The pipeline, for the console and `aws codepipeline`.")
    return sheet.finished()


def _asked(it: Delivery, region: str, sheet: Sheet) -> Ref:
    return sheet.parameter(
        it.parameter(region),
        HANDED_ON,
        f"The ARN of the key in {region}, an output of the artifacts stack there.",
        AllowedPattern="^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$",
        ConstraintDescription="must be the ARN of a KMS key",
    )


def _stores(it: Delivery, keys: dict[str, Any]) -> dict[str, Any]:
    """Where what is handed on lies: a bucket, or one in each Region."""

    def one(region: str) -> codepipeline.ArtifactStore:
        key = codepipeline.EncryptionKey(Type="KMS", Id=keys[region]) if keys[region] else None
        own = region == it.settings.region
        where = Ref(ground.BUCKET) if own else Sub(it.bucket(region, "${AWS::AccountId}"))
        return codepipeline.ArtifactStore(Type="S3", Location=where, **({"EncryptionKey": key} if key else {}))

    if not it.regions:
        return {"ArtifactStore": one(it.settings.region)}
    every = [codepipeline.ArtifactStoreMap(Region=region, ArtifactStore=one(region)) for region in sorted(keys)]
    return {"ArtifactStores": every}


def _stages(it: Delivery) -> list[tuple[str, waves.Level]]:
    fetch = source.action(it.settings.source)
    # So that whoever approves is told of which commit.
    fetch.Namespace = source.OUTPUT
    return [("Source", [fetch]), ("Check", [actions.run("Check", CHECK)]), *waves.stages(it)]


def _check(it: Delivery, key: Any, sheet: Sheet) -> None:
    """The output has to be what the blueprint compiles to: this is what people reviewed, and what is deployed."""
    own = ground.Ground(it.base, it.boundary, key, it.settings.at, path=PATH)
    role = ground.role("CheckRole", own, sheet, [])
    compile_ = f"bpc compile {it.settings.path} -o {it.settings.output} --check\n"
    install = [json.dumps(one) for one in it.settings.install]
    spec = scripts.spec(compile_, install=install, python=PYTHON)
    said = f"Holds {it.settings.output}/{it.name} to {it.settings.path}"
    ground.project(CHECK, said, own, sheet, role=role, spec=literal(spec))


def _role(it: Delivery, keys: dict[str, Any], sheet: Sheet) -> Any:
    role = iam.role(
        "PipelineRole",
        iam.trusts("codepipeline.amazonaws.com"),
        boundary=it.boundary,
        tags=sheet.tags("PipelineRole"),
        statements=[*_statements(it), source.read(it.settings.source), *ground.encrypts(*keys.values())],
        policy_name="RunPipeline",
        name=it.role,
        path=PATH,
    )
    return sheet.add(role, it.settings.at)


def _statements(it: Delivery) -> list[Statement]:
    buckets = [f"arn:${{AWS::Partition}}:s3:::{it.bucket(one, '${AWS::AccountId}')}" for one in it.regions]
    own = Sub(f"arn:${{AWS::Partition}}:s3:::${{{ground.BUCKET}}}/*")
    roles = [role_arn(it.deploy_role(one), number(one.account, it.account)) for one in it.environments]
    topic = it.settings.approval_topic_arn
    projects = iam.arn(f"codebuild:project/{it.base}-*")
    return [
        iam.allow(
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:PutObject",
            on=[own, *(Sub(f"{one}/*") for one in buckets)],
            sid="HandOnArtifacts",
        ),
        iam.allow(
            "s3:GetBucketVersioning",
            on=[GetAtt(ground.BUCKET, "Arn"), *map(Sub, buckets)],
            sid="FindArtifacts",
        ),
        iam.allow("codebuild:BatchGetBuilds", "codebuild:StartBuild", on=[projects], sid="RunProjects"),
        iam.allow("sts:AssumeRole", on=roles, sid="DeployEnvironments"),
        *([iam.allow("sns:Publish", on=[topic], sid="AskForApproval")] if topic else []),
    ]
