"""The VPC of a picture: its gateways, its subnets by kind, and what lives in each kind."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph import machines
from bpc.graph.picture import Box
from bpc.model.network import EVERYWHERE
from bpc.plan.shapes import Plan

TITLES = {
    "public": "Public subnets",
    "private": "Private subnets",
    "control-plane": "Control plane subnets",
    "pods": "Pod subnets",
    "local-public": "Public, Local Zones",
    "local-private": "Private, Local Zones",
}
# What asks AWS for load balancers, for the traffic of users.
BALANCED = (
    "aws-load-balancer-controller",
    "ingress-nginx",
    "nginx-ingress",
    "traefik",
    "istio-gateway",
)


def vpc(plan: Plan, scene: str) -> Box:
    """The VPC that is made, or what is known of one that is there."""
    network = plan.blueprint.network
    boxes = [one for one in (_gate(plan, scene), *_bands(plan, scene)) if one]
    boxes += _more(plan, scene)
    if network.existing:
        return Box(f"{scene}/vpc", "vpc", "VPC that is there already", network.ranges, tuple(boxes))
    ranges = (*network.ranges, *(("IPv6",) if network.has_ipv6 else ()))
    return Box(f"{scene}/vpc", "vpc", "VPC", (", ".join(ranges),), tuple(boxes))


def has_internet_gateway(plan: Plan) -> bool:
    """Whether the picture has one; of a VPC that is there already nobody knows."""
    return plan.blueprint.network.existing is None and bool(plan.subnets_of("public"))


def _gate(plan: Plan, scene: str) -> Box | None:
    return Box(f"{scene}/internet-gateway", "gateway", "Internet gateway") if has_internet_gateway(plan) else None


def _bands(plan: Plan, scene: str) -> Iterator[Box]:
    """The kinds of subnets, each over all zones."""
    existing = plan.blueprint.network.existing
    for kind, title in TITLES.items():
        cells = tuple(_cells(plan, scene, kind))
        if existing and not cells and kind in plan.blueprint.network.kinds:
            cells = (Box(f"{scene}/{kind}-asked", "subnet", "not given", ("asked for where", "a stack needs them")),)
        inside = tuple(machines.inside(plan, scene, kind))
        balancer = _balancer(plan, scene, kind)
        if cells:
            yield Box(f"{scene}/{kind}", f"band {kind}", title, (), (*cells, *balancer, *inside))


def _cells(plan: Plan, scene: str, kind: str) -> Iterator[Box]:
    existing = plan.blueprint.network.existing
    given = getattr(existing, f"{kind.replace('-', '_')}_subnet_ids", ()) if existing else ()
    for number, one in enumerate(given, 1):
        named = next(iter(one.values())) if isinstance(one, dict) else str(one)
        yield Box(f"{scene}/{kind}-{number}", "subnet", str(named))
    nats = _nats(plan)
    for subnet in plan.subnets_of(kind):
        has_nat = kind == "public" and subnet.number <= nats
        nat = (Box(f"{scene}/nat-{subnet.number}", "nat", "NAT gateway"),) if has_nat else ()
        zone = subnet.place.zone or f"Zone {subnet.place.number}"
        yield Box(f"{scene}/{kind}-{subnet.number}", "subnet", zone, (subnet.cidr,), nat)


def _nats(plan: Plan) -> int:
    """In how many public subnets there is a NAT gateway."""
    nat = plan.blueprint.network.nat
    return {"none": 0, "single": 1}.get(nat, len({one.place for one in plan.subnets_of("public")}))


def balancer_kind(plan: Plan) -> str:
    """The kind of subnets that load balancers for users are in; empty where nothing makes them."""
    makes = plan.blueprint.cluster.auto_mode or any(one.entry.name in BALANCED for one in plan.addons)
    return plan.blueprint.network.kinds[0] if makes else ""


def _balancer(plan: Plan, scene: str, kind: str) -> tuple[Box, ...]:
    if kind != balancer_kind(plan):
        return ()
    auto = plan.blueprint.cluster.auto_mode
    by = next((one.entry.name for one in plan.addons if one.entry.name in BALANCED), "")
    words = ("made for Ingresses", "and Services by", by or "EKS Auto Mode") if by or auto else ()
    return (Box(f"{scene}/balancers", "balancer", "Load balancers", words),)


def _more(plan: Plan, scene: str) -> Iterator[Box]:
    """File systems, endpoints, and ways to other networks."""
    blueprint = plan.blueprint
    if plan.endpoints:
        yield Box(f"{scene}/endpoints", "endpoints", "VPC endpoints", (", ".join(plan.endpoints),))
    storage = blueprint.storage
    if storage:
        named = [("EFS", one.name) for one in storage.file_systems]
        named += [("FSx for Lustre", one.name) for one in storage.fsx]
        for number, (kind, name) in enumerate(named, 1):
            yield Box(f"{scene}/file-system-{number}", "file-system", f"{kind} file system", (name,))
    if gateway := blueprint.network.transit_gateway:
        routes = ", ".join("everywhere" if one == EVERYWHERE else one for one in gateway.routes)
        yield Box(f"{scene}/transit-gateway", "attachment", "Transit gateway", (f"routes: {routes}",) if routes else ())
    if vpn := blueprint.network.vpn_gateway:
        routes = ", ".join(vpn.routes)
        yield Box(f"{scene}/vpn-gateway", "attachment", "VPN gateway", (f"routes: {routes}",) if routes else ())
