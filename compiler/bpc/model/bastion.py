"""The host to work from."""

from __future__ import annotations

from bpc.model.network import Network
from bpc.model.node import Node


class Bastion(Node):
    instance_type: str
    instance_types: tuple[str, ...]
    access: str
    key_name: str | None
    allowed_cidrs: tuple[str, ...]
    os: str
    tools: tuple[str, ...]
    timezone: str
    private_ip: str | None
    user_data: str

    def kind_of_subnet(self, network: Network) -> str:
        """Private where Session Manager is reached from there, else public, where there are such subnets."""
        return network.kinds[-1 if self.access == "ssm" and network.private_reaches_aws else 0]
