"""Who brings the manifests into the cluster."""

from __future__ import annotations

from bpc.model.node import Data, Node

KUSTOMIZE, ARGOCD, FLUX = "kustomize", "argocd", "flux"


class SecretRef(Node):
    name: str


class ResourceKind(Node):
    group: str
    kind: str


class Gitops(Node):
    """An engine in the cluster that reads the manifests from a repository, or nobody in particular."""

    engine: str
    charts: str
    repository: str | None
    revision: str | None
    path: str | None
    namespace: str | None
    interval: str | None
    secret_ref: SecretRef | None
    cluster_resource_whitelist: tuple[ResourceKind, ...]
    # The namespace of Argo CD where EKS runs it for the cluster.
    capability: str | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        argocd = (whole["cluster"].get("capabilities") or {}).get("argocd")
        managed = argocd["namespace"] if argocd and data["engine"] == ARGOCD else None
        charts = "vendored" if data["engine"] == KUSTOMIZE else "referenced"
        return {"charts": charts, **data, "capability": managed}

    @property
    def knows_helm(self) -> bool:
        """Whether the engine installs Helm charts itself."""
        return self.engine != KUSTOMIZE

    @property
    def installs_charts(self) -> bool:
        """Whether it is left to the engine to fetch charts and to install them."""
        return self.knows_helm and self.charts == "referenced"

    @property
    def has_bridge(self) -> bool:
        """Whether Argo CD is told of the cluster itself, as those who follow the GitOps bridge have it."""
        return self.engine == ARGOCD and bool(self.repository)

    @property
    def home(self) -> str:
        """The namespace of the engine and of its objects."""
        return self.namespace or self.capability or ("flux-system" if self.engine == FLUX else "argocd")

    @property
    def is_artifact(self) -> bool:
        """Whether the repository is an OCI artifact, and not Git."""
        return (self.repository or "").startswith("oci://")

    @property
    def wanted_revision(self) -> str:
        return self.revision or ("latest" if self.is_artifact else "main")

    def top(self, name: str) -> str:
        """The folder of the repository that holds the output, for the blueprint of that name."""
        return self.path or ("." if self.is_artifact else f"out/{name}")

    def folder(self, name: str, *below: str) -> str:
        """A path in the repository."""
        return "/".join(one for one in (self.top(name), *below) if one != ".")
