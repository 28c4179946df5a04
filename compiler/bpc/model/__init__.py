"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

Field for field what `schemas/` accepts, which a test holds it to; one module a section of the language. A node is
built from its annotations (`bpc.build`), and knows its path in the document, so that a check can point at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.model.addons import AddOnRequest
from bpc.model.cloudformation import CloudFormation
from bpc.model.cluster import Access, AccessPolicy, Cluster, Endpoint, Logging, Rollback, Scope, SecretsEncryption
from bpc.model.metadata import Metadata
from bpc.model.network import Network, Subnets
from bpc.model.node import Data, Node
from bpc.model.node_groups import Disk, NodeGroup, Scaling, Taint, Update
from bpc.model.overrides import Override, Overrides

if TYPE_CHECKING:
    from bpc.model.bastion import Bastion
    from bpc.model.control_plane import (
        KubeApiServer,
        KubeControllerManager,
        KubeScheduler,
        NodeResourcesFit,
        OidcIdentityProvider,
        ResourceWeight,
        ScoringStrategy,
        ServiceNodePortRange,
    )
    from bpc.model.fargate import FargateProfile, Selector
    from bpc.model.node_details import Bottlerocket, CapacityReservation, LaunchTemplate, MetadataOptions, Ssh

__all__ = [
    "Access",
    "AccessPolicy",
    "AddOnRequest",
    "Bastion",
    "Blueprint",
    "Bottlerocket",
    "CapacityReservation",
    "CloudFormation",
    "Cluster",
    "Data",
    "Disk",
    "Endpoint",
    "FargateProfile",
    "KubeApiServer",
    "KubeControllerManager",
    "KubeScheduler",
    "LaunchTemplate",
    "Logging",
    "Metadata",
    "MetadataOptions",
    "Network",
    "Node",
    "NodeGroup",
    "NodeResourcesFit",
    "OidcIdentityProvider",
    "Override",
    "Overrides",
    "ResourceWeight",
    "Rollback",
    "Scaling",
    "Scope",
    "ScoringStrategy",
    "SecretsEncryption",
    "Selector",
    "ServiceNodePortRange",
    "Ssh",
    "Subnets",
    "Taint",
    "Update",
]

# The homes of the nodes that few blueprints have. They are imported when somebody asks for one.
LAZY = {
    "Bastion": "bpc.model.bastion",
    "Bottlerocket": "bpc.model.node_details",
    "CapacityReservation": "bpc.model.node_details",
    "FargateProfile": "bpc.model.fargate",
    "KubeApiServer": "bpc.model.control_plane",
    "KubeControllerManager": "bpc.model.control_plane",
    "KubeScheduler": "bpc.model.control_plane",
    "NodeResourcesFit": "bpc.model.control_plane",
    "OidcIdentityProvider": "bpc.model.control_plane",
    "ResourceWeight": "bpc.model.control_plane",
    "ScoringStrategy": "bpc.model.control_plane",
    "Selector": "bpc.model.fargate",
    "ServiceNodePortRange": "bpc.model.control_plane",
    "LaunchTemplate": "bpc.model.node_details",
    "MetadataOptions": "bpc.model.node_details",
    "Ssh": "bpc.model.node_details",
}


class Blueprint(Node):
    """One platform in one place: the blueprint with an environment's `with:` merged over it."""

    environment: str
    account: str | None
    metadata: Metadata
    cloudformation: CloudFormation
    network: Network
    bastion: Bastion | None
    cluster: Cluster
    node_groups: tuple[NodeGroup, ...]
    fargate_profiles: tuple[FargateProfile, ...]
    addons: tuple[AddOnRequest, ...]
    overrides: Overrides

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        wanted = data.get("bastion", {}).get("enabled")
        return {**data, "bastion": data["bastion"] if wanted else None}


if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> type[Node]:
        if name not in LAZY:
            raise AttributeError(f"{__name__} has no {name}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(LAZY[name]), name)
        return found
