"""eksctl's `vpc`, zones and `privateCluster`: the network of the blueprint.

What eksctl does where nothing is said (its documentation, "VPC configuration" and "EKS fully-private cluster"):
192.168.0.0/16 in three zones, two in us-east-1; eight equal subnets, sixteen for more than four zones, the public
ones first and the private ones right behind them; one NAT gateway; an endpoint that is public and not private.
"""

from __future__ import annotations

from typing import Any

from bpc import facts
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source
from bpc.kit import cidr

CIDR = "192.168.0.0/16"
NAT = {"HighlyAvailable": "per-zone", "Single": "single", "Disable": "none"}
RECOMMENDED_ZONES, FEWER_ZONES = 3, {"us-east-1": 2}


def convert(it: Source) -> None:
    it.carry(("vpc",))
    it.carry(("kubernetesNetworkConfig",))
    it.carry(("localZones",))
    existing = is_existing(it)
    if existing:
        _existing(it)
    else:
        _new(it)
    _private(it)
    _control_plane(it)
    _endpoint(it)


def is_private(it: Source) -> bool:
    return it.get("privateCluster", "enabled") is True


def is_existing(it: Source) -> bool:
    """Whether the VPC is there already: it is named, or one of its subnets is."""
    every = (spec for kind in ("public", "private") for spec in _specs(it, kind).values())
    return bool(it.get("vpc", "id") or any(spec.get("id") for spec in every))


def _specs(it: Source, kind: str) -> dict[str, dict[str, Any]]:
    found = it.get("vpc", "subnets", kind) or {}
    return {name: spec or {} for name, spec in found.items()}


def subnet_ids(it: Source) -> dict[str, str]:
    """The subnets that have names in the ClusterConfig, and ids."""
    every = {**_specs(it, "public"), **_specs(it, "private")}
    return {name: spec["id"] for name, spec in every.items() if spec.get("id")}


def _existing(it: Source) -> None:
    if it.get("vpc", "cidr"):
        it.draft.put(("network", "existing", "cidr"), it.get("vpc", "cidr"), "vpc.cidr")
    gateway = it.get("vpc", "nat", "gateway")
    if gateway:
        it.draft.lose(("network", "nat"), "vpc.nat.gateway", gateway, "the VPC is there already")
    for kind in ("public", "private"):
        specs = _specs(it, kind)
        source, path = f"vpc.subnets.{kind}", ("network", "existing", f"{kind}SubnetIds")
        ids = [spec["id"] for spec in specs.values() if spec.get("id")]
        if ids:
            it.draft.put(path, ids, source)
        for name, spec in specs.items():
            if not spec.get("id"):
                why = "eksctl looks the subnet up when it runs; add its id"
                it.draft.lose(path, f"{source}.{name}", spec.get("cidr") or spec.get("az"), why)
    zones = it.get("availabilityZones")
    if zones:
        it.draft.lose(("network", "existing", ""), "availabilityZones", zones, "the subnets are there already")


def _new(it: Source) -> None:
    block = it.get("vpc", "cidr") or CIDR
    it.draft.put(("network", "cidr"), block, "vpc.cidr" if it.get("vpc", "cidr") else "")
    public, private = _specs(it, "public"), _specs(it, "private")
    zones = _zones(it, public or private)
    _nat(it)
    for kind, specs in (("public", public), ("private", private)):
        blocks = [spec.get("cidr") for spec in specs.values()]
        if blocks and all(blocks):
            it.draft.put(("network", "subnets", kind), blocks, f"vpc.subnets.{kind}")
    if not (public or private):
        _as_eksctl_cuts(it, block, zones)
    elif not public:
        it.draft.put(("network", "topology"), "private")


def _zones(it: Source, specs: dict[str, dict[str, Any]]) -> int:
    """Put the zones, and say how many there are."""
    path = ("network", "availabilityZones")
    given = it.get("availabilityZones") or [str(spec.get("az") or name) for name, spec in specs.items()]
    if given:
        it.draft.put(path, given, "availabilityZones" if it.get("availabilityZones") else "vpc.subnets")
        return len(given)
    named = _named(it)
    if len(named) > 1:
        it.draft.put(path, named)
        it.draft.remark(path, "availabilityZones", "not set; node groups name these zones, so the network has them")
        return len(named)
    region = str(it.get("metadata", "region"))
    count = min(FEWER_ZONES.get(region, RECOMMENDED_ZONES), facts.usable_zones(region) or RECOMMENDED_ZONES)
    if count != min(RECOMMENDED_ZONES, facts.usable_zones(region) or RECOMMENDED_ZONES):
        it.draft.put(path, count)
    return count


