"""The host to work from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.model.network import Network
from bpc.model.node import Data, Node

if TYPE_CHECKING:
    from bpc.model.iam import Iam


class SessionLog(Node):
    destination: str
    retention_days: int | None
    key_arn: str | None
    bucket_arn: str | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"retentionDays": 365, **data} if data["destination"] == "cloud-watch-logs" else data


class Download(Node):
    """A file that the host downloads and checks."""

    url: str
    sha256: str


class BootstrapManifest(Download):
    namespace: str | None


class Bootstrap(Node):
    manifests: tuple[BootstrapManifest, ...]
    kubectl: Download | None

    @property
    def downloads(self) -> tuple[Download, ...]:
        return (*([self.kubectl] if self.kubectl else []), *self.manifests)


class Bastion(Node):
    instance_type: str
    instance_types: tuple[str, ...]
    access: str
    iam: Iam | None
    cluster_access: str
    session_log: SessionLog | None
    bootstrap: Bootstrap | None
    key_name: str | None
    allowed_cidrs: tuple[str, ...]
    os: str
    tools: tuple[str, ...]
    timezone: str
    private_ip: str | None
    volume_size: int
    user_data: str

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"clusterAccess": "view" if "kubectl" in data["tools"] else "none", **data}

    def kind_of_subnet(self, network: Network) -> str:
        """Private where it needs no address of its own and has a way to AWS from there, else public."""
        return network.kinds[-1 if self.access != "ssh" and network.private_reaches_aws else 0]
