"""Argo CD. Sources: Argo CD documentation, Installation, Declarative setup (Manage Argo CD using Argo CD), Resource
Health (Argocd App); its chart 10.1.1, as Helm renders it.

With `gitops.engine: argocd` it looks after itself: somebody installs this chart once, by the same release name and into
the same namespace, and the Application of this add-on takes it over from there. The password of its Redis is made in
the cluster by a Job, and its certificate by the server, so nothing of it is in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

# By itself an Application that another one brings counts as healthy at once, and no wave waits for the one before.
HEALTH = """\
local health = (obj.status or {}).health or {status = "Progressing"}
return {status = health.status or "Progressing", message = health.message or ""}
"""


class ArgoCd(AddOn):
    """Brings what a Git repository holds into the cluster, with Argo CD; as engine, it looks after itself."""

    name = "argo-cd"
    namespace = "argocd"
    sources = ("chart",)
    # By this release name its objects are called as everywhere else: argocd-server, and so on.
    charts = (Chart("https://argoproj.github.io/argo-helm", "argo-cd", "10.1.1", "argocd"),)
    registry = "quay.io"
    images = ("ecr-public.aws.com/docker/library/redis:8.2.3-alpine", "quay.io/argoproj/argocd:v3.4.4")
    crds = ("applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io")
    waits_for = (
        "Deployment/argocd-applicationset-controller",
        "Deployment/argocd-notifications-controller",
        "Deployment/argocd-redis",
        "Deployment/argocd-repo-server",
        "Deployment/argocd-server",
        "StatefulSet/argocd-application-controller",
    )
    pod_security = "restricted"
    kubernetes = ("1.32", "1.35")
    instead_of = ("capabilities.argocd",)
    engine = "argocd"

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            # Only who lets another party sign people in has something for Dex to do.
            "dex": {"enabled": False},
            "configs": {"cm": {"resource.customizations.health.argoproj.io_Application": HEALTH}},
        }
