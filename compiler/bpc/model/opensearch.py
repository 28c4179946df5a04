"""A domain of Amazon OpenSearch Service, for logs."""

from __future__ import annotations

from bpc.facts import search_instances
from bpc.model.node import Data, Node, Reference

VOLUME = 50


class DedicatedMaster(Node):
    instance_type: str
    instance_count: int


class DomainLogging(Node):
    types: tuple[str, ...]
    retention_days: int
    key_arn: str | None


class OpenSearch(Node):
    """`volume_size` is None where the nodes have disks of their own."""

    domain_name: str
    engine_version: str
    instance_type: str
    instance_count: int
    availability_zone_count: int
    dedicated_master: DedicatedMaster | None
    volume_size: int | None
    key_arn: str | None
    subnets: tuple[Reference, ...]
    master_user_arn: str
    reader_arns: tuple[str, ...]
    logging: DomainLogging
    index_retention_days: int
    off_peak_window_start: str | None
    auto_software_update: bool

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        local = search_instances.family(str(data["instanceType"])) in search_instances.LOCAL_DISKS
        return {
            "domainName": whole["metadata"]["name"],
            "availabilityZoneCount": min(2, data["instanceCount"]),
            "volumeSize": None if local else VOLUME,
            "subnets": (),
            **data,
        }
