"""A team's own repository: what the engine may do for it, in its namespaces and nowhere else.

Sources: Argo CD documentation, Projects, and Project scoped Repositories and Clusters, by which a project may have
applications in the cluster of another one; Flux documentation, Multi-tenancy, and the objects that `flux create tenant`
writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.kit import k8s
from bpc.kit.k8s import Object
from bpc.model import Gitops, Team, TeamGitops
from bpc.output.engines.told import Told
from bpc.output.teams import rbac
from bpc.plan.shapes import Plan

# What bounds the team is not the team's to change.
BOUNDS = {
    "": ("LimitRange", "ResourceQuota"),
    "networking.k8s.io": ("NetworkPolicy",),
    "rbac.authorization.k8s.io": ("Role", "RoleBinding"),
}


def objects(team: Team, own: TeamGitops, platform: Gitops, plan: Plan) -> Iterator[Object]:
    if platform.engine == "flux":
        yield from _flux(team, own, platform)
    else:
        yield from _argocd(team, own, platform, plan)


def _flux(team: Team, own: TeamGitops, platform: Gitops) -> Iterator[Object]:
    """Flux is the team's service account while it applies what the team's repository holds."""
    from bpc.output.engines import sync

    home, name = team.namespaces[0], f"{team.name}-reconciler"
    yield k8s.thing("v1", "ServiceAccount", name, team.name, home)
    kind, role = ("ClusterRole", own.cluster_role) if own.cluster_role else ("Role", rbac.deployer(team))
    subject = {"kind": "ServiceAccount", "name": name, "namespace": home}
    for namespace in team.namespaces:
        yield rbac.binding(name, team, namespace, kind, role, subject)
    theirs = platform.replace(
        repository=own.repository,
        revision=own.revision,
        namespace=home,
        interval_seconds=own.interval_seconds,
        secret_ref=own.secret_ref,
    )
    yield sync.source(team.name, theirs)
    made = sync.kustomization(team.name, theirs, "" if own.path == "." else own.path)
    made["spec"]["serviceAccountName"] = name
    if len(team.namespaces) == 1:
        made["spec"]["targetNamespace"] = home
    yield made


def _argocd(team: Team, own: TeamGitops, platform: Gitops, plan: Plan) -> Iterator[Object]:
    from bpc.output.engines import argocd

    # Not the team's name alone: that may be a chart's too.
    name = f"team-{team.name}"
    forbidden = [{"group": group, "kind": kind} for group, kinds in BOUNDS.items() for kind in kinds]
    spec = {
        "description": f"What the team {team.name} brings into its namespaces.",
        "sourceRepos": [own.repository],
        "destinations": [{"name": argocd.HERE, "namespace": namespace} for namespace in team.namespaces],
        "namespaceResourceBlacklist": forbidden,
        **argocd.sources(plan, platform.home),
    }
    metadata = {"name": name, "namespace": platform.home, "annotations": {argocd.WAVE: "-1"}}
    yield {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": spec}
    source = {"repoURL": own.repository, "targetRevision": own.revision or "main", "path": own.path}
    made = argocd.application(name, Told(platform, name, {}), source, team.namespaces[0], 0)
    made["spec"]["project"] = name
    yield made
