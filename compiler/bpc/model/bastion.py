"""The host to work from."""

from __future__ import annotations

from bpc.model.network import Network
from bpc.model.node import Data, Node


class Bastion(Node):
    instance_type: str
    instance_types: tuple[str, ...]
    access: str
    cluster_access: str
    key_name: str | None
    allowed_cidrs: tuple[str, ...]
    os: str
    tools: tuple[str, ...]
    timezone: str
    private_ip: str | None
    user_data: str

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"clusterAccess": "view" if "kubectl" in data["tools"] else "none", **data}

    def kind_of_subnet(self, network: Network) -> str:
        """Private where it needs no address of its own and has a way to AWS from there, else public."""
        return network.kinds[-1 if self.access != "ssh" and network.private_reaches_aws else 0]
