"""What an add-on is told of the platform that it is planned for, and how it says its charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.kit.record import Record


class Chart(Record):
    """A Helm chart at the version that an add-on's values are for.

    `repository` is the https address of an index, or `oci://` and the path above the chart. `release` is the name
    that Helm would install it by, where that is not the chart's.
    """

    repository: str
    name: str
    version: str
    release: str = ""
    # Whether its folder of custom resource definitions is for Helm: not where a chart of their own brings them.
    crds: bool = True


class Context(Record):
    """Everything that an add-on may know about the platform it is planned for.

    `others` are the add-ons that are there beside it, and `role_arn` is its role where a manifest has to say it.
    """

    cluster: str
    region: str
    partition: str
    version: str
    options: Mapping[str, Any]
    has_nodes: bool
    has_internet: bool
    nodes: int
    has_windows: bool = False
    self_managed: bool = False
    ip_family: str = "ipv4"
    # The KMS keys of StorageClasses.
    volume_keys: tuple[str, ...] = ()
    # The instance types of nodes with the accelerator that the add-on is for.
    accelerated: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()
    namespace: str = ""
    role_arn: str = ""
    # The tag Name of the platform's own VPC; empty where the VPC is somebody else's.
    vpc_name: str = ""
    # The value of the tag that the subnets of nodes are found by; empty where they are somebody else's.
    discovery: str = ""
    # The platform's tags.
    tags: Mapping[str, str] = {}
    # The managed node groups whose pods may ask the instance metadata service, for an add-on that does.
    metadata_groups: tuple[str, ...] = ()
    # Nothing in the blueprint could run a pod.
    bare: bool = False
    # The namespace of the GitOps engine; empty where there is none.
    home: str = ""
    # The registry, and the folder, that an engine's charts pull from; empty where they pull from the publishers.
    mirror: str = ""
    # What machines are told of an HTTP proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
    proxy: Mapping[str, str] = {}
    # The platform's own domain of Amazon OpenSearch Service, by its name.
    search_domain: str = ""
