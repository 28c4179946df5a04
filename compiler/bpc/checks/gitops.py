"""GitOps: that each setting is one of the engine that the blueprint chooses."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Gitops

UNUSED = rule(
    "BPC960",
    "gitops-setting-unused",
    why="The setting is one of another engine, or of a repository that the blueprint does not name: it would do "
    "nothing.",
    cure="Take it away, choose the engine that has it, or say `repository`.",
)

# What is for whom; what is for both, only with a repository.
FOR = {"intervalSeconds": "flux", "secretRef": "flux", "clusterResourceWhitelist": "argocd"}


def _settings(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.gitops
    assert wanted, "the topic is for those who say gitops"
    for key in _said(wanted):
        at, engine = (*wanted.at, key), FOR.get(key, "")
        if not wanted.knows_helm:
            yield UNUSED.at(at, f"{key} is for an engine in the cluster, and kustomize is none", key=True)
        elif engine not in ("", wanted.engine):
            yield UNUSED.at(at, f"{key} is a setting of {engine}, not of {wanted.engine}", key=True)
        elif not wanted.repository and key != "namespace":
            yield UNUSED.at(at, f"{key} is of a repository, and there is none", key=True)
    managed = blueprint.cluster.capabilities and blueprint.cluster.capabilities.argocd
    if managed and wanted.engine == "argocd" and wanted.namespace != managed.namespace:
        said = f"the namespace of cluster.capabilities.argocd is {managed.namespace}, not {wanted.namespace}"
        yield UNUSED.at((*wanted.at, "namespace"), said)


def _said(wanted: Gitops) -> Iterator[str]:
    given = {
        "repository": wanted.repository,
        "revision": wanted.revision,
        "path": wanted.path,
        "namespace": wanted.namespace,
        "intervalSeconds": wanted.interval_seconds,
        "secretRef": wanted.secret_ref,
        "clusterResourceWhitelist": wanted.cluster_resource_whitelist,
    }
    return (key for key, value in given.items() if value)


CHECKS = (_settings,)
