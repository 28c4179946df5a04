"""Charts as Flux has them. Source: Flux documentation, HelmRelease (v2), HelmRepository and OCIRepository (v1)."""

from __future__ import annotations

from typing import Any

from bpc.addon import Manifest
from bpc.plan.releases import Release

NAMESPACE = "flux-system"
SOURCES = "source.toolkit.fluxcd.io/v1"


def release(one: Release, before: Release | None) -> list[Manifest]:
    """Where the chart is, and the release of it; `before` is what has to be there first."""
    return [_source(one), _release(one, before)]


def _source(one: Release) -> Manifest:
    if one.chart.repository.startswith("oci://"):
        spec: dict[str, Any] = {
            "interval": "24h",
            "url": f"{one.chart.repository}/{one.chart.name}",
            "ref": {"tag": one.chart.version},
            # Without these Flux takes the first layer, whatever it holds.
            "layerSelector": {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "operation": "copy"},
        }
        return _object(SOURCES, "OCIRepository", one.name, spec)
    return _object(SOURCES, "HelmRepository", one.name, {"interval": "24h", "url": one.chart.repository})


def _release(one: Release, before: Release | None) -> Manifest:
    spec: dict[str, Any] = {
        "interval": "1h",
        "releaseName": one.name,
        "targetNamespace": one.namespace,
        "storageNamespace": one.namespace,
        **_chart(one),
        "install": {"crds": "CreateReplace", "remediation": {"retries": 3}},
        "upgrade": {"crds": "CreateReplace", "remediation": {"retries": 3}},
    }
    if before:
        spec["dependsOn"] = [{"name": before.name}]
    if one.values:
        spec["values"] = dict(one.values)
    return _object("helm.toolkit.fluxcd.io/v2", "HelmRelease", one.name, spec)


def _chart(one: Release) -> dict[str, Any]:
    if one.chart.repository.startswith("oci://"):
        return {"chartRef": {"kind": "OCIRepository", "name": one.name}}
    source = {"kind": "HelmRepository", "name": one.name}
    return {"chart": {"spec": {"chart": one.chart.name, "version": one.chart.version, "sourceRef": source}}}


def _object(version: str, kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}
