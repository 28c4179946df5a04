"""What the README says of the manifests: how they get into the cluster, in which order, and what to wait for.

Sources: Kubernetes documentation, kubectl wait and kubectl rollout status; Flux documentation, Installation; Argo CD
documentation, Resource Health; Amazon EKS User Guide, Register target clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bpc.output import kubernetes
from bpc.output.stacks import Stacks
from bpc.output.waves import FIRST, Part, placed
from bpc.plan import releases

if TYPE_CHECKING:
    from bpc.model import Gitops

Waves = dict[str, list[Part]]
PATIENCE = "--timeout=10m"


def way(stacks: Stacks) -> str:
    """What environments have in common that can be told of together: who applies the manifests, and where it runs."""
    gitops, capabilities = stacks.plan.blueprint.gitops, stacks.plan.blueprint.cluster.capabilities
    if gitops is None or not gitops.repository:
        return ""
    managed = gitops.engine == "argocd" and capabilities and capabilities.argocd
    return "argocd, managed" if managed else gitops.engine


def said(stacks: Stacks) -> str:
    """The section of one environment."""
    waves: Waves = {}
    for wave, part in sorted(placed(kubernetes.parts(stacks)), key=lambda one: one[0]):
        waves.setdefault(wave, []).append(part)
    gitops = stacks.plan.blueprint.gitops
    if not waves:
        return _nothing(stacks.environment)
    if gitops and gitops.repository:
        from bpc.output import handing_to_engine

        return handing_to_engine.said(stacks, gitops, waves)
    folder = f"kubernetes/overlays/{stacks.environment}"
    if len(waves) < 2:
        return (
            "## Manifests\n\nPoint your GitOps engine at `kubernetes/overlays/` and the environment, or apply it by "
            f"hand:\n\n```sh\nkubectl apply --server-side -k {folder}\n```{_jobs(waves)}"
        )
    return "\n".join([*_introduction(gitops, folder), "", "```sh", *_commands(gitops, folder, waves), "```"]) + _jobs(
        waves
    )


def _jobs(waves: Waves) -> str:
    """What `kubectl apply` cannot do (Kubernetes documentation, Jobs): the pods of a Job are what they are."""
    jobs = [
        one["metadata"] for parts in waves.values() for part in parts for one in part.objects if one["kind"] == "Job"
    ]
    if not jobs:
        return ""
    commands = "\n".join(
        f"kubectl delete job --ignore-not-found -n {one.get('namespace', 'default')} {one['name']}" for one in jobs
    )
    return (
        "\n\nA Job cannot be changed once it is there (*field is immutable*). When a review shows that one has "
        f"changed, delete it before you apply, and it runs again:\n\n```sh\n{commands}\n```"
    )


def _nothing(environment: str) -> str:
    return (
        f"## Manifests\n\n`{environment}` has none. The engine keeps its path `gitops/{environment}` in the "
        "repository: where it follows that already, it takes away what it has brought before."
    )


def _introduction(gitops: Gitops | None, folder: str) -> list[str]:
    referenced = gitops.engine if gitops and gitops.charts == "referenced" else ""
    charts = {"flux": "Flux", "argocd": "Argo CD"}.get(referenced, "")
    first = f"{charts} installs the charts among them and must be in the cluster before. " if charts else ""
    return [
        "## Manifests",
        "",
        f"{first}Point your GitOps engine at the folders below `{folder}` (or of another environment) in their order, "
        "or apply them by hand, each when what the one before has made is there. The folder itself builds all of them.",
    ]


def _commands(gitops: Gitops | None, folder: str, waves: Waves) -> Iterator[str]:
    last = list(waves)[-1]
    awaited: set[str] = set()
    for wave, parts in waves.items():
        yield f"kubectl apply --server-side -k {folder}/{wave}"
        # What an add-on has in several waves runs once.
        waits = [one for one in _waits(gitops, wave, parts) if one not in awaited] if wave != last else []
        awaited.update(waits)
        yield from waits


def _waits(gitops: Gitops | None, wave: str, parts: list[Part]) -> Iterator[str]:
    if wave == FIRST:
        kinds = [one for part in parts for one in part.objects if one["kind"] == "CustomResourceDefinition"]
        names = " ".join(f"crd/{one['metadata']['name']}" for one in kinds)
        if names:
            yield f"kubectl wait --for=condition=Established {PATIENCE} {names}"
        return
    for part in parts:
        if part.addon and part.addon.source == "chart" and gitops and gitops.installs_charts:
            for one in releases.planned(part.addon):
                yield _released(gitops, one.name)
        elif part.addon:
            for awaited in part.addon.entry.waits_for:
                yield _available(part.addon.namespace, *awaited.split("/"))


def _released(gitops: Gitops, name: str) -> str:
    if gitops.engine == "flux":
        return f"kubectl wait --for=condition=Ready {PATIENCE} -n {gitops.home} helmrelease/{name}"
    healthy = "--for=jsonpath='{.status.health.status}'=Healthy"
    return f"kubectl wait {healthy} {PATIENCE} -n {gitops.home} application/{name}"


def _available(namespace: str, kind: str, name: str) -> str:
    if kind == "Deployment":
        return f"kubectl wait --for=condition=Available {PATIENCE} -n {namespace} deployment/{name}"
    if kind in ("DaemonSet", "StatefulSet"):
        return f"kubectl rollout status {PATIENCE} -n {namespace} {kind.lower()}/{name}"
    return f"kubectl wait --for=condition=Available {PATIENCE} {kind.lower()}/{name}"
