"""The applications of a platform: a part of the page that not every platform has."""

from __future__ import annotations

from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import Html, code, items, table


def applications(stacks: Stacks) -> Html:
    """Each workload, how many pods it has, and how it is reached."""
    rows = [
        [one["name"], app.namespace, items([code(one["image"])]), _pods(one), _reached(one)]
        for app in stacks.plan.apps
        for one in app.deployments
    ]
    return table("Applications", ("Workload", "Namespace", "Image", "Pods", "Reached"), rows)


def _pods(one: Any) -> str:
    scaling = one.get("autoscaling")
    if scaling:
        return f"{scaling['min']} to {scaling['max']}" if "max" in scaling else f"from {scaling['min']}"
    return str(one.get("replicas", 1))


def _reached(one: Any) -> str:
    if "ingress" in one:
        return f"by an Ingress of class {one['ingress']['class']}"
    return "by a load balancer" if one["service"]["type"] == "LoadBalancer" else "in the cluster alone"
