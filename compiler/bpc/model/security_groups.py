"""Rules of one's own on the security groups of the cluster and of nodes."""

from __future__ import annotations

from bpc.model.node import Node, Reference


class SecurityGroupRule(Node):
    name: str
    direction: str
    protocol: str
    from_port: int | None
    to_port: int | None
    cidr: str | None
    prefix_list_id: Reference | None
    security_group_id: Reference | None
    description: str | None

    @property
    def ports(self) -> tuple[int, int] | None:
        """The first and the last port; None for what has none."""
        if self.from_port is None:
            return None
        return self.from_port, self.from_port if self.to_port is None else self.to_port

    @property
    def meaning(self) -> tuple[object, ...]:
        """What EC2 tells rules apart by: it takes no two of the same meaning."""
        other = self.cidr or self.prefix_list_id or self.security_group_id
        return self.direction, self.protocol, self.ports, str(other)
