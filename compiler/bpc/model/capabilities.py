"""What EKS runs for a cluster beside the control plane: Auto Mode, and the capabilities Argo CD, ACK and kro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.iam import Iam
from bpc.model.node import Node, Reference


class AutoMode(Node):
    """`node_classes` and what follows are in the words of their manifests, and stay as they are said."""

    node_pools: tuple[str, ...]
    node_classes: tuple[Mapping[str, Any], ...]
    custom_node_pools: tuple[Mapping[str, Any], ...]
    ingress_classes: tuple[Mapping[str, Any], ...]
    iam: Iam | None

    @property
    def has_manifests(self) -> bool:
        return bool(self.node_classes or self.custom_node_pools or self.ingress_classes)

    @property
    def has_policies(self) -> bool:
        """Whether a node class speaks of network policies."""
        return any(key in one for one in self.node_classes for key in ("networkPolicy", "networkPolicyEventLogs"))

    @property
    def needs_role(self) -> bool:
        """Whether there are nodes that have the role of all."""
        return bool(self.node_pools) or any("roleArn" not in one for one in self.node_classes)


class Capability(Node):
    """What all capabilities have."""

    name: str
    iam: Iam | None
    tags: Mapping[str, str]


class IdentityCenter(Node):
    instance_arn: str
    region: str | None


class Identity(Node):
    id: str
    type: str


class RbacRoleMapping(Node):
    role: str
    identities: tuple[Identity, ...]


class ArgoCd(Capability):
    identity_center: IdentityCenter
    namespace: str
    vpc_endpoint_ids: tuple[Reference, ...]
    rbac_role_mappings: tuple[RbacRoleMapping, ...]


class Ack(Capability):
    disabled_services: tuple[str, ...]
    enable_cross_namespace: bool


class Kro(Capability):
    pass


class Capabilities(Node):
    argocd: ArgoCd | None
    ack: Ack | None
    kro: Kro | None
