"""Which add-ons run, from which source, and what they are told about the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bpc import facts
from bpc.addon import AddOn, Context
from bpc.model import AddOnRequest, Blueprint
from bpc.plan import identity
from bpc.plan.shapes import PlannedAddOn

if TYPE_CHECKING:
    from bpc.model import Iam
    from bpc.model.identity import PodIdentityAssociation

AGENT = "eks-pod-identity-agent"

Catalogue = Callable[[str], type[AddOn]]


def planned(blueprint: Blueprint, partition: str, catalogue: Catalogue) -> Iterator[PlannedAddOn]:
    """The add-ons that the blueprint wants, each with its source decided."""
    wanted = tuple(_wanted(blueprint, catalogue))
    names = frozenset(request.name for request in wanted)
    for request in wanted:
        entry = catalogue(request.name)
        source = entry.chosen_source(request.options)
        context = _context(request, entry, blueprint, partition).replace(others=names - {request.name})
        made = PlannedAddOn(entry, request, source, context, _iam(request), _associations(request))
        yield identity.addon(made, blueprint, partition)


def _discovery(blueprint: Blueprint) -> str:
    """The value of the tag of the nodes' subnets, which the network puts there for an add-on that looks for it."""
    network = blueprint.network
    said = network.karpenter_discovery if isinstance(network.karpenter_discovery, str) else ""
    return "" if network.existing else said or blueprint.metadata.name


def _iam(request: AddOnRequest) -> Iam | None:
    """What the blueprint says of the role of an add-on, if it says anything."""
    given = request.options.get("iam")
    if given is None:
        return None
    from bpc import build
    from bpc.model.iam import Iam

    made: Iam = build.node(Iam, (*request.at, "iam"), given, {})
    return made


def _associations(request: AddOnRequest) -> tuple[PodIdentityAssociation, ...]:
    given = request.options.get("podIdentityAssociations", ())
    if not given:
        return ()
    from bpc import build
    from bpc.model.identity import PodIdentityAssociation

    at = (*request.at, "podIdentityAssociations")
    return tuple(build.node(PodIdentityAssociation, (*at, place), one, {}) for place, one in enumerate(given))


def _wanted(blueprint: Blueprint, catalogue: Catalogue) -> Iterator[AddOnRequest]:
    """What the blueprint asks for, and the core add-ons that have something to run on and that nobody else brings."""
    alone = blueprint.cluster.auto_mode and not blueprint.node_groups
    for request in blueprint.addons:
        entry = catalogue(request.name)
        homeless = entry.daemonset and not blueprint.has_nodes
        # What runs on every node is there before the first one; anything else would keep its stack waiting.
        early = blueprint.is_bare and not entry.daemonset
        unasked = homeless or early or blueprint.cluster.outpost or (alone and entry.in_auto_mode)
        # Nobody would ask the agent.
        unasked = unasked or (request.name == AGENT and blueprint.cluster.identity == identity.IRSA)
        if request.options["enabled"] and (request.explicit or not unasked):
            yield request


def _context(request: AddOnRequest, entry: type[AddOn], blueprint: Blueprint, partition: str) -> Context:
    return Context(
        cluster=blueprint.metadata.name,
        region=blueprint.metadata.region,
        partition=partition,
        version=blueprint.cluster.version,
        options=request.options,
        has_nodes=blueprint.has_nodes,
        has_internet=blueprint.network.has_internet and not facts.isolated(partition),
        nodes=sum(group.scaling.max for group in blueprint.node_groups),
        self_managed=any(not group.managed for group in blueprint.node_groups),
        ip_family=blueprint.network.ip_family,
        volume_keys=blueprint.storage.keys("ebs") if blueprint.storage else (),
        has_windows=any(group.family == "windows" for group in blueprint.node_groups),
        accelerated=_accelerated(entry.accelerator, blueprint) if entry.accelerator else (),
        metadata_groups=_metadata_groups(blueprint) if entry.reads_metadata else (),
        namespace=str(request.options.get("namespace") or entry.namespace),
        discovery=_discovery(blueprint),
        tags=blueprint.metadata.tags,
        bare=blueprint.is_bare,
        mirror=_mirror(blueprint),
        home=(blueprint.gitops.namespace or "") if blueprint.gitops else "",
        search_domain=_search_domain(blueprint) if entry.indices(request.options) else "",
        vpc_name="" if blueprint.network.existing else f"{blueprint.metadata.name}-VPC",
    )


def _mirror(blueprint: Blueprint) -> str:
    """Where an engine's charts are told to pull from; what is vendored is rewritten afterwards."""
    gitops, images = blueprint.gitops, blueprint.images
    if gitops is None or images is None or not gitops.installs_charts:
        return ""
    return images.address(blueprint.account, blueprint.metadata.region)


def _search_domain(blueprint: Blueprint) -> str:
    watched = blueprint.observability
    return watched.open_search.domain_name if watched and watched.open_search else ""


def _metadata_groups(blueprint: Blueprint) -> tuple[str, ...]:
    """Those that EKS labels by name, and whose launch template lets an answer come as far as a pod."""
    groups = (one for one in blueprint.node_groups if one.managed and one.family != "windows")
    return tuple(one.name for one in groups if one.pods_read_metadata)


def _accelerated(kind: str, blueprint: Blueprint) -> tuple[str, ...]:
    """The instance types with an accelerator for which the node's image brings no device plugin."""
    groups = [one for one in blueprint.node_groups if one.offers(kind) and one.family != "bottlerocket"]
    return tuple(sorted({type for one in groups for type in one.instance_types}))
