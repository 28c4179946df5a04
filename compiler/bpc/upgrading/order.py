"""What to do after what: the control plane, then nodes and add-ons, then whoever talks to the cluster.

Amazon EKS User Guide, "Update existing cluster to new Kubernetes version", "Understand each phase of node updates" and
"Update an Amazon EKS add-on"; Kubernetes, Version Skew Policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bpc import facts
from bpc.difference.shapes import Difference
from bpc.output.stacks import Stacks
from bpc.upgrading.addons import NETWORKING, asked
from bpc.upgrading.shapes import AddOn, Todo


def of(
    environments: Sequence[Stacks], old: str, new: str, changes: Difference | None, moved: Sequence[AddOn]
) -> Iterator[Todo]:
    """The order for all of them together; what only some have is said of those."""
    if not environments:
        return
    yield _before(environments, old, new)
    yield Todo(
        "The blueprint",
        (
            "Change what is listed above, compile, and look at `bpc diff`. Let one environment go first: say "
            "`cluster.version` in its `with:`."
            if len(environments) > 1
            else "Change what is listed above, compile, and look at `bpc diff`.",
        ),
    )
    yield _control_plane(environments, old)
    if nodes := [*_nodes(environments, new)]:
        yield Todo("Nodes", ("A kubelet is never newer than the API server, so they come after it.", *nodes))
    if addons := [*_addons(environments, new, moved)]:
        yield addons[0]
    if manifests := _manifests(environments, changes):
        yield manifests
    yield _clients(environments, new)


def _before(environments: Sequence[Stacks], old: str, new: str) -> Todo:
    said = (
        f"Read what is new in Kubernetes {new}, and ask who of yours calls its API: controllers, operators, pipelines.",
        "EKS needs up to five free addresses in the cluster's subnets. These, the security groups and the cluster's "
        "role must be as they were, or the update fails and the version stays.",
        "A PodDisruptionBudget that lets no pod go keeps nodes from being replaced: look for one now.",
        *_support(environments, old),
    )
    wanted = {"categories": ["UPGRADE_READINESS"], "kubernetesVersions": [new]}
    filters = json.dumps(wanted, separators=(",", ":"))
    commands = tuple(
        f"aws eks list-insights --region {one.plan.region} --cluster-name {one.plan.name} --filter '{filters}'"
        for one in environments
    )
    return Todo("Before", said, tuple(dict.fromkeys(commands)))


def _support(environments: Sequence[Stacks], old: str) -> Iterator[str]:
    """What EKS does when the old version's time is over."""
    until = facts.kubernetes()[old]
    policies = {one.plan.blueprint.cluster.upgrade_policy for one in environments}
    if "standard" in policies:
        yield (
            f"With `upgradePolicy: standard`, EKS moves the control plane by itself once {old} has no standard support "
            f"any more ({until.standard_until})."
        )
    if "extended" in policies:
        yield (
            f"With `upgradePolicy: extended`, {old} costs more from {until.standard_until} on, and EKS moves the "
            f"control plane by itself after {until.extended_until}."
        )


def _control_plane(environments: Sequence[Stacks], old: str) -> Todo:
    said = [
        f"Update {_stacks(environments, 'cluster')}. EKS starts API servers of the new version beside the old ones and "
        f"checks them; where a check fails, the cluster stays {old}. Pods go on running.",
        "Neither node groups nor add-ons move with it.",
    ]
    if any(one.plan.blueprint.cluster.auto_mode for one in environments):
        said[-1] = (
            "Node groups and add-ons do not move with it; the nodes of Auto Mode do, and EKS replaces them itself."
        )
    return Todo("The control plane", tuple(said))


def _nodes(environments: Sequence[Stacks], new: str) -> Iterator[str]:
    """What becomes of each kind of node."""
    groups = {one.node_group.name: one.node_group for stacks in environments for one in stacks.plan.node_groups}
    follow = [one for one in groups.values() if not one.version]
    managed = [one for one in follow if one.managed and not one.ami_id]
    if managed:
        yield (
            f"Update {_stacks(environments, 'nodes')}. {_names([one.name for one in managed])}: EKS starts new nodes, "
            "cordons and drains the old ones, and ends them."
        )
        forced = [one.name for one in managed if one.update.force]
        gentle = [one.name for one in managed if not one.update.force]
        if gentle:
            yield f"{_names(gentle)}: fails where a PodDisruptionBudget forbids draining; `update.force` goes on."
        if forced:
            yield f"{_names(forced)}: goes on where a PodDisruptionBudget forbids draining (`update.force`)."
    if own := [one.name for one in follow if not one.managed]:
        yield (
            f"{_names(own)}: an Auto Scaling group of yours. Updated in place, CloudFormation replaces its nodes, and "
            "nothing but the node termination handler drains them; or make a second group, and move the pods to it."
        )
    if still := [f"{one.name} ({one.version})" for one in groups.values() if one.version]:
        yield f"{_names(still)}: stays, until its `version` is raised."
    yield from _others(environments, new)


