"""Teams: each name and namespace once, nothing of the cluster's own, and no setting that would do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Team

TWICE = rule(
    "BPC640",
    "team-twice",
    why="Environments change a team by its name, and whose a namespace is says who may do what in it.",
    cure="Rename one of the two, or make one team of them.",
)
THE_CLUSTERS = rule(
    "BPC641",
    "namespace-of-the-cluster",
    why="These namespaces come with every cluster, and what is in them is everybody's: a level of Pod Security or a "
    "quota there would stop what the cluster itself runs.",
    cure="Use a namespace of the team's own. For access to one of the cluster's, use cluster.access.",
)
UNUSED = rule(
    "BPC642",
    "team-setting-unused",
    why="The setting is for something that this team does not have, or of another engine, and would do nothing.",
    cure="Take it away, or do what the message says.",
)
OUTSIDE = rule(
    "BPC643",
    "service-account-outside-team",
    why="A team's pods are in its own namespaces.",
    cure="Use one of the team's namespaces, or the section serviceAccounts.",
)
NOT_REGISTERED = rule(
    "BPC644",
    "team-in-managed-argo-cd",
    why="Argo CD as an EKS capability does not know the cluster until somebody registers it (Amazon EKS User Guide, "
    "Register target clusters). bpc does, where it hands the platform's own manifests to it.",
    cure="Say gitops.repository, or use the add-on argo-cd.",
)
# Kubernetes documentation, Namespaces, Initial namespaces.
INITIAL = ("default", "kube-node-lease", "kube-public", "kube-system")
# What of a team's gitops is for one engine alone.
FLUX_ALONE = ("intervalSeconds", "secretRef", "clusterRole")


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    teams: set[str] = set()
    owners: dict[str, str] = {}
    for team in blueprint.teams:
        if team.name in teams:
            yield TWICE.at((*team.at, "name"), f"there is a team {team.name} already")
        teams.add(team.name)
        for place, namespace in enumerate(team.namespaces):
            at = (*team.at, "namespaces", place)
            if namespace in INITIAL or namespace.startswith("kube-"):
                yield THE_CLUSTERS.at(at, f"{namespace} is the cluster's own", "use a namespace of the team's own")
            elif namespace in owners:
                yield TWICE.at(at, f"{namespace} is a namespace of the team {owners[namespace]}")
            owners.setdefault(namespace, team.name)


def _namespaces(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        if not team.create_namespaces:
            given = (team.labels, team.pod_security, team.pod_security_version)
            for key, value in zip(("labels", "podSecurity", "podSecurityVersion"), given, strict=True):
                if value:
                    said = f"no namespace is made that could have {key}"
                    yield UNUSED.at((*team.at, key), said, "take createNamespaces away", key=True)
        version = (team.pod_security_version or "").removeprefix("v1.")
        if version.isdecimal() and int(version) > int(blueprint.cluster.version.removeprefix("1.")):
            said = f"Kubernetes {blueprint.cluster.version} does not know the levels of v1.{version}"
            yield UNUSED.at((*team.at, "podSecurityVersion"), said, f"say v{blueprint.cluster.version} or an older one")


def _service_accounts(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        for one in team.service_accounts:
            if one.namespace not in team.namespaces:
                said = f"{one.namespace} is no namespace of the team {team.name}"
                yield OUTSIDE.at((*one.at, "namespace"), said, f"its own: {', '.join(team.namespaces)}")
            if team.gitops and one.create and one.name == f"{team.name}-reconciler":
                yield TWICE.at((*one.at, "name"), f"{one.name} is who Flux is for the team", "use another name")


def _gitops(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        if team.gitops:
            yield from _repository(team, blueprint)


def _repository(team: Team, blueprint: Blueprint) -> Iterator[Diagnostic]:
    gitops = team.gitops
    assert gitops, "the team has a repository"
    engine = blueprint.gitops.engine if blueprint.gitops else "kustomize"
    if engine == "kustomize":
        help = "say `gitops: {engine: flux}` or argocd"
        yield UNUSED.at(gitops.at, "there is no engine that would read the repository", help, key=True)
    if engine != "argocd":
        return
    capabilities = blueprint.cluster.capabilities
    if capabilities and capabilities.argocd and blueprint.gitops and not blueprint.gitops.repository:
        yield NOT_REGISTERED.at(
            gitops.at, "EKS's Argo CD does not know this cluster", "say gitops.repository", key=True
        )
    given = dict(zip(FLUX_ALONE, (gitops.interval_seconds, gitops.secret_ref, gitops.cluster_role), strict=True))
    for key, value in given.items():
        if value:
            yield UNUSED.at((*gitops.at, key), f"{key} is a setting of flux, not of argocd", key=True)
    if gitops.is_artifact:
        yield UNUSED.at((*gitops.at, "repository"), "Argo CD reads Git repositories here", "say one by https or ssh")


CHECKS = (_names, _namespaces, _service_accounts, _gitops)
