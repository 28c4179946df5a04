"""What few networks have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.model.node import Data, Node, Reference

if TYPE_CHECKING:
    from bpc.model.iam import Iam

RETENTION = 90  # days, as for the control plane's logs


class FlowLogs(Node):
    """`retention_days` is None where the logs are not in a log group."""

    destination: str
    bucket_arn: str | None
    traffic_type: str
    iam: Iam | None
    aggregation_interval_seconds: int
    retention_days: int | None
    key_arn: str | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"retentionDays": RETENTION if data["destination"] == "cloud-watch-logs" else None, **data}


class Proxy(Node):
    """`http_proxy` is None where requests by plain HTTP go the same way."""

    https_proxy: str
    http_proxy: str | None
    no_proxy: tuple[str, ...]


class TransitGateway(Node):
    id: Reference
    routes: tuple[str, ...]
    appliance_mode: bool


class VpnGateway(Node):
    id: Reference | None
    amazon_side_asn: int | None
    routes: tuple[str, ...]
