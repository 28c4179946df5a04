"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

Field for field what `schemas/` accepts, which a test holds it to; one module a section of the language. A node is
built from its annotations (`bpc.build`), and knows its path in the document, so that a check can point at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.model.addons import AddOnRequest
from bpc.model.cloudformation import CloudFormation, GitSync
from bpc.model.cluster import Access, AccessPolicy, Cluster, Endpoint, Logging, Rollback, Scope, SecretsEncryption
from bpc.model.metadata import Metadata
from bpc.model.network import Ipv6, Network, PerZone, Prefix, SubnetRange, Subnets, SubnetTags
from bpc.model.node import Data, Node
from bpc.model.node_groups import Disk, NodeGroup, Repair, Scaling, Taint, Update
from bpc.model.overrides import Override, Overrides

if TYPE_CHECKING:
    from bpc.model.auto_scaling import LifecycleHook, MetricsCollection, MixedInstances, ScalingPolicy, WarmPool
    from bpc.model.bastion import Bastion, Bootstrap, BootstrapManifest, Download, SessionLog
    from bpc.model.capabilities import (
        Ack,
        ArgoCd,
        AutoMode,
        Capabilities,
        Capability,
        Identity,
        IdentityCenter,
        Kro,
        RbacRoleMapping,
    )
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
    from bpc.model.existing import Existing
    from bpc.model.fargate import FargateProfile, Selector
    from bpc.model.gitops import Gitops, ResourceKind, SecretRef
    from bpc.model.hybrid import Credentials, RemoteNetwork
    from bpc.model.iam import Iam
    from bpc.model.identity import ServiceAccount
    from bpc.model.images import Images
    from bpc.model.network_details import FlowLogs, Proxy, TransitGateway, VpnGateway
    from bpc.model.node_details import (
        Bottlerocket,
        CapacityReservation,
        LaunchTemplate,
        MetadataOptions,
        Placement,
        RepairOverride,
        Ssh,
    )
    from bpc.model.observability import Alarm, Observability, Query, Recipient, Slack
    from bpc.model.outpost import ControlPlanePlacement, EtcdPlacement, Outpost
    from bpc.model.permissions import Permission
    from bpc.model.security_groups import SecurityGroupRule
    from bpc.model.stack_sets import AutoDeployment, OperationPreferences, StackSets
    from bpc.model.storage import AccessPoint, FileSystem, Lifecycle, Lustre, SnapshotClass, Storage, StorageClass

__all__ = [
    "Access",
    "AccessPoint",
    "AccessPolicy",
    "Ack",
    "AddOnRequest",
    "Alarm",
    "ArgoCd",
    "AutoDeployment",
    "AutoMode",
    "Bastion",
    "Blueprint",
    "Bootstrap",
    "BootstrapManifest",
    "Bottlerocket",
    "Capabilities",
    "Capability",
    "CapacityReservation",
    "CloudFormation",
    "Cluster",
    "ControlPlanePlacement",
    "Credentials",
    "Data",
    "Disk",
    "Download",
    "Endpoint",
    "EtcdPlacement",
    "Existing",
    "FargateProfile",
    "FileSystem",
    "FlowLogs",
    "GitSync",
    "Gitops",
    "Iam",
    "Identity",
    "IdentityCenter",
    "Images",
    "Ipv6",
    "Kro",
    "KubeApiServer",
    "KubeControllerManager",
    "KubeScheduler",
    "LaunchTemplate",
    "Lifecycle",
    "LifecycleHook",
    "Logging",
    "Lustre",
    "Metadata",
    "MetadataOptions",
    "MetricsCollection",
    "MixedInstances",
    "Network",
    "Node",
    "NodeGroup",
    "NodeResourcesFit",
    "Observability",
    "OidcIdentityProvider",
    "OperationPreferences",
    "Outpost",
    "Override",
    "Overrides",
    "PerZone",
    "Permission",
    "Placement",
    "Prefix",
    "Proxy",
    "Query",
    "RbacRoleMapping",
    "Recipient",
    "RemoteNetwork",
    "Repair",
    "RepairOverride",
    "ResourceKind",
    "ResourceWeight",
    "Rollback",
    "Scaling",
    "ScalingPolicy",
    "Scope",
    "ScoringStrategy",
    "SecretRef",
    "SecretsEncryption",
    "SecurityGroupRule",
    "Selector",
    "ServiceAccount",
    "ServiceNodePortRange",
    "SessionLog",
    "Slack",
    "SnapshotClass",
    "Ssh",
    "StackSets",
    "Storage",
    "StorageClass",
    "SubnetRange",
    "SubnetTags",
    "Subnets",
    "Taint",
    "TransitGateway",
    "Update",
    "VpnGateway",
    "WarmPool",
]

