"""The user data of a group's nodes, from what its blueprint says and what the cluster stack exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc.kit import cidr
from bpc.plan.shapes import Plan, PlannedGroup

if TYPE_CHECKING:
    from troposphere import Base64

    from bpc.kit.sheet import Sheet
    from bpc.kit.user_data import Join


def of(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> Base64:
    """What a launch template takes as UserData."""
    group = planned.node_group
    from bpc.kit import user_data

    special: dict[str, Any] = {}
    if group.bottlerocket:
        special = {
            "settings": _sorted(group.bottlerocket.settings),
            "admin_container": group.bottlerocket.admin_container,
        }
    if group.warm_pool and group.warm_pool.enabled and not group.managed:
        # Only one of a warm pool's nodes that is wanted may join.
        special["settings"] = {"autoscaling": {"should-wait": True}, **special.get("settings", {})}
    if plan.blueprint.network.proxy:
        from bpc.plan import proxy

        special["environment"] = proxy.environment(plan.blueprint, plan.endpoints)
    boot = user_data.Boot(
        family=group.family,
        join=_join(plan, sheet) if group.joins_alone else None,
        script=group.user_data or "",
        command=group.bootstrap_command or "",
        kubelet=_sorted(group.kubelet or {}),
        max_pods=group.max_pods,
        cluster_dns=group.cluster_dns or (),
        labels=group.labels,
        taints=tuple(f"{one.key}={one.value}:{one.effect}" for one in group.taints),
        **special,
    )
    return user_data.encoded(boot)


def _sorted(settings: Any) -> Any:
    """The same settings in the order of their keys: other user data is another launch template, and new nodes."""
    if not isinstance(settings, dict):
        return settings
    return {key: _sorted(settings[key]) for key in sorted(settings)}


def _join(plan: Plan, sheet: Sheet) -> Join:
    from bpc.kit.user_data import Join

    known = ["ClusterEndpoint", "ClusterCertificateAuthority"]
    services = plan.blueprint.cluster.service_cidr
    if plan.blueprint.network.ip_family == "ipv6":
        services = ""
        known.append("ServiceCidr")
    return Join(
        cluster=plan.name,
        service_cidr=services,
        dns=cidr.service_dns(services) if services else "",
        values={key: sheet.imported("cluster", key) for key in known},
    )
