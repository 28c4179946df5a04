"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

Field for field what `schemas/` accepts, which a test holds it to; one module a section of the language. A node is
built from its annotations (`bpc.build`), and knows its path in the document, so that a check can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpc.diagnostics import Path
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
    from bpc.model.delivery import DeliveryPipeline
    from bpc.model.existing import Existing
    from bpc.model.fargate import FargateProfile, Selector
    from bpc.model.findings import GuardDuty, ImageScanning
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
    from bpc.model.opensearch import DedicatedMaster, DomainLogging, OpenSearch
    from bpc.model.outpost import ControlPlanePlacement, EtcdPlacement, Outpost
    from bpc.model.permissions import Permission
    from bpc.model.pipeline import BuiltImage, Deploy, Pipeline, Source
    from bpc.model.prometheus import Collector, ManagedGrafana, Prometheus, PrometheusLogs, RuleGroup
    from bpc.model.security_groups import SecurityGroupRule
    from bpc.model.stack_sets import AutoDeployment, OperationPreferences, StackSets
    from bpc.model.storage import AccessPoint, FileSystem, Lifecycle, Lustre, SnapshotClass, Storage, StorageClass
    from bpc.model.teams import AllowedPath, Limit, NetworkPolicy, PolicyRule, Team, TeamAccess, TeamGitops

__all__ = [
    "Access",
    "AccessPoint",
    "AccessPolicy",
    "Ack",
    "AddOnRequest",
    "Alarm",
    "AllowedPath",
    "ArgoCd",
    "AutoDeployment",
    "AutoMode",
    "Bastion",
    "Blueprint",
    "Bootstrap",
    "BootstrapManifest",
    "Bottlerocket",
    "BuiltImage",
    "Capabilities",
    "Capability",
    "CapacityReservation",
    "CloudFormation",
    "Cluster",
    "Collector",
    "ControlPlanePlacement",
    "Credentials",
    "Data",
    "DedicatedMaster",
    "DeliveryPipeline",
    "Deploy",
    "Disk",
    "DomainLogging",
    "Download",
    "Endpoint",
    "EtcdPlacement",
    "Existing",
    "FargateProfile",
    "FileSystem",
    "FlowLogs",
    "GitSync",
    "Gitops",
    "GuardDuty",
    "Iam",
    "Identity",
    "IdentityCenter",
    "ImageScanning",
    "Images",
    "Ipv6",
    "Kro",
    "KubeApiServer",
    "KubeControllerManager",
    "KubeScheduler",
    "LaunchTemplate",
    "Lifecycle",
    "LifecycleHook",
    "Limit",
    "Logging",
    "Lustre",
    "ManagedGrafana",
    "Metadata",
    "MetadataOptions",
    "MetricsCollection",
    "MixedInstances",
    "Network",
    "NetworkPolicy",
    "Node",
    "NodeGroup",
    "NodeResourcesFit",
    "Observability",
    "OidcIdentityProvider",
    "OpenSearch",
    "OperationPreferences",
    "Outpost",
    "Override",
    "Overrides",
    "PerZone",
    "Permission",
    "Pipeline",
    "Placement",
    "PolicyRule",
    "Prefix",
    "Prometheus",
    "PrometheusLogs",
    "Proxy",
    "Query",
    "QuotaScope",
    "RbacRoleMapping",
    "Recipient",
    "RemoteNetwork",
    "Repair",
    "RepairOverride",
    "ResourceKind",
    "ResourceWeight",
    "Rollback",
    "RuleGroup",
    "Scaling",
    "ScalingPolicy",
    "Scope",
    "ScopedQuota",
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
    "Source",
    "Ssh",
    "StackSets",
    "Storage",
    "StorageClass",
    "SubnetRange",
    "SubnetTags",
    "Subnets",
    "Taint",
    "Team",
    "TeamAccess",
    "TeamGitops",
    "TransitGateway",
    "Update",
    "VpnGateway",
    "WarmPool",
]

