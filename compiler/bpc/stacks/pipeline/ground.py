"""What every action of the pipeline stands on: the bucket between the stages, the log group, and a project as such.

AWS CodePipeline User Guide, Encryption of data in S3; AWS CodeBuild User Guide, Allow CodeBuild to interact with other
AWS services (the permissions of a service role), and Prevent cross-service confused deputy problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs.aws import ArnLike, Condition, Statement, StringEquals
from troposphere import AccountId, GetAtt, Ref, Sub, codebuild, logs
from troposphere.iam import Role

from bpc.diagnostics import Path
from bpc.kit import iam, private_bucket
from bpc.kit.record import Record
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

BUCKET, GROUP = "ArtifactBucket", "BuildLogGroup"
# An artifact is of use while its execution runs, and an approval waits for seven days at most.
ARTIFACT_DAYS = 30
REGISTRY = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
KEY_ACTIONS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
# AWS CodeBuild User Guide, Docker images provided by CodeBuild; Build environment compute modes and types.
MACHINES = {
    "amd64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}


class Ground(Record):
    """What the projects of a pipeline have in common: what their names begin with, the boundary of their roles and
    the path, the key that all is encrypted with, variables, and who asks for them."""

    prefix: str
    boundary: str | None
    key: Any
    at: Path
    variables: tuple[tuple[str, Any], ...] = ()
    path: str | None = None


def of(plan: Plan) -> Ground:
    """That of the pipeline that builds images."""
    wanted = plan.blueprint.pipeline
    assert wanted
    boundary = plan.blueprint.cloudformation.permissions_boundary
    return Ground(plan.name, boundary, wanted.key_arn, wanted.at, (("REGISTRY", Sub(REGISTRY)),))


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    bucket, policy = private_bucket.resources(
        BUCKET, None, wanted.key_arn, old_versions=ARTIFACT_DAYS, versions=ARTIFACT_DAYS
    )
    bucket.Tags = sheet.tags(BUCKET)
    sheet.add(bucket, wanted.at)
    sheet.add(policy, wanted.at)
    log(wanted.retention_days, wanted.key_arn, sheet, (*wanted.at, "retentionDays"))


def log(days: int, key_arn: str | None, sheet: Sheet, at: Path) -> None:
    """What builds say."""
    group = logs.LogGroup(
        GROUP,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        RetentionInDays=days,
        Tags=sheet.tags(GROUP),
        **({"KmsKeyId": key_arn} if key_arn else {}),
    )
    sheet.add(group, at)


def role(title: str, ground: Ground, sheet: Sheet, statements: Sequence[Statement], *, writes: bool = False) -> Role:
    """The role of a project; `writes` where it hands something on to the next stage."""
    ours = ArnLike({"aws:SourceArn": iam.arn(f"codebuild:project/{ground.prefix}-*")})
    made = iam.role(
        title,
        iam.trusts("codebuild.amazonaws.com", where=Condition([StringEquals({"aws:SourceAccount": AccountId}), ours])),
        boundary=ground.boundary,
        tags=sheet.tags(title),
        statements=[*statements, *_usual(ground, writes)],
        policy_name="Build",
        path=ground.path,
    )
    return sheet.add(made, ground.at)


def _usual(ground: Ground, writes: bool) -> list[Statement]:
    put = ("s3:PutObject",) if writes else ()
    inside = Sub(f"arn:${{AWS::Partition}}:s3:::${{{BUCKET}}}/*")
    return [
        iam.allow("s3:GetObject", "s3:GetObjectVersion", *put, on=[inside], sid="HandOnArtifacts"),
        iam.allow("s3:GetBucketAcl", "s3:GetBucketLocation", on=[GetAtt(BUCKET, "Arn")], sid="FindArtifacts"),
        iam.allow("logs:CreateLogStream", "logs:PutLogEvents", on=[GetAtt(GROUP, "Arn")], sid="WriteLog"),
        *encrypts(ground.key),
    ]


def encrypts(*keys: Any) -> list[Statement]:
    """With each key that there is."""
    given = [one for one in keys if one]
    return [iam.allow(*KEY_ACTIONS, on=given, sid="UseTheKey")] if given else []


def project(
    title: str,
    said: str,
    ground: Ground,
    sheet: Sheet,
    *,
    role: Role,
    spec: str,
    platform: str = "amd64",
    compute: str = "BUILD_GENERAL1_SMALL",
    docker: bool = False,
    variables: Sequence[tuple[str, Any]] = (),
    more: dict[str, Any] | None = None,
) -> None:
    """A project of AWS CodeBuild; `docker` where it runs Docker itself, which needs a privileged container."""
    kind, image = MACHINES[platform]
    given = [*ground.variables, *variables]
    made = codebuild.Project(
        title,
        Name=f"{ground.prefix}-{title.removesuffix('Project').lower()}",
        Description=said,
        Artifacts=codebuild.Artifacts(Type="CODEPIPELINE"),
        Environment=codebuild.Environment(
            ComputeType=compute,
            Image=image,
            Type=kind,
            PrivilegedMode=docker,
            **({"EnvironmentVariables": _variables(given)} if given else {}),
        ),
        LogsConfig=codebuild.LogsConfig(
            CloudWatchLogs=codebuild.CloudWatchLogs(Status="ENABLED", GroupName=Ref(GROUP), StreamName=title)
        ),
        ServiceRole=GetAtt(role, "Arn"),
        Source=codebuild.Source(Type="CODEPIPELINE", BuildSpec=spec),
        TimeoutInMinutes=60,
        Tags=sheet.tags(title),
        **({"EncryptionKey": ground.key} if ground.key else {}),
        **(more or {}),
    )
    sheet.add(made, ground.at)


def _variables(given: Sequence[tuple[str, Any]]) -> list[codebuild.EnvironmentVariable]:
    return [codebuild.EnvironmentVariable(Name=key, Value=value) for key, value in given]
