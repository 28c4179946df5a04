"""The pull through cache of Amazon ECR: a rule for each registry, and what the repositories are like that it makes.

Amazon ECR User Guide, Sync an upstream registry, Repository creation templates. Tags stay mutable, for the cache moves
them when the upstream registry does. No lifecycle policy takes images away: a network without internet could not
fetch them again. The repositories themselves belong to no stack, and stay when the stack goes.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt
from troposphere.iam import Role

from bpc.facts import registries
from bpc.kit import iam, image_cache
from bpc.kit.sheet import Sheet
from bpc.model import Images
from bpc.plan import images
from bpc.plan.shapes import Plan
from bpc.stack import Stack

ROLE = "RepositoryCreationRole"


class ImageCache(Stack):
    """pull through cache for container images"""

    name = "images"
    number = 25

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.blueprint.images and plan.blueprint.images.cached and images.registries(plan))

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        wanted = plan.blueprint.images
        assert wanted
        _repositories(wanted, plan, sheet)
        for registry in images.registries(plan):
            _rule(registry, wanted, sheet)


def _rule(registry: str, wanted: Images, sheet: Sheet) -> None:
    from troposphere import ecr

    upstream = registries.upstream_registry(registry)
    assert upstream, "the plan has no registry that is not cached"
    secret = wanted.credentials.get(registry)
    rule = ecr.PullThroughCacheRule(
        upstream.id,
        EcrRepositoryPrefix=f"{wanted.prefix}/{registry}",
        UpstreamRegistry=upstream.name,
        UpstreamRegistryUrl=upstream.url,
        **({"CredentialArn": secret} if secret else {}),
    )
    at = (*wanted.at, "credentials" if secret else "mirror")
    # The first pull makes a repository, which then stays as it is made.
    rule.resource["DependsOn"] = "RepositoryTemplate"
    sheet.add(rule, at)


def _repositories(wanted: Images, plan: Plan, sheet: Sheet) -> None:
    """Encrypted with the keys of Amazon ECR. Tags are put on by a role (Create an IAM role for templates)."""
    from troposphere import ecr

    at = (*wanted.at, "mirror")
    template: dict[str, Any] = {
        "Prefix": wanted.prefix,
        "AppliedFor": ["PULL_THROUGH_CACHE"],
        "Description": f"Images that {plan.name} pulls",
        "EncryptionConfiguration": ecr.EncryptionConfiguration(EncryptionType="AES256"),
        "ImageTagMutability": "MUTABLE",
    }
    if plan.blueprint.metadata.tags:
        template |= {"CustomRoleArn": GetAtt(_role(wanted, plan, sheet), "Arn"), "ResourceTags": sheet.tags()}
    sheet.add(ecr.RepositoryCreationTemplate("RepositoryTemplate", **template), at)


def _role(wanted: Images, plan: Plan, sheet: Sheet) -> Role:
    role = iam.role(
        ROLE,
        iam.trusts("ecr.amazonaws.com"),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(ROLE),
        statements=[iam.allow(*image_cache.TAGGED, on=[image_cache.repositories(wanted.prefix)])],
        policy_name="CreateRepositories",
    )
    sheet.add(role, (*wanted.at, "mirror"))
    return role