# The homes of the nodes that few blueprints have. They are imported when somebody asks for one.
HOMES = {
    "auto_scaling": "LifecycleHook MetricsCollection MixedInstances ScalingPolicy WarmPool",
    "bastion": "Bastion Bootstrap BootstrapManifest Download SessionLog",
    "capabilities": "Ack ArgoCd AutoMode Capabilities Capability Identity IdentityCenter Kro RbacRoleMapping",
    "control_plane": "KubeApiServer KubeControllerManager KubeScheduler NodeResourcesFit OidcIdentityProvider "
    "ResourceWeight ScoringStrategy ServiceNodePortRange",
    "delivery": "DeliveryPipeline",
    "existing": "Existing",
    "fargate": "FargateProfile Selector",
    "findings": "GuardDuty ImageScanning",
    "gitops": "Gitops ResourceKind SecretRef",
    "hybrid": "Credentials RemoteNetwork",
    "iam": "Iam",
    "identity": "ServiceAccount",
    "images": "Images",
    "network_details": "FlowLogs Proxy TransitGateway VpnGateway",
    "node_details": "Bottlerocket CapacityReservation LaunchTemplate MetadataOptions Placement RepairOverride Ssh",
    "observability": "Alarm Observability Query Recipient Slack",
    "opensearch": "DedicatedMaster DomainLogging OpenSearch",
    "outpost": "ControlPlanePlacement EtcdPlacement Outpost",
    "permissions": "Permission",
    "pipeline": "BuiltImage Deploy Pipeline Source",
    "prometheus": "Collector ManagedGrafana Prometheus PrometheusLogs RuleGroup",
    "security_groups": "SecurityGroupRule",
    "stack_sets": "AutoDeployment OperationPreferences StackSets",
    "storage": "AccessPoint FileSystem Lifecycle Lustre SnapshotClass Storage StorageClass",
    "teams": "AllowedPath Limit NetworkPolicy PolicyRule QuotaScope ScopedQuota Team TeamAccess TeamGitops",
}
LAZY = {name: f"bpc.model.{home}" for home, names in HOMES.items() for name in names.split()}


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
    teams: tuple[Team, ...]
    # In the words of the language; `plan.apps` puts samples and defaults to them.
    apps: tuple[Mapping[str, Any] | str, ...]
    gitops: Gitops | None
    images: Images | None
    observability: Observability | None
    pipeline: Pipeline | None
    overrides: Overrides

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        wanted = data.get("bastion", {}).get("enabled")
        alone = "nodeGroups" not in data["mentioned"] and data["cluster"].get("autoMode", {}).get("enabled")
        groups = [] if alone else data["nodeGroups"]
        return {**data, "bastion": data["bastion"] if wanted else None, "nodeGroups": groups}

    @property
    def workloads(self) -> tuple[ServiceAccount, ...]:
        """All service accounts that have roles, those of teams among them."""
        return (*self.service_accounts, *(one for team in self.teams for one in team.service_accounts))

    @property
    def principals(self) -> tuple[tuple[Path, str], ...]:
        """Everybody who has an access entry, with the place that says so."""
        found: list[tuple[Path, str]] = [((*one.at, "principal"), one.principal) for one in self.cluster.access]
        for one in (one for team in self.teams for one in team.access):
            found += [((*one.at, "principals", place), name) for place, name in enumerate(one.principals)]
        return tuple(found)

    @property
    def has_nodes(self) -> bool:
        """Whether pods are on machines, as they will be where there is nothing yet, and not on Fargate alone."""
        return bool(self.node_groups or self.cluster.brings_nodes or not self.fargate_profiles)

    @property
    def is_bare(self) -> bool:
        """Whether nothing in the blueprint could run a pod."""
        return not (self.node_groups or self.cluster.brings_nodes or self.fargate_profiles)


if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> type[Node]:
        if name not in LAZY:
            raise AttributeError(f"{__name__} has no {name}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(LAZY[name]), name)
        return found
