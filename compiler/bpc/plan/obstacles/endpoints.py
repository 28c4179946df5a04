"""VPC endpoints that cannot be, and those that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.checks.nearest import meant
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.naming import logical_id
from bpc.model.network import PRIVATE_CLUSTER
from bpc.plan import endpoints
from bpc.plan.shapes import Plan

NOT_HERE = rule(
    "BPC700",
    "endpoint-not-in-region",
    why="AWS PrivateLink does not have every service in every Region (the services' own guides; "
    "`compiler/bpc/facts/endpoints.json` names them).",
    cure="Leave it out, give the network another way to the service, or use another Region.",
)
SAME_NAME = rule(
    "BPC701",
    "endpoint-twice",
    why="Two endpoints with one private DNS name cannot be in a VPC, and dots and hyphens alone do not tell services "
    "apart.",
    cure="Take one of the two away.",
)
MISSING = rule(
    "BPC702",
    "endpoint-missing",
    why="Without NAT, private subnets reach only the AWS services that have an endpoint in the VPC.",
    cure="Add `private-cluster` to the endpoints, which stands for whatever the blueprint needs.",
    severity="warning",
)
UNUSED = rule(
    "BPC703",
    "endpoint-setting-unused",
    why="This setting is for VPC endpoints, and the network gets none that it would be for.",
    cure="Add endpoints, or take the setting away.",
)
UNKNOWN = rule(
    "BPC912",
    "endpoint-unknown",
    why="The facts name no VPC endpoint of this service, but one of a name like it. AWS has more endpoints than the "
    "facts, so it is written as it is; where there is none, the network stack fails.",
    cure="Look the name up in the AWS PrivateLink guide, AWS services that integrate with AWS PrivateLink.",
    severity="warning",
)


def _regions(plan: Plan) -> Iterator[Diagnostic]:
    for service in plan.endpoints:
        if not facts.has_endpoint(service, plan.region):
            said = f"{service} has no VPC endpoint in {plan.region}"
            if service in plan.blueprint.network.endpoints:
                yield NOT_HERE.at(_place(plan, service), said, "take it away")
            else:
                part = ".".join(map(str, endpoints.needed(plan)[service]))
                yield NOT_HERE.at(_place(plan), f"{said}, and {part} calls it", "list those that are there")


def _names(plan: Plan) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    listed = [one for one in plan.blueprint.network.endpoints if one != PRIVATE_CLUSTER]
    for service in dict.fromkeys((*sorted({*plan.endpoints} - {*listed}), *listed)):
        other = seen.setdefault(logical_id(service), service)
        if other != service:
            yield SAME_NAME.at(_place(plan, service), f"{service} and {other} would be one endpoint", "take one away")


def _unknown(plan: Plan) -> Iterator[Diagnostic]:
    listed = [one for one in plan.blueprint.network.endpoints if one != PRIVATE_CLUSTER]
    known = facts.known_endpoints() if listed else {*listed}
    for service in listed:
        if service not in known and (help := meant(service, known)):
            yield UNKNOWN.at(_place(plan, service), f"bpc knows of no VPC endpoint of {service}", help)


def _missing(plan: Plan) -> Iterator[Diagnostic]:
    network = plan.blueprint.network
    if network.existing or network.nat != "none" or network.is_attached or not _is_in_private(plan):
        return
    if missing := sorted({*endpoints.needed(plan)} - {*plan.endpoints}):
        said = f"nothing leads to {', '.join(missing)} from the private subnets"
        yield MISSING.at((*network.at, "endpoints"), said, f"add {PRIVATE_CLUSTER}", key=True)


def _unused(plan: Plan) -> Iterator[Diagnostic]:
    network, existing = plan.blueprint.network, plan.blueprint.network.existing
    if network.endpoint_policy != "account" and not plan.endpoints:
        yield UNUSED.at((*network.at, "endpointPolicy"), "there are no endpoints", "add endpoints", key=True)
    if existing and existing.private_route_table_ids and not any(map(facts.is_gateway_endpoint, plan.endpoints)):
        at = (*existing.at, "privateRouteTableIds")
        yield UNUSED.at(
            at, "only gateway endpoints need route tables, and there are none", "add s3 to endpoints", key=True
        )


def _is_in_private(plan: Plan) -> bool:
    """Whether anything that runs pods is in private subnets."""
    blueprint = plan.blueprint
    usual = blueprint.network.kinds[-1] == "private" and (blueprint.cluster.auto_mode or blueprint.fargate_profiles)
    return bool(usual) or any(one.subnets == "private" for one in blueprint.node_groups)


def _place(plan: Plan, service: str = PRIVATE_CLUSTER) -> Path:
    network = plan.blueprint.network
    here = (*network.at, "endpoints")
    return (*here, network.endpoints.index(service)) if service in network.endpoints else here


OBSTACLES = (_regions, _names, _unknown, _missing, _unused)
