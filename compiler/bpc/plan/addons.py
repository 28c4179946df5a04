"""Which add-ons run, from which source, and what they are told about the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpc.addon import AddOn, Context
from bpc.model import AddOnRequest, Blueprint
from bpc.plan.shapes import PlannedAddOn

Catalogue = Callable[[str], type[AddOn]]


def planned(blueprint: Blueprint, partition: str, catalogue: Catalogue) -> Iterator[PlannedAddOn]:
    """The add-ons that the blueprint wants, each with its source decided."""
    for request in _wanted(blueprint, catalogue):
        entry = catalogue(request.name)
        source = request.options.get("source", entry.sources[0])
        yield PlannedAddOn(entry, request, source, _context(request, blueprint, partition))


def _wanted(blueprint: Blueprint, catalogue: Catalogue) -> Iterator[AddOnRequest]:
    """What the blueprint asks for, and the core add-ons that have something to run on and that nobody else brings."""
    alone = blueprint.cluster.auto_mode and not blueprint.node_groups
    for request in blueprint.addons:
        entry = catalogue(request.name)
        unasked = (alone and entry.in_auto_mode) or (entry.daemonset and not blueprint.has_nodes)
        if request.options["enabled"] and (request.explicit or not unasked):
            yield request


def _context(request: AddOnRequest, blueprint: Blueprint, partition: str) -> Context:
    return Context(
        cluster=blueprint.metadata.name,
        region=blueprint.metadata.region,
        partition=partition,
        version=blueprint.cluster.version,
        options=request.options,
        has_nodes=blueprint.has_nodes,
        has_internet=blueprint.network.topology != "private",
        nodes=sum(group.scaling.max for group in blueprint.node_groups),
        self_managed=any(not group.managed for group in blueprint.node_groups),
        has_windows=any(group.family == "windows" for group in blueprint.node_groups),
    )
