"""Who brings the manifests into the cluster."""

from __future__ import annotations

from bpc.model.node import Node

KUSTOMIZE = "kustomize"


class Gitops(Node):
    """An engine in the cluster that reads the manifests from a repository, or nobody in particular."""

    engine: str

    @property
    def knows_helm(self) -> bool:
        """Whether the engine installs Helm charts itself."""
        return self.engine != KUSTOMIZE
