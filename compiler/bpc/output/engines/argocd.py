"""Charts as Argo CD has them. Source: Argo CD documentation, Declarative setup, Helm, and Sync options."""

from __future__ import annotations

from typing import Any

from bpc.addon import Manifest
from bpc.plan.releases import Release

NAMESPACE = "argocd"
# Where the Application's objects go: the cluster that Argo CD itself runs in.
HERE = "https://kubernetes.default.svc"


def release(one: Release, before: Release | None) -> list[Manifest]:
    """The Application of the chart; `before` is what has to be there first."""
    helm: dict[str, Any] = {"releaseName": one.name}
    if one.values:
        helm["valuesObject"] = dict(one.values)
    source = {
        # Argo CD has an OCI registry without its scheme.
        "repoURL": one.chart.repository.removeprefix("oci://"),
        "chart": one.chart.name,
        "targetRevision": one.chart.version,
        "helm": helm,
    }
    annotations = {"argocd.argoproj.io/sync-wave": "1" if before else "0"}
    spec = {
        "project": "default",
        "source": source,
        "destination": {"server": HERE, "namespace": one.namespace},
        # The largest CRDs do not fit into the annotation of a client-side apply.
        "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["ServerSideApply=true"]},
    }
    metadata = {"name": one.name, "namespace": NAMESPACE, "annotations": annotations}
    return [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}]
