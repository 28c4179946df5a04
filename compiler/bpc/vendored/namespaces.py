"""Which objects belong to a namespace. Helm puts those that say none into the release's; kustomize would not.

Source: Kubernetes documentation, API reference, the scope of each resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CLUSTER_WIDE = frozenset(
    """APIService CSIDriver CSINode CertificateSigningRequest ComponentStatus CustomResourceDefinition
    DeviceClass FlowSchema IPAddress IngressClass MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
    MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy PriorityClass
    PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersionMigration
    ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    VolumeAttributesClass VolumeSnapshotClass VolumeSnapshotContent
    EC2NodeClass GatewayClass IngressClassParams NodeClaim NodeClass NodeOverlay NodePool""".split()
)


def placed(objects: Sequence[dict[str, Any]], namespace: str) -> list[dict[str, Any]]:
    """The objects with a namespace each, where their kind has one; nothing changes without a namespace to put in."""
    if not namespace:
        return list(objects)
    scopes = {
        one["spec"]["names"]["kind"]: one["spec"]["scope"]
        for one in objects
        if one["kind"] == "CustomResourceDefinition" and "names" in one.get("spec", {})
    }
    return [one if _has(one) or _wide(one["kind"], scopes) else _put(one, namespace) for one in objects]


def _has(one: dict[str, Any]) -> bool:
    return bool(one["metadata"].get("namespace"))


def _wide(kind: str, scopes: dict[str, str]) -> bool:
    """Custom kinds whose definition is elsewhere are named by a habit that all of them follow."""
    if kind in scopes:
        return scopes[kind] == "Cluster"
    return kind in CLUSTER_WIDE or kind.startswith("Cluster")


def _put(one: dict[str, Any], namespace: str) -> dict[str, Any]:
    metadata = {key: value for key, value in one["metadata"].items() if key != "namespace"}
    name = {"name": metadata.pop("name"), "namespace": namespace}
    return one | {"metadata": name | metadata}
