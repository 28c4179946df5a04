"""Fargate profiles and the role that their pods start with."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, ec2, eks

from bpc import home
from bpc.diagnostics import Path
from bpc.kit import iam, image_cache
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, referred
from bpc.model import FargateProfile
from bpc.plan.shapes import Plan

SHARED = "FargatePodExecutionRole"


def fill(plan: Plan, sheet: Sheet) -> None:
    profiles = plan.blueprint.fargate_profiles
    if not all(one.pod_execution_role_arn or one.permissions_boundary for one in profiles):
        _role(SHARED, plan.blueprint.cloudformation.permissions_boundary, plan, sheet, ("fargateProfiles",))
    before = ""
    for profile in profiles:
        before = _profile(profile, plan, sheet, before)


def _role(title: str, boundary: str | None, plan: Plan, sheet: Sheet, at: Path) -> GetAtt:
    role = iam.role(
        title,
        iam.trusts_fargate(plan.name),
        boundary=boundary,
        tags=sheet.tags(title),
        managed_policies=["AmazonEKSFargatePodExecutionRolePolicy"],
        policies=image_cache.policies(plan, always=True),
    )
    sheet.add(role, at)
    return GetAtt(role, "Arn")


def _role_of(profile: FargateProfile, plan: Plan, sheet: Sheet) -> str | GetAtt:
    """A role that is given, one of the profile's own where it has a boundary, or the one that all others share."""
    if profile.pod_execution_role_arn:
        return profile.pod_execution_role_arn
    if profile.permissions_boundary:
        return _role(logical_id(profile.name, SHARED), profile.permissions_boundary, plan, sheet, profile.at)
    return GetAtt(SHARED, "Arn")


def _profile(profile: FargateProfile, plan: Plan, sheet: Sheet, before: str) -> str:
    """A profile; EKS makes one at a time, so each waits for the one before."""
    tags = sheet.tag_map() | dict(sorted(profile.tags.items()))
    title = logical_id(profile.name, "FargateProfile")
    resource = eks.FargateProfile(
        title,
        **({"DependsOn": before} if before else {}),
        ClusterName=sheet.imported("cluster", "ClusterName"),
        FargateProfileName=profile.name,
        PodExecutionRoleArn=_role_of(profile, plan, sheet),
        Selectors=_selectors(profile),
        Subnets=_subnets(profile, plan, sheet),
        Tags=ec2.Tags(**tags),
    )
    sheet.add(resource, profile.at)
    return title


def _subnets(profile: FargateProfile, plan: Plan, sheet: Sheet) -> Any:
    if profile.subnets:
        return [referred(one) for one in profile.subnets]
    return home.subnets("private", plan, sheet)


def _selectors(profile: FargateProfile) -> list[eks.Selector]:
    return [
        eks.Selector(
            Namespace=one.namespace,
            **({"Labels": [eks.Label(Key=k, Value=v) for k, v in sorted(one.labels.items())]} if one.labels else {}),
        )
        for one in profile.selectors
    ]
