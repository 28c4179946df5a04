"""Where the source comes from, and who may read it and write to it.

AWS CodePipeline User Guide, CodeStarSourceConnection for GitHub and others; CodeCommit source actions and EventBridge;
Developer Tools console User Guide, Permissions and examples for AWS CodeConnections (the older name of the service
still is in the ARNs of older connections, and is then that of the action); Amazon EventBridge User Guide, Cross-service
confused deputy prevention.
"""

from __future__ import annotations

from typing import Any

from awacs.aws import Condition, Statement, StringEquals, StringEqualsIfExists, StringNotEquals
from troposphere import GetAtt, Ref, codepipeline, events

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.model import Source

OUTPUT, OVERLAYS = "Source", "Overlays"
USE, USE_OTHER = "UseTheRepository", "UseTheOtherRepository"
CLONE = ("codecommit:GitPull",)
PUSH = ("codecommit:GitPush",)
ARCHIVE = (
    "codecommit:CancelUploadArchive",
    "codecommit:GetBranch",
    "codecommit:GetCommit",
    "codecommit:GetRepository",
    "codecommit:GetUploadArchiveStatus",
    "codecommit:UploadArchive",
)


def action(source: Source, name: str = OUTPUT, *, clones: bool = False) -> codepipeline.Actions:
    # Whoever commits needs a clone; for everybody else what is in the commit is enough.
    form = "CODEBUILD_CLONE_REF" if clones else "CODE_ZIP"
    given = {"BranchName": source.branch, "OutputArtifactFormat": form}
    if source.code_commit:
        provider = "CodeCommit"
        given |= {"RepositoryName": source.code_commit, "PollForSourceChanges": "false"}
    else:
        provider = "CodeStarSourceConnection"
        # The trigger of the pipeline looks at more than this does.
        given |= {"ConnectionArn": str(source.connection_arn), "DetectChanges": "false"}
        given["FullRepositoryId"] = str(source.repository)
    return codepipeline.Actions(
        Name=name,
        ActionTypeId=codepipeline.ActionTypeId(Category="Source", Owner="AWS", Provider=provider, Version="1"),
        Configuration=given,
        OutputArtifacts=[codepipeline.OutputArtifacts(Name=name)],
        RunOrder=1,
    )


def triggers(source: Source, **files: list[str]) -> list[codepipeline.PipelineTriggerDeclaration]:
    """A push to the branch behind a connection; `files` are patterns of what it is of, as Includes or Excludes."""
    if source.code_commit:
        return []
    some = {"FilePaths": codepipeline.GitFilePathFilterCriteria(**files)} if files else {}
    branches = codepipeline.GitBranchFilterCriteria(Includes=[source.branch])
    pushed = codepipeline.GitPushFilter(Branches=branches, **some)
    return [
        codepipeline.PipelineTriggerDeclaration(
            ProviderType="CodeStarSourceConnection",
            GitConfiguration=codepipeline.GitConfiguration(SourceActionName=OUTPUT, Push=[pushed]),
        )
    ]


def read(source: Source, sid: str = USE) -> Statement:
    """What the pipeline needs to fetch the source."""
    return _allowed(source, *ARCHIVE, sid=sid)


def clone(source: Source, *, push: bool = False) -> list[Statement]:
    """What a project needs to clone the repository, and to push to it."""
    return [_allowed(source, *CLONE, *(PUSH if push else ()), push=push)]


def _allowed(source: Source, *of_code_commit: str, push: bool = False, sid: str = USE) -> Statement:
    if source.code_commit:
        return iam.allow(*of_code_commit, on=[iam.arn(f"codecommit:{source.code_commit}")], sid=sid)
    service = str(source.connection_arn).split(":")[2]
    # Not every use of a connection says of which repository it is.
    where: list[Any] = [StringEqualsIfExists({f"{service}:FullRepositoryId": str(source.repository)})]
    if not push:
        where.append(StringNotEquals({f"{service}:ProviderAction": "GitPush"}))
    use = f"{service}:UseConnection"
    return iam.allow(use, on=[source.connection_arn], where=Condition(where), sid=sid)


def rule(
    source: Source, sheet: Sheet, pipeline: str, *, boundary: str | None, path: str | None = None, but: Any = None
) -> None:
    """What starts the pipeline when AWS CodeCommit says that the branch has changed, `but` by sessions of a role."""
    if not source.code_commit:
        return
    at = (*source.at, "codeCommit")
    starts = iam.role(
        "SourceChangeRole",
        iam.trusts("events.amazonaws.com", where=Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))),
        boundary=boundary,
        path=path,
        tags=sheet.tags("SourceChangeRole"),
        statements=[iam.allow("codepipeline:StartPipelineExecution", on=[iam.arn(f"codepipeline:{pipeline}")])],
        policy_name="StartPipeline",
    )
    sheet.add(starts, at)
    detail: dict[str, Any] = {
        "event": ["referenceCreated", "referenceUpdated"],
        "referenceType": ["branch"],
        "referenceName": [source.branch],
    }
    if but is not None:
        detail["callerUserArn"] = [{"anything-but": {"prefix": but}}]
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [iam.arn(f"codecommit:{source.code_commit}")],
        "detail": detail,
    }
    made = events.Rule(
        "SourceChangeRule",
        Description=f"A push to {source.branch} of {source.code_commit}",
        EventPattern=pattern,
        Targets=[events.Target(Id="Pipeline", Arn=iam.arn(f"codepipeline:{pipeline}"), RoleArn=GetAtt(starts, "Arn"))],
    )
    sheet.add(made, at)
