"""Charts as Argo CD has them.

Source: Argo CD documentation, Declarative setup, Helm, Sync options, Sync phases and waves.

An EKS capability has the cluster by its ARN alone, and not as kubernetes.default.svc (Amazon EKS User Guide, Register
target clusters). So the name `in-cluster` says which it is: Argo CD in the cluster has it by itself, for a capability
it is registered.
"""

from __future__ import annotations

from typing import Any

from bpc.addon import Manifest
from bpc.output.engines.told import Told
from bpc.plan.releases import Release
from bpc.plan.shapes import Plan

# Where objects go: the cluster that Argo CD itself runs in, or for.
HERE = "in-cluster"
WAVE = "argocd.argoproj.io/sync-wave"
# Tried again while another add-on's webhook does not answer yet; then it is left to the next commit.
RETRY = {"limit": 10, "backoff": {"duration": "15s", "factor": 2, "maxDuration": "5m"}}


def release(one: Release, told: Told) -> list[Manifest]:
    """The Application of the chart."""
    helm: dict[str, Any] = {"releaseName": one.name} | ({} if one.chart.crds else {"skipCrds": True})
    if one.values:
        helm["valuesObject"] = dict(one.values)
    source = {
        "repoURL": source_url(one.chart.repository),
        "chart": one.chart.name,
        "targetRevision": one.chart.version,
        "helm": helm,
    }
    made = application(one.name, told, source, one.namespace, 1 if told.after else 0)
    # When the Application goes, what it has installed goes too, as when Helm uninstalls it.
    made["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    return [made]


def application(
    name: str, told: Told, source: dict[str, Any], namespace: str, wave: int, prune: bool = True
) -> Manifest:
    """An Application in our project, or in the usual one where there is no repository that ours would be for."""
    metadata = {"name": name, "namespace": told.gitops.home, "annotations": {WAVE: str(wave)}}
    spec = {
        "project": told.platform if told.gitops.repository else "default",
        "source": source,
        "destination": {"name": HERE, "namespace": namespace},
        "syncPolicy": {
            "automated": {"prune": prune, "selfHeal": True},
            # The largest CRDs do not fit into the annotation of a client-side apply.
            "syncOptions": ["ServerSideApply=true"],
            "retry": RETRY,
        },
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def sources(plan: Plan, home: str) -> dict[str, list[str]]:
    """Where Applications of a project may be. For an EKS capability it has to be said (Amazon EKS User Guide, Working
    with Argo CD Projects); an Argo CD of one's own takes its namespace without that."""
    capabilities = plan.blueprint.cluster.capabilities
    return {"sourceNamespaces": [home]} if capabilities and capabilities.argocd else {}


def source_url(repository: str) -> str:
    """A chart repository as Argo CD has it: an OCI registry without its scheme."""
    return repository.removeprefix("oci://")
