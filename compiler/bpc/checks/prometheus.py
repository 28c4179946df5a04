"""Managed Prometheus: the collector can get at the cluster, and rules, jobs and limits are such as it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, rule
from bpc.kit import promql
from bpc.model import Blueprint, Prometheus

OUT_OF_REACH = rule(
    "BPC658",
    "collector-out-of-reach",
    why="The collector reaches the Kubernetes API from inside the VPC alone, and gets in by an access entry that AWS "
    "makes for it (Amazon Managed Service for Prometheus User Guide, Set up managed collectors for Amazon EKS).",
    cure="Let the API answer inside the VPC, or say `collector: {enabled: false}`.",
)
RULE = rule(
    "BPC659",
    "prometheus-rule",
    why="A rule makes a metric or an alert of an expression in PromQL (Prometheus documentation, Defining recording "
    "rules, Alerting rules); a file with a rule that is none of both is not taken at all.",
    cure="Say `record` or `alert`, one of the two, and mend the expression.",
)
TWICE = rule(
    "BPC660",
    "prometheus-twice",
    why="Groups and jobs are told apart by their names, limits by their labels, and a service account has one role.",
    cure="Keep one of the two, or give it another name.",
)
JOB = rule(
    "BPC661",
    "scrape-job",
    why="The collector asks every half minute at most, finds what it reads by Kubernetes or by a list, and reads no "
    "files of yours (Amazon CloudWatch User Guide, Scraper configuration; Amazon Managed Service for Prometheus User "
    "Guide, Set up managed collectors for Amazon EKS).",
    cure="Take what the message names out of the job.",
)
NOTHING = rule(
    "BPC662",
    "workspace-that-nobody-fills",
    why="Metrics come into the workspace by the collector, or by whoever may write to it; rules find nothing in an "
    "empty one.",
    cure="Leave the collector on, or name who writes in `remoteWrite`.",
    severity="warning",
)
OF_ALERTS = {"annotations", "for", "keepFiringFor"}
TAKEN = ("containers", "kubelets", "kube-state-metrics", "node-exporter", "annotated-services", "annotated-pods")
TAKEN_TOO = ("api-server", "scheduler", "controller-manager")
FOUND_BY = ("kubernetes_sd_configs", "static_configs", "dns_sd_configs")
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
LEAST = 30


def _reach(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted, cluster = _wanted(blueprint), blueprint.cluster
    if not wanted.collector.enabled:
        return
    at = wanted.collector.at
    if not cluster.endpoint.is_private:
        help = "say `cluster.endpoint.access: public-and-private`"
        yield OUT_OF_REACH.at(at, "the Kubernetes API does not answer inside the VPC", help)
    if cluster.outpost:
        yield OUT_OF_REACH.at(at, "the control plane is on an Outpost", "say `collector: {enabled: false}`")


def _rules(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in _wanted(blueprint).rule_groups:
        for number, one in enumerate(group.rules):
            at = (*group.at, "rules", number)
            if ("record" in one) == ("alert" in one):
                yield RULE.at(
                    at, f"{'both a metric and an alert are' if 'record' in one else 'nothing is'} made of this"
                )
            elif "record" in one:
                for key in sorted(OF_ALERTS & one.keys()):
                    yield RULE.at((*at, key), f"{key} is for alerts", key=True)
            if wrong := promql.mistake(one["expr"]):
                yield RULE.at((*at, "expr"), f"this is no PromQL: {wrong}")


def _once(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    groups = [(one.at, f"the group {one.name}") for one in wanted.rule_groups]
    limits = [((*wanted.at, "limits", n), f"the limit for {_labels(one)}") for n, one in enumerate(wanted.limits)]
    writers = [
        ((*wanted.at, "remoteWrite", n), f"{one['namespace']}/{one['serviceAccount']}")
        for n, one in enumerate(wanted.remote_write)
    ]
    jobs = [((*wanted.collector.at, "jobs", n), _job(one)) for n, one in enumerate(wanted.collector.jobs)]
    ours = {f"the job {one}" for one in (*TAKEN, *(TAKEN_TOO if wanted.collector.control_plane else ()))}
    seen = {*ours}
    for at, name in (*groups, *limits, *writers, *jobs):
        if name in seen:
            yield TWICE.at(at, f"{name} is there {'already' if name in ours else 'twice'}")
        seen.add(name)


def _labels(limit: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(limit["labels"].items())) or "no labels"


def _job(job: Mapping[str, Any]) -> str:
    return f"the job {job['job_name']}"


def _jobs(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint).collector
    for number, job in enumerate(wanted.jobs):
        at = (*wanted.at, "jobs", number)
        if not any(job.get(key) for key in FOUND_BY):
            yield JOB.at(at, f"{_job(job)} finds nothing to read", f"say one of {', '.join(FOUND_BY)}")
        for key in sorted(job):
            if key.endswith("_sd_configs") and key not in FOUND_BY:
                yield JOB.at((*at, key), f"the collector knows no {key}", key=True)
        if (seconds := _seconds(job.get("scrape_interval"))) is not None and seconds < LEAST:
            yield JOB.at((*at, "scrape_interval"), f"every {seconds} seconds is too often", f"{LEAST}s at least")


def _seconds(interval: object) -> int | None:
    found = DURATION.fullmatch(interval) if isinstance(interval, str) else None
    if not found or not interval:
        return None
    hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _filled(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    if not wanted.collector.enabled and not wanted.remote_write:
        yield NOTHING.at((*wanted.collector.at, "enabled"), "nobody fills the workspace", key=True)
    if not wanted.collector.enabled and wanted.collector.jobs:
        yield JOB.at((*wanted.collector.at, "jobs"), "nobody reads this without the collector", key=True)


def _wanted(blueprint: Blueprint) -> Prometheus:
    assert blueprint.observability and blueprint.observability.prometheus
    return blueprint.observability.prometheus


CHECKS = (_reach, _rules, _once, _jobs, _filled)
