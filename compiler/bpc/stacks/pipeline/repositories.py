"""The repositories of the images: private, scanned, with tags that stay, and no more images than are kept.

Amazon ECR User Guide, Image tag mutability; Image scanning; Lifecycle policies (the first rule that matches an image
is the one that counts); Private repository policies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from awacs.aws import Allow, PolicyDocument, Principal, Statement
from troposphere import GetAtt, Sub, ecr

from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import Pipeline
from bpc.model.pipeline import BuiltImage
from bpc.plan.shapes import Plan

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    for one in wanted.images:
        repository = _repository(one, wanted, plan, sheet)
        sheet.add(repository, one.at)
        uri = GetAtt(repository, "RepositoryUri")
        sheet.output(f"{repository.title}Uri", uri, f"Where the image {one.name} is.")


def title(one: BuiltImage) -> str:
    return logical_id(one.name, "Repository")


def name(one: BuiltImage, plan: Plan) -> str:
    return f"{plan.name}/{one.name}"


def arns(wanted: Pipeline) -> list[Any]:
    """All of them."""
    return [GetAtt(title(one), "Arn") for one in wanted.images]


def _repository(one: BuiltImage, wanted: Pipeline, plan: Plan, sheet: Sheet) -> ecr.Repository:
    key = {"EncryptionType": "KMS", "KmsKey": wanted.key_arn} if wanted.key_arn else {"EncryptionType": "AES256"}
    shared = {"RepositoryPolicyText": _pulled_by(wanted.pull_accounts)} if wanted.pull_accounts else {}
    return ecr.Repository(
        title(one),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        RepositoryName=name(one, plan),
        EncryptionConfiguration=ecr.EncryptionConfiguration(**key),
        ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
        ImageTagMutability="IMMUTABLE",
        LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=_kept(wanted.keep_images)),
        **shared,
        Tags=sheet.tags(title(one)),
    )


def _kept(count: int) -> str:
    rule = {
        "rulePriority": 1,
        "description": f"Keep the newest {count}",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


def _pulled_by(accounts: Sequence[str]) -> PolicyDocument:
    principals = [Sub(f"arn:${{AWS::Partition}}:iam::{one}:root") for one in sorted(accounts)]
    statement = Statement(
        Sid="OtherAccountsPull", Effect=Allow, Principal=Principal("AWS", principals), Action=iam.actions(*PULL)
    )
    return PolicyDocument(Version=iam.VERSION, Statement=[statement])
