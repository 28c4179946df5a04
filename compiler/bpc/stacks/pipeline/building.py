"""The projects that build images: one for each kind of machine, and one that joins what they have built."""

from __future__ import annotations

from awacs.aws import Statement

from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import Pipeline
from bpc.plan.shapes import Plan
from bpc.stacks.pipeline import ground, repositories, scripts, source

JOIN = "JoinProject"
PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    under = ground.of(plan)
    role = ground.role("BuildRole", under, sheet, _statements(wanted))
    for platform in wanted.platforms:
        ground.project(
            title(platform),
            f"Builds images for {platform}",
            under,
            sheet,
            role=role,
            spec=_spec(wanted, scripts.tag(wanted.overlays), scripts.BUILD),
            platform=platform,
            compute=wanted.compute_type,
            docker=True,
        )
    if any(one.is_joined for one in wanted.images):
        said = "Makes one tag of what was built for each platform"
        spec = _spec(wanted, scripts.tag(wanted.overlays), scripts.JOIN)
        ground.project(JOIN, said, under, sheet, role=role, spec=spec)


def title(platform: str) -> str:
    return logical_id(platform, "Project")


def _spec(wanted: Pipeline, *parts: str) -> str:
    return scripts.spec(*parts, setup=[scripts.LOGIN], git=wanted.commits_to_source)


def _statements(wanted: Pipeline) -> list[Statement]:
    return [
        iam.allow_anywhere("ecr:GetAuthorizationToken"),
        iam.allow(*PUSH, on=repositories.arns(wanted), sid="PushImages"),
        *(source.clone(wanted.source) if wanted.commits_to_source else ()),
    ]
