"""Rules over metrics that nobody offers, and pods that would get no role to write metrics with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpc.diagnostics import Diagnostic, rule
from bpc.kit import promql
from bpc.model import Prometheus
from bpc.plan import prometheus
from bpc.plan.shapes import Plan

NOT_OFFERED = rule(
    "BPC663",
    "rule-without-metrics",
    why="kube-state-metrics tells how the objects of the cluster are, the node exporter how the machines are; the "
    "collector reads both where they are, and those of the control plane with `controlPlane`. A rule over metrics that "
    "nobody offers never finds anything.",
    cure="Add the add-on that the message names, unless somebody else brings these metrics.",
    severity="warning",
)
TWO_ROLES = rule(
    "BPC664",
    "writer-with-another-role",
    why="A service account has one role by EKS Pod Identity (Amazon EKS User Guide, EKS Pod Identity restrictions).",
    cure="Write with a service account of its own, or leave it out of `remoteWrite` and allow `aps:RemoteWrite` where "
    "it gets its role.",
)
HELP: Mapping[str, str] = {
    prometheus.CONTAINERS: "leave the collector on",
    prometheus.CONTROL_PLANE: "say `collector: {controlPlane: true}`",
}


def _rules(plan: Plan) -> Iterator[Diagnostic]:
    wanted = _wanted(plan)
    if wanted.remote_write or wanted.collector.jobs:
        return  # somebody else may bring them
    there = prometheus.sources(plan)
    for group in wanted.rule_groups:
        for number, one in enumerate(group.rules):
            missing = [(key, name) for name in _read(one["expr"]) for key in _from(name) if key not in there]
            for key, name in missing[:1]:
                help = HELP.get(key) or f"add `{prometheus.SOURCES[key].addons[0]}: {{}}` to addons"
                yield NOT_OFFERED.at((*group.at, "rules", number, "expr"), f"nobody offers {name}", help)


def _read(expression: str) -> list[str]:
    return [] if promql.mistake(expression) else list(promql.metrics(expression))


def _from(metric: str) -> Iterator[str]:
    return (key for key, source in prometheus.SOURCES.items() if metric.startswith(source.prefixes))


def _writers(plan: Plan) -> Iterator[Diagnostic]:
    wanted = _wanted(plan)
    roles = {(one.account.namespace, one.account.name) for one in plan.service_accounts}
    roles |= {(one.namespace, one.service_account) for one in plan.addons if one.is_associated}
    roles |= {(one.namespace, each.service_account) for one in plan.addons for each in one.associations}
    for number, one in enumerate(wanted.remote_write):
        at, namespace, account = (*wanted.at, "remoteWrite", number), one["namespace"], one["serviceAccount"]
        if (namespace, account) in roles:
            yield TWO_ROLES.at(at, f"{namespace}/{account} has a role already")


def _wanted(plan: Plan) -> Prometheus:
    assert plan.blueprint.observability and plan.blueprint.observability.prometheus
    return plan.blueprint.observability.prometheus


OBSTACLES = (_rules, _writers)
