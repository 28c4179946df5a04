"""Fargate profiles and the role that their pods start with."""

from __future__ import annotations

from troposphere import GetAtt, ec2, eks

from bpc import home
from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import FargateProfile
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet) -> None:
    role = iam.role(
        "FargatePodExecutionRole",
        iam.trusts_fargate(plan.name),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags("FargatePodExecutionRole"),
        managed_policies=["AmazonEKSFargatePodExecutionRolePolicy"],
    )
    sheet.add(role, ("fargateProfiles",))
    before = ""
    for profile in plan.blueprint.fargate_profiles:
        before = _profile(profile, plan, sheet, before)


def _profile(profile: FargateProfile, plan: Plan, sheet: Sheet, before: str) -> str:
    """A profile; EKS makes one at a time, so each waits for the one before."""
    tags = sheet.tag_map() | dict(sorted(profile.tags.items()))
    title = logical_id(profile.name, "FargateProfile")
    resource = eks.FargateProfile(
        title,
        **({"DependsOn": before} if before else {}),
        ClusterName=sheet.imported("cluster", "ClusterName"),
        FargateProfileName=profile.name,
        PodExecutionRoleArn=GetAtt("FargatePodExecutionRole", "Arn"),
        Selectors=_selectors(profile),
        Subnets=home.subnets("private", plan, sheet),
        Tags=ec2.Tags(**tags),
    )
    sheet.add(resource, profile.at)
    return title


def _selectors(profile: FargateProfile) -> list[eks.Selector]:
    return [
        eks.Selector(
            Namespace=one.namespace,
            **({"Labels": [eks.Label(Key=k, Value=v) for k, v in sorted(one.labels.items())]} if one.labels else {}),
        )
        for one in profile.selectors
    ]
