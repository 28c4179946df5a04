"""How the templates are delivered: by Git sync, as one template, as stack sets."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

NO_GIT_SYNC = rule(
    "BPC432",
    "no-git-sync-in-region",
    why="Git sync is in some Regions alone, as far as bpc knows (CloudFormation User Guide, Syncing stacks with "
    "source code stored in a Git repository with Git sync).",
    cure="Deploy the templates of this Region in another way; the files do no harm.",
    severity="warning",
)

IAM_IN_ONE = rule(
    "BPC435",
    "iam-stack-in-one-template",
    why="`layout: single` puts everything into one template, and `iamStack` the roles into another.",
    cure="Take one of the two away.",
)

# As of 2026-11-21.
GIT_SYNC = frozenset(
    """
    ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1
    eu-south-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    """.split()
)


def _git_sync(blueprint: Blueprint) -> Iterator[Diagnostic]:
    settings, region = blueprint.cloudformation.git_sync, blueprint.metadata.region
    if settings and region not in GIT_SYNC:
        yield NO_GIT_SYNC.at(settings.at, f"CloudFormation has no Git sync in {region}", key=True)


def _iam_stack(blueprint: Blueprint) -> Iterator[Diagnostic]:
    settings = blueprint.cloudformation
    if settings.iam_stack and settings.layout == "single":
        at = (*settings.at, "iamStack")
        yield IAM_IN_ONE.at(at, "with one template there is no stack for IAM alone", "use `layout: stacks`")


CHECKS = (_git_sync, _iam_stack)
