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
    interval_seconds: int | None
    secret_ref: SecretRef | None
    cluster_resource_whitelist: tuple[ResourceKind, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        if data["engine"] == KUSTOMIZE:
            return {"charts": "vendored", **data}
        argocd = (whole["cluster"].get("capabilities") or {}).get("argocd")
        home = "flux-system" if data["engine"] == FLUX else argocd["namespace"] if argocd else "argocd"
        return {"charts": "referenced", "namespace": home, **data}

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
        assert self.namespace, "there is an engine"
        return self.namespace

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
