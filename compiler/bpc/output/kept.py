"""What stays when its stack goes, how it goes after all, and how another platform takes it up again.

Read from the templates, so that what a patch keeps is told of too. Sources: AWS CloudFormation Template Reference,
DeletionPolicy; AWS CloudFormation User Guide, Import AWS resources into a CloudFormation stack; Amazon S3 User Guide,
Deleting a general purpose bucket; Amazon EFS, Amazon FSx, Amazon OpenSearch Service and Amazon EC2 in the AWS CLI
Command Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bpc.kit.record import Record
from bpc.output.stacks import Stacks

POLICIES = ("Retain", "RetainExceptOnCreate")
# They go with what they are a part of.
PARTS = ("AWS::S3::BucketPolicy", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress")
# What a network cannot go without.
INSIDE = ("AWS::EC2::SecurityGroup", "AWS::FSx::FileSystem", "AWS::OpenSearchService::Domain")
NAMES = {
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::OpenSearchService::Domain": "DomainName",
    "AWS::S3::Bucket": "BucketName",
}
GO = {
    "AWS::EC2::SecurityGroup": "`aws ec2 delete-security-group --group-id ID`",
    "AWS::ECR::Repository": "`aws ecr delete-repository --force --repository-name ID`",
    "AWS::EFS::FileSystem": "`aws efs delete-file-system --file-system-id ID`",
    "AWS::FSx::FileSystem": "`aws fsx delete-file-system --file-system-id ID`",
    "AWS::Logs::LogGroup": "`aws logs delete-log-group --log-group-name ID`",
    "AWS::OpenSearchService::Domain": "`aws opensearch delete-domain --domain-name ID`",
    "AWS::S3::Bucket": "*Empty* in the console of Amazon S3, which takes its versions too, then "
    "`aws s3api delete-bucket --bucket ID`",
}


class Kept(Record):
    """A resource; `name` is what it is called outside, where the template says it, and `again` who takes it up."""

    stack: str
    title: str
    type: str
    name: str
    again: str


def of(stacks: Stacks) -> tuple[Kept, ...]:
    """All that stays of an environment."""
    return tuple(
        _one(stacks, stack, title, resource)
        for stack, template in stacks.templates.items()
        for title, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") in POLICIES and resource["Type"] not in PARTS
    )


def _one(stacks: Stacks, stack: str, title: str, resource: dict[str, Any]) -> Kept:
    given = resource.get("Properties", {}).get(NAMES.get(resource["Type"], ""))
    origin = stacks.origins.get(stack, {}).get(title, ())
    made = (one.entry.taken_up for one in stacks.plan.addons if one.request.at == origin[: len(one.request.at)])
    name = given if isinstance(given, str) else ""
    return Kept(stacks.name(stack), title, resource["Type"], name, next(made, ""))


def said(kept: Sequence[Kept], region: str, network: str) -> str:
    """What the README says of it; `network` is the stack of the network, where there is one."""
    return "\n\n".join(_paragraphs(kept, region, network)) if kept else ""


def _paragraphs(kept: Sequence[Kept], region: str, network: str) -> Iterator[str]:
    yield "This stays, and is paid for, until you delete it by hand:"
    rows = "\n".join(f"| {_called(one)} | `{one.type}` | {_goes(one, region)} |" for one in kept)
    yield f"| | | and goes by |\n|---|---|---|\n{rows}"
    if unknown := [one for one in kept if not one.name]:
        asks = "\n".join(_asks(one, region) for one in unknown)
        yield f"What it is called outside, ask while the stacks are there:\n\n```sh\n{asks}\n```"
    if network and any(one.type in INSIDE for one in kept):
        yield f"The stack `{network}` cannot go before what stands in its network has gone."
    again = "".join(f" {one}" for one in dict.fromkeys(one.again for one in kept if one.again))
    yield (
        "The same platform, created again, does not find it and makes its own; where a name is taken, that fails."
        f"{again} Most kinds can be brought into the new stack by a change set of the type `IMPORT` (AWS "
        "CloudFormation User Guide, Import AWS resources into a CloudFormation stack)."
    )


def _called(one: Kept) -> str:
    name = f", `{one.name}`" if one.name else ""
    return f"`{one.title}` of `{one.stack}`{name}"


def _goes(one: Kept, region: str) -> str:
    how = GO.get(one.type, "its service's own console or command")
    return how.replace(" ID`", f" {one.name or 'ID'} --region {region}`")


def _asks(one: Kept, region: str) -> str:
    return (
        f"aws cloudformation describe-stack-resource --region {region} --stack-name {one.stack} \\\n"
        f"  --logical-resource-id {one.title} --query StackResourceDetail.PhysicalResourceId --output text"
    )
