"""Where the pipeline keeps what it hands on, in each Region in which something reads it.

With environments in other accounts it is encrypted with a key of its own, for S3's is the account's alone (AWS
CodePipeline User Guide, Create a pipeline that uses resources from another AWS account; Add a cross-Region action).
"""

from __future__ import annotations

from typing import Any

from awacs.aws import Allow, ArnEquals, Condition, Principal, Statement
from troposphere import GetAtt, Sub

from bpc.kit import iam, keys, private_bucket
from bpc.kit.sheet import Sheet
from bpc.stacks.pipeline import ground
from bpc.stacks.pipeline.delivery.shapes import Delivery, Environment, role_arn

KEY = "ArtifactKey"
READ = ("s3:GetObject", "s3:GetObjectVersion")
FIND = ("s3:GetBucketLocation", "s3:ListBucket")
DECRYPT = ("kms:Decrypt", "kms:DescribeKey")


def template(it: Delivery, region: str) -> dict[str, Any]:
    """That of a further Region, for the account of the pipeline."""
    sheet = Sheet(it.base, "artifacts", f"what the pipeline hands on to {region}", it.tags)
    key = add(it, region, sheet)
    if key is not None:
        sheet.output("ArtifactKeyArn", key, "The key; the pipeline's stack asks for it.")
    return sheet.finished()


def add(it: Delivery, region: str, sheet: Sheet) -> GetAtt | None:
    """The bucket of a Region, and its key, where it has one."""
    readers = [one for one in it.others if one.region == region]
    key = _key(it, readers, sheet) if it.others else None
    made = private_bucket.resources(
        ground.BUCKET,
        Sub(it.bucket(region, "${AWS::AccountId}")),
        key,
        old_versions=ground.ARTIFACT_DAYS,
        versions=ground.ARTIFACT_DAYS,
        allowed=[_read(it, readers)] if readers else (),
    )
    made[0].Tags = sheet.tags(ground.BUCKET)
    for one in made:
        sheet.add(one, it.settings.at)
    return key


def _key(it: Delivery, readers: list[Environment], sheet: Sheet) -> GetAtt:
    others = [_others("OtherAccountsDecrypt", DECRYPT, ["*"], it, readers)] if readers else []
    key = keys.key(KEY, f"What the pipeline of {it.name} hands on", others, sheet.tags(KEY))
    sheet.add(key, it.settings.at)
    return GetAtt(key, "Arn")


def _read(it: Delivery, readers: list[Environment]) -> Statement:
    bucket = GetAtt(ground.BUCKET, "Arn")
    return _others("OtherAccountsRead", (*FIND, *READ), [bucket, Sub(f"${{{ground.BUCKET}.Arn}}/*")], it, readers)


def _others(sid: str, actions: tuple[str, ...], on: list[Any], it: Delivery, readers: list[Environment]) -> Statement:
    """The roles that the pipeline has in other accounts, which need not be there before."""
    accounts = sorted({str(one.account) for one in readers})
    roles = [role_arn(it.deploy_role(one), str(one.account)) for one in readers]
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("AWS", [Sub(f"arn:${{AWS::Partition}}:iam::{one}:root") for one in accounts]),
        Action=iam.actions(*actions),
        Resource=on,
        Condition=Condition(ArnEquals({"aws:PrincipalArn": roles})),
    )
