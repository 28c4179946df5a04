"""What whoever pulls an image through Amazon ECR's cache for the first time has to be allowed.

Amazon ECR User Guide, IAM permissions required to sync an upstream registry: ecr:BatchImportUpstreamImage is in the
managed policies for nodes, to make the repository is not; and where repositories get tags, to tag it is asked for too.
The registry's own policy could say the same, but an account has one of it in a Region, and it is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpc.kit import iam

if TYPE_CHECKING:
    from awacs.aws import PolicyDocument

    from bpc.plan.shapes import Plan

NAME = "PullThroughCache"
MAKE = ("ecr:CreateRepository",)
# For repositories with tags.
TAGGED = (*MAKE, "ecr:TagResource")


def repositories(prefix: str) -> Any:
    """The repositories that the cache makes."""
    return iam.arn(f"ecr:repository/{prefix}/*")


def policies(plan: Plan, always: bool = False) -> Mapping[str, PolicyDocument]:
    """By its name, the policy of a role whose bearer pulls images; `always` for one that may import none otherwise."""
    images = plan.blueprint.images
    if images is None or not images.cached:
        return {}
    own = TAGGED if plan.blueprint.metadata.tags else MAKE
    actions = (*(["ecr:BatchImportUpstreamImage"] if always else []), *own)
    return {NAME: iam.document([iam.allow(*actions, on=[repositories(images.prefix)])])}
