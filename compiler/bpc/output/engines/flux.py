"""Charts as Flux has them. Source: Flux documentation, HelmRelease (v2), HelmRepository and OCIRepository (v1)."""

from __future__ import annotations

from typing import Any

from bpc.addon import Manifest
from bpc.output.engines.told import Told
from bpc.plan.releases import Release

SOURCES = "source.toolkit.fluxcd.io/v1"


def release(one: Release, told: Told) -> list[Manifest]:
    """Where the chart is, where nobody else says it, and the release of it."""
    home = told.gitops.home
    if one.chart.repository.startswith("oci://"):
        return [_artifact(one, home), _release(one, told)]
    if one.chart.repository in told.sources:
        return [_release(one, told)]
    return [repository(one.name, one.chart.repository, home), _release(one, told)]


def repository(name: str, url: str, namespace: str) -> Manifest:
    """A chart repository."""
    return made(SOURCES, "HelmRepository", name, namespace, {"interval": "24h", "url": url})


def _artifact(one: Release, namespace: str) -> Manifest:
    spec = {
        "interval": "24h",
        "url": f"{one.chart.repository}/{one.chart.name}",
        # No tag has a plus; Helm puts this in its place (Helm documentation, Use OCI-based registries).
        "ref": {"tag": one.chart.version.replace("+", "_")},
        # Without these Flux takes the first layer, whatever it holds.
        "layerSelector": {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "operation": "copy"},
    }
    return made(SOURCES, "OCIRepository", one.name, namespace, spec)


def _release(one: Release, told: Told) -> Manifest:
    usual: dict[str, Any] = {"crds": "CreateReplace" if one.chart.crds else "Skip", "remediation": {"retries": 3}}
    usual |= {} if one.waits else {"disableWait": True}
    spec: dict[str, Any] = {
        "interval": "1h",
        "releaseName": one.name,
        "targetNamespace": one.namespace,
        "storageNamespace": one.namespace,
        **_chart(one, told),
        "install": dict(usual),
        "upgrade": dict(usual),
        # Said, and not undone: webhooks and autoscalers change what charts have made, and mean to.
        "driftDetection": {"mode": "warn"},
    }
    if one.patience:
        spec["timeout"] = one.patience
    if told.after:
        spec["dependsOn"] = [{"name": name} for name in told.after]
    if told.patches:
        spec["postRenderers"] = [{"kustomize": {"patches": list(told.patches)}}]
    if one.secrets:
        spec["valuesFrom"] = [{"kind": "Secret", "name": name} for name in one.secrets]
    if one.values:
        spec["values"] = dict(one.values)
    return made("helm.toolkit.fluxcd.io/v2", "HelmRelease", one.name, told.gitops.home, spec)


def _chart(one: Release, told: Told) -> dict[str, Any]:
    if one.chart.repository.startswith("oci://"):
        return {"chartRef": {"kind": "OCIRepository", "name": one.name}}
    source = {"kind": "HelmRepository", "name": told.sources.get(one.chart.repository, one.name)}
    return {"chart": {"spec": {"chart": one.chart.name, "version": one.chart.version, "sourceRef": source}}}


def made(version: str, kind: str, name: str, namespace: str, spec: dict[str, Any]) -> Manifest:
    """One of Flux's objects."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}
