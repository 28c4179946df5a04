"""What the collector of Amazon Managed Service for Prometheus finds in a cluster, and which rules of bpc's have a use.

Sources: kube-state-metrics and the node exporter of Prometheus, metrics; Amazon EKS User Guide, Fetch control plane raw
metrics in Prometheus format.
"""

from __future__ import annotations

from collections.abc import Mapping

from bpc.kit.record import Record
from bpc.plan.shapes import Plan

CONTAINERS, NODES, OBJECTS, CONTROL_PLANE = "containers", "nodes", "objects", "control-plane"
BOTH = ("kube-prometheus-stack",)


class Source(Record):
    """Metrics that begin alike, and the add-ons any of which offers them."""

    prefixes: tuple[str, ...]
    addons: tuple[str, ...]


SOURCES: Mapping[str, Source] = {
    NODES: Source(("node_",), ("prometheus-node-exporter", *BOTH)),
    OBJECTS: Source(("kube_",), ("kube-state-metrics", *BOTH)),
    CONTROL_PLANE: Source(("apiserver_", "scheduler_", "workqueue_"), ()),
    CONTAINERS: Source(("container_", "kubelet_"), ()),
}


def sources(plan: Plan) -> tuple[str, ...]:
    """Those that the collector reads."""
    wanted = plan.blueprint.observability and plan.blueprint.observability.prometheus
    if not wanted or not wanted.collector.enabled:
        return ()
    names = {one.entry.name for one in plan.addons}
    found = [CONTAINERS, *(key for key in (NODES, OBJECTS) if names & {*SOURCES[key].addons})]
    return (*found, CONTROL_PLANE) if wanted.collector.control_plane else tuple(found)