def _named(it: Source) -> list[str]:
    """The zones that node groups name."""
    groups = [one for key in ("nodeGroups", "managedNodeGroups") for one in it.get(key) or []]
    return list(dict.fromkeys(zone for one in groups for zone in one.get("availabilityZones") or []))


def _as_eksctl_cuts(it: Source, block: str, zones: int) -> None:
    """The private subnets where eksctl puts them, where bpc would leave room between them and the public ones."""
    cuts = 3 if zones <= 4 else 4
    whole = cidr.network(block)
    if it.get("localZones") or whole.prefixlen + cuts > cidr.SMALLEST_SUBNET:
        return
    private = [str(one) for one in whole.subnets(new_prefix=whole.prefixlen + cuts)][zones : 2 * zones]
    if private != cidr.carve(block, zones, "private"):
        it.draft.put(("network", "subnets", "private"), private)


def _nat(it: Source) -> None:
    gateway = it.get("vpc", "nat", "gateway")
    private = is_private(it)
    if gateway and not private:
        it.draft.put(("network", "nat"), NAT.get(gateway, gateway), "vpc.nat.gateway")


def _private(it: Source) -> None:
    """A fully private cluster: no way to the internet, and the endpoints that EKS needs."""
    extra = it.get("privateCluster", "additionalEndpointServices") or []
    at = ("network", "endpoints")
    if not is_private(it):
        for key in ("additionalEndpointServices", "skipEndpointCreation"):
            if it.get("privateCluster", key):
                it.draft.lose(at, f"privateCluster.{key}", it.get("privateCluster", key), "the cluster is not private")
        return
    source = "privateCluster.enabled"
    if is_existing(it):
        it.draft.carried.add(source)
    else:
        it.draft.put(("network", "topology"), "private", source)
    if it.get("privateCluster", "skipEndpointCreation"):
        it.draft.put(at, [], "privateCluster.skipEndpointCreation")
        why = "skipEndpointCreation says that there are endpoints already"
        it.draft.lose(at, "privateCluster.additionalEndpointServices" if extra else "", extra, why)
    elif extra:
        it.draft.put(at, ["private-cluster", *extra], "privateCluster.additionalEndpointServices")
    elif it.draft.takes(at, "private-cluster"):
        it.draft.put(at, "private-cluster")


def _control_plane(it: Source) -> None:
    subnets = it.get("vpc", "controlPlaneSubnetIDs")
    if subnets:
        it.draft.put(("network", "existing", "controlPlaneSubnetIds"), subnets, "vpc.controlPlaneSubnetIDs")
    lists = {
        "securityGroup": ("cluster", "securityGroupIds"),
        "controlPlaneSecurityGroupIDs": ("cluster", "securityGroupIds"),
        "extraCIDRs": ("cluster", "endpoint", "privateCidrs"),
        "extraIPv6CIDRs": ("cluster", "endpoint", "privateCidrs"),
    }
    for key, path in lists.items():
        given = it.get("vpc", key) or []
        it.gather(path, [(one, f"vpc.{key}") for one in (given if isinstance(given, list) else [given])])


def _endpoint(it: Source) -> None:
    at = ("vpc", "clusterEndpoints")
    private, public = it.get(*at, "privateAccess"), it.get(*at, "publicAccess")
    known = {"vpc.clusterEndpoints.publicAccess": public, "vpc.clusterEndpoints.privateAccess": private}
    if is_private(it) and private is None and public is None:
        private, public = True, False
    public = public is not False
    if not public and not private:
        it.draft.remark(("cluster", "endpoint", "access"), spelled(at), "neither, which eksctl refuses")
    access = "public-and-private" if public and private else "public" if public else "private"
    it.draft.put(("cluster", "endpoint", "access"), access)
    it.draft.carried.update(source for source, value in known.items() if value is not None)
    ranges = it.get("vpc", "publicAccessCIDRs")
    path = ("cluster", "endpoint", "publicCidrs")
    if public:
        it.draft.put(path, ranges or ["0.0.0.0/0"], "vpc.publicAccessCIDRs" if ranges else "")
    elif ranges:
        it.draft.lose(path, "vpc.publicAccessCIDRs", ranges, "there is no public endpoint")
