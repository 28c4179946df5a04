"""Fargate profiles and the role that their pods start with."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, ec2, eks

from bpc import home, roles
from bpc.diagnostics import Path
from bpc.kit import iam, image_cache
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, referred
from bpc.model import FargateProfile, Iam
from bpc.plan.shapes import Plan

SHARED = "FargatePodExecutionRole"  # of the profiles that say nothing of theirs


def fill(plan: Plan, sheet: Sheet) -> None:
    profiles = plan.blueprint.fargate_profiles
    before, usual = "", None
    for profile in profiles:
        if profile.iam:
            role = _role(logical_id(profile.name, SHARED), profile.iam, profile.at, plan, sheet)
        else:
            role = usual = usual or _role(SHARED, None, ("fargateProfiles",), plan, sheet)
        before = _profile(profile, role, plan, sheet, before)


def _role(title: str, wanted: Iam | None, at: Path, plan: Plan, sheet: Sheet) -> GetAtt | str:
    known = roles.Known(["AmazonEKSFargatePodExecutionRolePolicy"], policies=image_cache.policies(plan, always=True))
    return roles.add(title, iam.trusts_fargate(plan.name), wanted, plan, sheet, at, known)


def _profile(profile: FargateProfile, role: GetAtt | str, plan: Plan, sheet: Sheet, before: str) -> str:
    """A profile; EKS makes one at a time, so each waits for the one before."""
    tags = sheet.tag_map() | dict(sorted(profile.tags.items()))
    title = logical_id(profile.name, "FargateProfile")
    resource = eks.FargateProfile(
        title,
        **({"DependsOn": before} if before else {}),
        ClusterName=sheet.imported("cluster", "ClusterName"),
        FargateProfileName=profile.name,
        PodExecutionRoleArn=role,
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