def _others(environments: Sequence[Stacks], new: str) -> Iterator[str]:
    """Nodes that are not in groups."""
    if any(one.plan.blueprint.fargate_profiles for one in environments):
        yield "Fargate: a pod keeps its kubelet until it is made anew (`kubectl rollout restart`)."
    if any(addon.entry.name == "karpenter" for one in environments for addon in one.plan.addons):
        yield "Karpenter: where a NodeClass names its image by an alias, nodes drift and are replaced."
    if any(one.plan.blueprint.cluster.remote_network for one in environments):
        yield f"Hybrid nodes: `nodeadm upgrade {new}` on each."


def _addons(environments: Sequence[Stacks], new: str, moved: Sequence[AddOn]) -> Iterator[Todo]:
    """EKS add-ons; those whose version the blueprint leaves to EKS stay where they are until somebody moves them."""
    if not moved:
        return
    free, pinned = [one for one in moved if not one.pinned], [one.name for one in moved if one.pinned]
    said = [f"{_names(pinned)}: with the stack, to the version that the blueprint says."] if pinned else []
    if free:
        said.append(
            f"{_names([one.name for one in free])}: EKS took its default when it made them and moves none of them by "
            "itself; a stack that says no version does not either. Move each with the commands below, or say its "
            "`version`; one that has a newer version already stays."
        )
    if first := [one.name for one in moved if one.name in NETWORKING]:
        said.append(f"First {_names(first)}; vpc-cni one minor version at a time." if "vpc-cni" in first else "")
    default = "--query 'addons[].addonVersions[?compatibilities[0].defaultVersion].addonVersion' --output text"
    ask = f"{asked('NAME', new)} {default}"
    which = [(one.eks_name, one.version) for one in free if one.version]
    which += [] if len(which) == len(free) else [("NAME", "VERSION")]
    move = [
        f"aws eks update-addon --region {one.plan.region} --cluster-name {one.plan.name} --addon-name {name} "
        f"--addon-version {version} --resolve-conflicts PRESERVE"
        for one in environments
        for name, version in which
    ]
    yield Todo("Add-ons", tuple(filter(None, said)), (ask, *dict.fromkeys(move)) if free else ())


def _manifests(environments: Sequence[Stacks], changes: Difference | None) -> Todo | None:
    if not any(one.manifests for one in environments):
        return None
    if changes is None:
        return Todo("Manifests", ("What changes in them is known once the blueprint compiles.",))
    objects = [each for one in changes.environments.values() for each in one.objects]
    if not objects:
        return Todo("Manifests", ("None of them changes.",))
    engine = any(one.plan.blueprint.gitops and one.plan.blueprint.gitops.repository for one in environments)
    how = "Commit the output, and the engine applies it" if engine else "Apply the overlay"
    changed = sorted({f"{one.kind}/{one.name}" for one in objects})
    return Todo("Manifests", (f"{how}; changed: {_names(changed)}.",))


def _clients(environments: Sequence[Stacks], new: str) -> Todo:
    kubectl = facts.kubernetes()[new].kubectl
    said = [f"kubectl may be one minor version older or newer than the API server: {kubectl} fits."]
    if any(one.plan.blueprint.bastion and "kubectl" in one.plan.blueprint.bastion.tools for one in environments):
        hosts = _stacks(environments, "bastion")
        said.append(f"Update {hosts} for it. A host that has booted once reads its user data no more: make it anew.")
    return Todo("Clients", tuple(said))


def _stacks(environments: Sequence[Stacks], stack: str) -> str:
    """The name of a stack, in every environment."""
    names = dict.fromkeys(one.name(stack) for one in environments)
    return _names([f"the stack {name}" for name in names])


def _names(names: Sequence[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
