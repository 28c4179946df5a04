"""LitmusChaos, the center. Sources: LitmusChaos documentation, ChaosCenter installation; its chart 3.29.1, as Helm
renders it.

The chart has passwords that everybody knows, and a key that is another one at each rendering; here both come from
Secrets that are there already. MongoDB is a copy that Bitnami has kept and mends no more, built for x86 alone. What
runs experiments is connected afterwards, from the center's own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context


class Litmus(AddOn):
    """Plans and watches chaos experiments, with a page of its own."""

    name = "litmus"
    namespace = "litmus"
    sources = ("chart",)
    charts = (Chart("https://litmuschaos.github.io/litmus-helm", "litmus", "3.29.1"),)
    node_selectors = (
        "mongodb.arbiter.nodeSelector",
        "mongodb.nodeSelector",
        "portal.frontend.nodeSelector",
        "portal.server.nodeSelector",
    )
    registry = "docker.io"
    images = (
        "docker.io/bitnamilegacy/mongodb:8.0.13-debian-12-r0",
        "docker.io/bitnamilegacy/os-shell:12-debian-12-r51",
        "docker.io/litmuschaos/argoexec:v3.3.1",
        "docker.io/litmuschaos/chaos-exporter:3.29.0",
        "docker.io/litmuschaos/chaos-operator:3.29.0",
        "docker.io/litmuschaos/chaos-runner:3.29.0",
        "docker.io/litmuschaos/litmusportal-auth-server:3.29.0",
        "docker.io/litmuschaos/litmusportal-event-tracker:3.29.0",
        "docker.io/litmuschaos/litmusportal-frontend:3.29.0",
        "docker.io/litmuschaos/litmusportal-server:3.29.0",
        "docker.io/litmuschaos/litmusportal-subscriber:3.29.0",
        "docker.io/litmuschaos/mongo:6",
        "docker.io/litmuschaos/workflow-controller:v3.3.1",
    )
    # What the center has a cluster run once that is connected.
    told_images = (
        "docker.io/litmuschaos/argoexec:v3.3.1",
        "docker.io/litmuschaos/chaos-exporter:3.29.0",
        "docker.io/litmuschaos/chaos-operator:3.29.0",
        "docker.io/litmuschaos/chaos-runner:3.29.0",
        "docker.io/litmuschaos/litmusportal-event-tracker:3.29.0",
        "docker.io/litmuschaos/litmusportal-subscriber:3.29.0",
        "docker.io/litmuschaos/workflow-controller:v3.3.1",
    )
    waits_for = (
        "Deployment/litmus-auth-server",
        "Deployment/litmus-frontend",
        "Deployment/litmus-server",
        "StatefulSet/litmus-mongodb",
        "StatefulSet/litmus-mongodb-arbiter",
    )
    disks = True
    pod_security = "baseline"
    kubernetes = ("1.16", "")
    architectures = ("amd64",)
    required = ("adminSecret", "mongodbSecret")
    options: ClassVar[Mapping[str, Any]] = {
        "adminSecret": {
            "$ref": "#/$defs/objectName",
            "description": "The Secret with ADMIN_USERNAME and ADMIN_PASSWORD. It is yours to make, in the namespace.",
            "examples": ["litmus-admin", "litmus-users"],
            "x-cloudformation": "none: existingSecret of the Helm chart",
        },
        "mongodbSecret": {
            "$ref": "#/$defs/objectName",
            "description": "The Secret with mongodb-root-password and mongodb-replica-set-key. It is yours to make, "
            "in the namespace.",
            "examples": ["litmus-database", "litmus-storage"],
            "x-cloudformation": "none: mongodb.auth.existingSecret of the Helm chart",
        },
        "storageClass": {
            "description": "The StorageClass of MongoDB's volumes. Left out, the default one.",
            "type": ["string", "null"],
            "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
            "default": None,
            "examples": ["gp3"],
            "x-cloudformation": "none: mongodb.persistence.storageClass of the Helm chart",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        named = context.options["storageClass"]
        return {
            "existingSecret": context.options["adminSecret"],
            # The same images without the detour by a service that counts who pulls them.
            "image": {"imageRegistryName": "docker.io/litmuschaos"},
            "mongodb": {
                "auth": {"existingSecret": context.options["mongodbSecret"]},
                **({"persistence": {"storageClass": named}} if named else {}),
            },
        }

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {"image": {"imageRegistryName": f"{context.mirror}/docker.io/litmuschaos"}}
