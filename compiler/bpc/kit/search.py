"""How an add-on reaches the platform's own domain of Amazon OpenSearch Service, and may write there.

The domain's address has a part that nobody knows before it is there, so a manifest cannot have it: the stack of the
domain gives a ConfigMap with it, as an output for kubectl. Sources: Amazon OpenSearch Service Developer Guide, Identity
and Access Management (the path of a request is the end of the resource); Fluent Bit manual, output opensearch (its one
request is POST to /_bulk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.kit import k8s

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import Sub

HOST = "OPENSEARCH_HOST"
WRITE = "es:ESHttpPost"


def resource(domain: str, path: str = "*") -> Sub:
    """The domain's APIs, or one of them, as IAM names them."""
    from bpc.kit import iam

    return iam.arn(f"es:domain/{domain}/{path}")


def bulk(domain: str) -> Sub:
    """The one API that whoever writes logs calls."""
    return resource(domain, "_bulk")


def writes(domain: str) -> Statement:
    """That documents may be sent to the domain; which indices they go to is the domain's own business."""
    from bpc.kit import iam

    return iam.allow(WRITE, on=[bulk(domain)], sid="WriteToTheSearchDomain")


def settings(app: str) -> str:
    """The name of the ConfigMap with the domain's address."""
    return f"{app}-opensearch"


def address(app: str) -> k8s.Object:
    """The environment variable that has it. The pod waits for the ConfigMap."""
    return {"name": HOST, "valueFrom": {"configMapKeyRef": {"name": settings(app), "key": HOST}}}


def config_map(app: str, namespace: str, host: str) -> k8s.Object:
    """The ConfigMap."""
    return k8s.config_map(settings(app), app, namespace, {HOST: host})
