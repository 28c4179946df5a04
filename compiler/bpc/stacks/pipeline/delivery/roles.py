"""The roles by which an environment is deployed: the pipeline's own there, and that of CloudFormation.

The pipeline makes change sets and executes them, of these stacks alone; all that is in the stacks CloudFormation does,
with the least permissions for them (AWS CodePipeline User Guide, AWS CloudFormation deploy action reference; AWS
CloudFormation User Guide, AWS CloudFormation service role).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs.aws import Allow, ArnEquals, Condition, PolicyDocument, Principal, Statement
from troposphere import GetAtt, Ref, Sub
from troposphere.iam import ManagedPolicy

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.stacks.pipeline.delivery.shapes import PATH, Delivery, Environment, number, role_arn
from bpc.stacks.pipeline.delivery.store import DECRYPT, FIND, READ

SERVICE = "cloudformation.amazonaws.com"
CHANGE = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
)


def template(it: Delivery, here: Environment, policies: Sequence[Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """That of an environment; `policies` are the deployer's, each as its statements."""
    sheet = Sheet(it.base, f"roles-{here.name}", f"the roles by which {here.name} is deployed", it.tags)
    service = iam.role(
        "CloudFormationRole",
        iam.trusts(SERVICE),
        boundary=here.boundary,
        tags=sheet.tags("CloudFormationRole"),
        name=it.service_role(here),
        path=PATH,
    )
    sheet.add(service, it.settings.at)
    for index, statements in enumerate(policies, 1):
        policy = ManagedPolicy(
            f"DeployerPolicy{index}",
            Description=f"What deploying {here.platform} needs, part {index} of {len(policies)}",
            Path=PATH,
            PolicyDocument={"Version": iam.VERSION, "Statement": list(statements)},
            Roles=[Ref(service)],
        )
        sheet.add(policy, it.settings.at)
    deploys = iam.role(
        "DeployRole",
        _trust(it, here),
        boundary=here.boundary,
        tags=sheet.tags("DeployRole"),
        statements=[*_artifacts(it, here), *_stacks(here, GetAtt(service, "Arn"))],
        policy_name="Deploy",
        name=it.deploy_role(here),
        path=PATH,
    )
    sheet.add(deploys, it.settings.at)
    return sheet.finished()


def _trust(it: Delivery, here: Environment) -> PolicyDocument:
    """The role of the pipeline, which need not be there before."""
    home = number(it.account, here.account)
    statement = Statement(
        Effect=Allow,
        Principal=Principal("AWS", [Sub(f"arn:${{AWS::Partition}}:iam::{home}:root")]),
        Action=iam.actions("sts:AssumeRole"),
        Condition=Condition(ArnEquals({"aws:PrincipalArn": role_arn(it.role, home)})),
    )
    return PolicyDocument(Version=iam.VERSION, Statement=[statement])


def _artifacts(it: Delivery, here: Environment) -> list[Statement]:
    home = number(it.account, here.account)
    bucket = f"arn:${{AWS::Partition}}:s3:::{it.bucket(here.region, home)}"
    found = [
        iam.allow(*READ, on=[Sub(f"{bucket}/*")], sid="ReadArtifacts"),
        iam.allow(*FIND, on=[Sub(bucket)], sid="FindArtifacts"),
    ]
    if it.crosses(here):
        # The key's own policy says which of them; its id is not known before it is there.
        keys = Sub(f"arn:${{AWS::Partition}}:kms:{here.region}:{home}:key/*")
        by_s3 = iam.when_equal({"kms:ViaService": Sub(f"s3.{here.region}.${{AWS::URLSuffix}}")})
        found.append(iam.allow(*DECRYPT, on=[keys], where=by_s3, sid="DecryptArtifacts"))
    return found


def _stacks(here: Environment, service: GetAtt) -> list[Statement]:
    stacks = [iam.arn(f"cloudformation:stack/{one.name}/*") for one in here.stacks]
    passed = iam.when_equal({"iam:PassedToService": SERVICE})
    return [
        iam.allow(*CHANGE, on=stacks, sid="ChangeStacks"),
        iam.allow("iam:PassRole", on=[service], where=passed, sid="HandOverToCloudFormation"),
    ]
