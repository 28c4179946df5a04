"""What to change in the blueprint for another version of Kubernetes, and what is fixed there and must be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Path
from bpc.environments import Place
from bpc.model import NodeGroup
from bpc.output.stacks import Stacks
from bpc.plan.shapes import PlannedAddOn
from bpc.upgrading import addons
from bpc.upgrading.shapes import Edit
from bpc.upgrading.versions import number

# Kubernetes, Version Skew Policy: minor versions that a kubelet may be older than the API server.
MOST_BEHIND = 3


def needed(place: Place, stacks: Stacks, version: str) -> Iterator[Edit]:
    """Everything in one environment that names a version, or an image that is for one."""
    yield _edit(place, ("cluster", "version"), f'cluster.version becomes "{version}"')
    for group in (one.node_group for one in stacks.plan.node_groups):
        name, at = group.name, group.at
        if group.version:
            behind = number(version)[1] - number(group.version)[1]
            late = f"{group.version} is {behind} behind, and at most {MOST_BEHIND} may be: raise it first"
            wait = f"{group.version} stays, {behind} behind; raise it once the control plane is there"
            yield _edit(place, (*at, "version"), f"the nodes of {name}: {late if behind > MOST_BEHIND else wait}")
        if group.release_version:
            said = f"the nodes of {name}: a release of the image for {version}{_asked(group, stacks, version)}"
            yield _edit(place, (*at, "releaseVersion"), said)
        if group.ami_id:
            yield _edit(place, (*at, "amiId"), f"the nodes of {name}: an image of yours with the kubelet of {version}")
        if group.ami_parameter:
            wanted = f"see that the parameter holds an image with the kubelet of {version}"
            yield _edit(place, (*at, "amiParameter"), f"the nodes of {name}: {wanted}")
    for addon in stacks.plan.addons:
        yield from _pinned(place, addon, version)


def _asked(group: NodeGroup, stacks: Stacks, version: str) -> str:
    """Who says which release is the newest (Amazon EKS User Guide, Retrieve recommended Amazon Linux AMI IDs;
    Bottlerocket documentation, SSM parameters)."""
    image = facts.node_images(group.ami).get(group.architecture, {}).get(group.variant)
    path, _, last = image.parameter.rpartition("/") if image else ("", "", "")
    key = {"recommended": "release_version", "latest": "image_version"}.get(path.rpartition("/")[2])
    if not key or last != "image_id":
        return ""
    wanted = f"{path.format(version=version)}/{key}"
    command = (
        f"aws ssm get-parameter --region {stacks.plan.region} --name {wanted} --query Parameter.Value --output text"
    )
    return f", which `{command}` says"


def _pinned(place: Place, addon: PlannedAddOn, version: str) -> Iterator[Edit]:
    """An add-on whose version the blueprint says."""
    pinned = addon.request.options.get("version")
    if not pinned:
        return
    name = addon.entry.name
    said = f"see that this version of the chart is for Kubernetes {version}"
    if addon.source == "eks":
        said = addons.pinned(addon.entry.eks_name or name, str(pinned), version)
    if said:
        yield _edit(place, (*addon.request.at, "version"), f"{name} {pinned}: {said}")


def _edit(place: Place, path: Path, said: str) -> Edit:
    written = place.document.placed(path)
    there = written in place.document.values or written in place.document.keys
    span = place.document.locate(written) if there else None
    return Edit(written, span, said if there else f"{said}; it is not written yet", (place.name,))
