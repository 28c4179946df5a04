"""What the README says of managed Prometheus: what is in the workspace, who hears of alerts, and how others write."""

from __future__ import annotations

from bpc.model import Observability, Prometheus
from bpc.output.stacks import Stacks
from bpc.plan import prometheus

WORDS = {
    prometheus.CONTAINERS: "containers, volumes and whatever is annotated with `prometheus.io/scrape`",
    prometheus.NODES: "machines",
    prometheus.OBJECTS: "objects of Kubernetes",
    prometheus.CONTROL_PLANE: "the control plane",
}


def said(stacks: Stacks, watched: Observability, wanted: Prometheus) -> str:
    """What fills the workspace, and where its alerts go."""
    stack = f"`{stacks.name('observability')}`"
    parts = [f"The workspace's address is an output of the stack {stack}: `PrometheusEndpoint`."]
    if wanted.collector.enabled:
        parts.append(_collected(stacks))
    alerts = wanted.default_rules or any("alert" in rule for group in wanted.rule_groups for rule in group.rules)
    if alerts and not watched.notify:
        parts.append("Nobody is told of its alerts: `observability.notify` says who is.")
    if alerts and any(one.slack for one in watched.notify):
        parts.append(
            "Slack does not show its alerts: Amazon Q shows messages of AWS services and such as are written for it, "
            "and alerts are plain text. They come by e-mail and to web addresses."
        )
    if wanted.remote_write:
        parts.append(_written(stacks, wanted))
    return "\n\n".join(["## Metrics", *parts])


def _collected(stacks: Stacks) -> str:
    there = prometheus.sources(stacks.plan)
    words = [WORDS[one] for one in WORDS if one in there]
    text = (
        f"AWS reads the metrics of {', '.join(words[:-1])}{' and ' if words[:-1] else ''}{words[-1]}, without an agent."
    )
    missing = [
        f"`{prometheus.SOURCES[one].addons[0]}` has those of {WORDS[one]}"
        for one in (prometheus.NODES, prometheus.OBJECTS)
        if one not in there
    ]
    if missing:
        text += f" The cluster offers no others, and rules over them are left out: {', '.join(missing)}."
    return (
        f"{text} What goes wrong when it reads is in the log group `/aws/vendedlogs/prometheus/{stacks.plan.name}`. "
        "AWS makes the access entry by which it gets in."
    )


def _written(stacks: Stacks, wanted: Prometheus) -> str:
    names = ", ".join(f"`{one['namespace']}/{one['serviceAccount']}`" for one in wanted.remote_write)
    return (
        f"{names} may write to the workspace. Its id is known once the stack is there, so the address goes into the "
        "configuration of the writer by hand, such as Prometheus's:\n\n"
        "```yaml\n"
        "remote_write:\n"
        "  - url: <PrometheusEndpoint>api/v1/remote_write\n"
        "    sigv4: {region: " + stacks.plan.region + "}\n"
        "```"
    )