# The homes of the nodes that few blueprints have. They are imported when somebody asks for one.
LAZY = {
    "AccessPoint": "bpc.model.storage",
    "Ack": "bpc.model.capabilities",
    "ArgoCd": "bpc.model.capabilities",
    "AutoMode": "bpc.model.capabilities",
    "Bastion": "bpc.model.bastion",
    "Bootstrap": "bpc.model.bastion",
    "BootstrapManifest": "bpc.model.bastion",
    "Bottlerocket": "bpc.model.node_details",
    "Capabilities": "bpc.model.capabilities",
    "Capability": "bpc.model.capabilities",
    "CapacityReservation": "bpc.model.node_details",
    "ControlPlanePlacement": "bpc.model.outpost",
    "Credentials": "bpc.model.hybrid",
    "Download": "bpc.model.bastion",
    "EtcdPlacement": "bpc.model.outpost",
    "Existing": "bpc.model.existing",
    "FargateProfile": "bpc.model.fargate",
    "FileSystem": "bpc.model.storage",
    "FlowLogs": "bpc.model.network_details",
    "Gitops": "bpc.model.gitops",
    "Iam": "bpc.model.iam",
    "ResourceKind": "bpc.model.gitops",
    "SecretRef": "bpc.model.gitops",
    "Identity": "bpc.model.capabilities",
    "IdentityCenter": "bpc.model.capabilities",
    "Images": "bpc.model.images",
    "Kro": "bpc.model.capabilities",
    "KubeApiServer": "bpc.model.control_plane",
    "KubeControllerManager": "bpc.model.control_plane",
    "KubeScheduler": "bpc.model.control_plane",
    "LaunchTemplate": "bpc.model.node_details",
    "Lifecycle": "bpc.model.storage",
    "LifecycleHook": "bpc.model.auto_scaling",
    "Lustre": "bpc.model.storage",
    "MetadataOptions": "bpc.model.node_details",
    "MetricsCollection": "bpc.model.auto_scaling",
    "MixedInstances": "bpc.model.auto_scaling",
    "NodeResourcesFit": "bpc.model.control_plane",
    "OidcIdentityProvider": "bpc.model.control_plane",
    "Alarm": "bpc.model.observability",
    "Observability": "bpc.model.observability",
    "Query": "bpc.model.observability",
    "Recipient": "bpc.model.observability",
    "Slack": "bpc.model.observability",
    "Outpost": "bpc.model.outpost",
    "Permission": "bpc.model.permissions",
    "Placement": "bpc.model.node_details",
    "Proxy": "bpc.model.network_details",
    "RbacRoleMapping": "bpc.model.capabilities",
    "RemoteNetwork": "bpc.model.hybrid",
    "RepairOverride": "bpc.model.node_details",
    "ResourceWeight": "bpc.model.control_plane",
    "ScalingPolicy": "bpc.model.auto_scaling",
    "ScoringStrategy": "bpc.model.control_plane",
    "SecurityGroupRule": "bpc.model.security_groups",
    "Selector": "bpc.model.fargate",
    "ServiceAccount": "bpc.model.identity",
    "ServiceNodePortRange": "bpc.model.control_plane",
    "SessionLog": "bpc.model.bastion",
    "SnapshotClass": "bpc.model.storage",
    "Ssh": "bpc.model.node_details",
    "StackSets": "bpc.model.stack_sets",
    "AutoDeployment": "bpc.model.stack_sets",
    "OperationPreferences": "bpc.model.stack_sets",
    "Storage": "bpc.model.storage",
    "StorageClass": "bpc.model.storage",
    "TransitGateway": "bpc.model.network_details",
    "VpnGateway": "bpc.model.network_details",
    "WarmPool": "bpc.model.auto_scaling",
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
    storage: Storage | None
    addons: tuple[AddOnRequest, ...]
    service_accounts: tuple[ServiceAccount, ...]
    gitops: Gitops | None
    images: Images | None
    observability: Observability | None
    overrides: Overrides

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        wanted = data.get("bastion", {}).get("enabled")
        alone = "nodeGroups" not in data["mentioned"] and data["cluster"].get("autoMode", {}).get("enabled")
        groups = [] if alone else data["nodeGroups"]
        return {**data, "bastion": data["bastion"] if wanted else None, "nodeGroups": groups}

    @property
    def has_nodes(self) -> bool:
        """Whether pods are on machines: of node groups, of EKS Auto Mode, or such as join from elsewhere.

        A cluster with nothing but Fargate profiles has none; one with nothing at all waits for its nodes.
        """
        cluster = self.cluster
        joined = cluster.auto_mode or cluster.remote_network or cluster.outpost
        return bool(self.node_groups or joined or not self.fargate_profiles)

    @property
    def is_bare(self) -> bool:
        """Whether nothing in the blueprint could run a pod."""
        cluster = self.cluster
        joined = cluster.auto_mode or cluster.remote_network or cluster.outpost
        return not (self.node_groups or joined or self.fargate_profiles)


if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> type[Node]:
        if name not in LAZY:
            raise AttributeError(f"{__name__} has no {name}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(LAZY[name]), name)
        return found
