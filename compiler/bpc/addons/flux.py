"""Flux. Sources: Flux documentation, Installation and Bootstrap; the chart flux2 2.18.3 of its community, rendered.

With `gitops.engine: flux` it looks after itself: somebody installs this chart once, by the same release name and into
the same namespace, and the HelmRelease of this add-on takes that release over. What `flux bootstrap` installs is no
release of Helm: leave the add-on out then, or Helm finds objects that are not its own and stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context


class Flux(AddOn):
    """Brings what a Git repository holds into the cluster, with Flux; as engine, it looks after itself."""

    name = "flux"
    namespace = "flux-system"
    sources = ("chart",)
    charts = (Chart("https://fluxcd-community.github.io/helm-charts", "flux2", "2.18.3"),)
    node_selectors = (
        "cli.nodeSelector",
        "helmController.nodeSelector",
        "kustomizeController.nodeSelector",
        "notificationController.nodeSelector",
        "sourceController.nodeSelector",
    )
    registry = "ghcr.io"
    images = (
        "ghcr.io/fluxcd/flux-cli:v2.8.5",
        "ghcr.io/fluxcd/helm-controller:v1.5.3",
        "ghcr.io/fluxcd/kustomize-controller:v1.8.3",
        "ghcr.io/fluxcd/notification-controller:v1.8.3",
        "ghcr.io/fluxcd/source-controller:v1.8.2",
    )
    crds = (
        "alerts.notification.toolkit.fluxcd.io",
        "buckets.source.toolkit.fluxcd.io",
        "externalartifacts.source.toolkit.fluxcd.io",
        "gitrepositories.source.toolkit.fluxcd.io",
        "helmcharts.source.toolkit.fluxcd.io",
        "helmreleases.helm.toolkit.fluxcd.io",
        "helmrepositories.source.toolkit.fluxcd.io",
        "kustomizations.kustomize.toolkit.fluxcd.io",
        "ocirepositories.source.toolkit.fluxcd.io",
        "providers.notification.toolkit.fluxcd.io",
        "receivers.notification.toolkit.fluxcd.io",
    )
    waits_for = (
        "Deployment/helm-controller",
        "Deployment/kustomize-controller",
        "Deployment/notification-controller",
        "Deployment/source-controller",
    )
    pod_security = "restricted"
    kubernetes = ("1.33", "1.35")
    engine = "flux"

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            # Flux itself installs these two only for who asks: they write into the repository.
            "imageAutomationController": {"create": False},
            "imageReflectionController": {"create": False},
            # With its definitions, everything that it has ever installed would go too.
            "crds": {"annotations": {"helm.sh/resource-policy": "keep"}},
        }
