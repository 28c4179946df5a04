"""The control plane's components, identity provider and role: settings that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

PORT_RANGE = rule(
    "BPC722",
    "node-port-range",
    why="A range of ports begins with its smaller one.",
    cure="Exchange the two.",
)
PREFIX_WITHOUT_CLAIM = rule(
    "BPC723",
    "prefix-without-claim",
    why="A prefix stands before the names of groups, and no claim says where a token has these "
    "(Amazon EKS User Guide, Grant users access to Kubernetes with an external OIDC provider).",
    cure="Add groupsClaim, or take groupsPrefix away.",
)
SYSTEM_PREFIX = rule(
    "BPC724",
    "system-prefix",
    why="Names that begin with system: are Kubernetes' own; a provider that could say them could make administrators.",
    cure="Use another prefix, such as `oidc:`.",
)
GIVEN_ROLE = rule(
    "BPC841",
    "setting-of-a-role-that-is-not-made",
    why="The setting is for a role that the template makes; one that is given has its policies.",
    cure="Take the setting away, or the role's ARN.",
)
WINDOWS = rule(
    "BPC842",
    "windows-without-resource-controller",
    why="The control plane gives pods on Windows their addresses, by the policy AmazonEKSVPCResourceController (Amazon "
    "EKS User Guide, Deploy Windows nodes on EKS clusters).",
    cure="Take vpcResourceController away.",
)


def _ports(blueprint: Blueprint) -> Iterator[Diagnostic]:
    server = blueprint.cluster.kube_api_server
    ports = server.service_node_port_range if server else None
    if ports and ports.min_port > ports.max_port:
        yield PORT_RANGE.at(ports.at, f"{ports.min_port} is larger than {ports.max_port}", "exchange the two")


def _identity_provider(blueprint: Blueprint) -> Iterator[Diagnostic]:
    provider = blueprint.cluster.oidc_identity_provider
    if provider is None:
        return
    if provider.groups_prefix and not provider.groups_claim:
        yield PREFIX_WITHOUT_CLAIM.at((*provider.at, "groupsPrefix"), "there is no groupsClaim", "add it", key=True)
    for key, prefix in (("usernamePrefix", provider.username_prefix), ("groupsPrefix", provider.groups_prefix)):
        if prefix and prefix.startswith("system:"):
            yield SYSTEM_PREFIX.at((*provider.at, key), f"{prefix} is Kubernetes' own", "use another prefix")


def _roles(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster
    if cluster.role_arn and cluster.vpc_resource_controller is not None:
        said = "vpcResourceController does nothing beside iam.roleArn"
        yield GIVEN_ROLE.at((*cluster.at, "vpcResourceController"), said, key=True)
    if cluster.vpc_resource_controller is False and any(one.family == "windows" for one in blueprint.node_groups):
        yield WINDOWS.at((*cluster.at, "vpcResourceController"), "there are Windows nodes", "take this away")


CHECKS = (_ports, _identity_provider, _roles)
