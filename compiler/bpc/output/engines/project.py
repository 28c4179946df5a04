"""What tells Argo CD to take the manifests out of a repository, wave by wave, and what it may do for them.

Source: Argo CD documentation, Projects, Cluster bootstrapping (app of apps), Sync phases and waves; Amazon EKS User
Guide, Working with Argo CD Projects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bpc.addon import Manifest
from bpc.kit.naming import object_name
from bpc.output.engines import argocd
from bpc.output.engines.argocd import HERE, WAVE
from bpc.output.engines.told import Told
from bpc.output.waves import FIRST, Part
from bpc.plan import releases
from bpc.plan.shapes import Plan, PlannedAddOn

if TYPE_CHECKING:
    from bpc.model import Gitops

Files = dict[str, list[Manifest]]

# What controllers' charts bring beside what is in a namespace.
USUAL = {
    ("", "Namespace"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("networking.k8s.io", "IngressClass"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "StorageClass"),
}


def files(plan: Plan, gitops: Gitops, waves: list[str], parts: Sequence[Part]) -> Files:
    """The objects by file: the project, the root, and what the root brings."""
    told = Told(gitops, object_name(plan.name), {})
    environment = plan.blueprint.environment
    # Not the blueprint's name alone: that may be a chart's too, and then one would take the place of the other.
    title = f"{told.platform}-root"
    root = argocd.application(title, told, _source(plan, gitops, "gitops", environment), gitops.home, 0)
    children = []
    for wave in waves:
        own = (wave,) if len(waves) > 1 else ()
        source = _source(plan, gitops, "kubernetes", "overlays", environment, *own)
        # Also where there is one alone: under another name, it would begin by taking away what is there.
        title = f"{told.platform}-{wave}"
        # A definition takes all objects of its kind along, a namespace all that is in it: that is for somebody to say.
        one = argocd.application(title, told, source, gitops.home, int(wave[:2]), prune=wave != FIRST)
        # A chart may bring the definition while it is installed.
        one["spec"]["syncPolicy"]["syncOptions"].append("SkipDryRunOnMissingResource=true")
        children.append(one)
    made = {"appproject.yaml": [_project(plan, told, parts)], "application.yaml": [root]}
    # An empty file is none that kustomize takes.
    return made | ({"applications.yaml": children} if children else {})


def _source(plan: Plan, gitops: Gitops, *below: str) -> dict[str, Any]:
    return {
        "repoURL": gitops.repository,
        "targetRevision": gitops.wanted_revision,
        "path": gitops.folder(plan.name, *below),
    }


def _project(plan: Plan, told: Told, parts: Sequence[Part]) -> Manifest:
    charts = [] if plan.vendors else [one for addon in plan.addons for one in releases.planned(addon)]
    objects = [one for part in parts for one in part.objects]
    names = {str(one["metadata"].get("namespace", "")) for one in objects} | {one.namespace for one in charts}
    names |= {one["metadata"]["name"] for one in objects if one["kind"] == "Namespace"} | {told.gitops.home}
    if charts:
        # Where leaders are elected, and where whoever serves an API is told of its clients.
        names.add("kube-system")
    said = {(one.group, one.kind) for one in told.gitops.cluster_resource_whitelist}
    said |= {(group, kind) for addon in plan.addons for group, kind in _own(addon)}
    kinds = _without_namespace(objects) | said | (USUAL if charts else set())
    spec = {
        "description": f"What the blueprint {plan.name} brings into its cluster.",
        "sourceRepos": [told.gitops.repository, *sorted({argocd.source_url(one.chart.repository) for one in charts})],
        "destinations": [{"name": HERE, "namespace": name} for name in sorted(names - {""})],
        "clusterResourceWhitelist": [{"group": group, "kind": kind} for group, kind in sorted(kinds)],
        **argocd.sources(plan, told.gitops.home),
    }
    # It must not go while anything is left in it.
    annotations = {WAVE: "-1", "argocd.argoproj.io/sync-options": "Prune=false"}
    metadata = {"name": told.platform, "namespace": told.gitops.home, "annotations": annotations}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": spec}


def _own(addon: PlannedAddOn) -> Iterable[tuple[str, str]]:
    """What no object here shows: it is in a chart."""
    for one in addon.entry.cluster_kinds if addon.source == "chart" else ():
        group, _, kind = one.partition("/")
        yield group, kind


def _without_namespace(objects: Iterable[Manifest]) -> set[tuple[str, str]]:
    alone = (one for one in objects if "namespace" not in one["metadata"])
    return {(one["apiVersion"].rpartition("/")[0], one["kind"]) for one in alone}
