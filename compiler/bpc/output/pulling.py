"""What the README says of a mirror: where nodes pull images from, and how the images get there."""

from __future__ import annotations

from bpc.output.stacks import Stacks
from bpc.plan import images

FIRST = (
    "Amazon ECR fetches an image with its first pull, which a network without internet may not let through. So pull "
    "each of them there once from somewhere else, before the nodes do."
)
BEFORE = "They have to be there before the nodes are; crane is a tool that copies them for every architecture:"


def needs_help(stacks: Stacks) -> bool:
    """Whether the cache cannot be sure of a way for the first pull."""
    wanted = stacks.plan.blueprint.images
    return bool(wanted and wanted.cached and not stacks.plan.blueprint.network.has_internet)


def said(stacks: Stacks) -> str:
    """Nothing where there is no mirror."""
    mirror, wanted = images.address(stacks.plan), stacks.plan.blueprint.images
    if not mirror or not wanted or not images.moved(stacks.plan):
        return ""
    file = f"images/{stacks.environment}.txt"
    parts = ["## Images", f"Nodes pull what `{file}` lists from `{mirror}/`, each by its whole name below that."]
    if not wanted.cached:
        parts += [BEFORE, _each(file, f'crane copy "$image" "{mirror}/${{image%@*}}"')]
    elif needs_help(stacks):
        region, host = stacks.plan.region, mirror.partition("/")[0]
        login = f"aws ecr get-login-password --region {region} |\n  docker login --username AWS --password-stdin {host}"
        parts += [f"{FIRST} Once there is the stack `{stacks.name('images')}`:"]
        parts += [_each(file, f'docker pull "{mirror}/$image"', login)]
    return "\n\n".join(parts)


def _each(file: str, command: str, *before: str) -> str:
    lines = ["```sh", *before, f"grep -v '^#' {file} | while read -r image; do", f"  {command}", "done", "```"]
    return "\n".join(lines)
