"""The AWS provider of the Secrets Store CSI Driver, with the driver, as one chart.

Sources: AWS Secrets and Configuration Provider, README and its chart 3.1.1 (which has the driver's chart in it, and
asks for tokens for both IRSA and Pod Identity); AWS Secrets Manager User Guide, Use AWS Secrets and Configuration
Provider with Amazon EKS. Whoever mounts a secret needs the permission to read it: the workload's own service account,
by `serviceAccounts`, and not this add-on.

The driver's chart brings its custom resource definitions by a job before each installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context

NAME = "secrets-store-csi-driver-provider-aws"
DRIVER = "secrets-store-csi-driver"


class SecretsStoreCsiDriverProviderAws(AddOn):
    """Mounts secrets of AWS Secrets Manager and Parameter Store into pods as files."""

    name = NAME
    sources = ("chart",)
    charts = (Chart(f"https://aws.github.io/{NAME}", NAME, "3.1.1"),)
    registry = "public.ecr.aws"
    images = (
        "public.ecr.aws/aws-secrets-manager/secrets-store-csi-driver-provider-aws:3.1.1",
        "registry.k8s.io/csi-secrets-store/driver:v1.6.0",
        "registry.k8s.io/csi-secrets-store/driver-crds:v1.6.0",
        "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.16.0",
        "registry.k8s.io/sig-storage/livenessprobe:v2.18.0",
    )
    daemonset = True
    crds = (
        "secretproviderclasses.secrets-store.csi.x-k8s.io",
        "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io",
    )
    waits_for = (f"DaemonSet/{DRIVER}", f"DaemonSet/{NAME}")
    pod_security = "privileged"
    kubernetes = ("1.30", "")
    endpoints = ("secretsmanager", "ssm")
    options: ClassVar[Mapping[str, Any]] = {
        "syncSecrets": {
            "description": "true: what a pod mounts can become a Kubernetes Secret as well, for environment variables.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "none: syncSecret.enabled of the driver's Helm chart",
        },
        "rotationMinutes": {
            "description": "How often what pods have mounted is read again, in minutes; 0 is never.",
            "type": "integer",
            "minimum": 0,
            "maximum": 1440,
            "default": 0,
            "x-cloudformation": "none: rotationPollInterval of the driver's Helm chart",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        minutes = context.options["rotationMinutes"]
        rotation = {"enableSecretRotation": True, "rotationPollInterval": f"{minutes}m"} if minutes else {}
        driver = {"syncSecret": {"enabled": context.options["syncSecrets"]}, **rotation}
        return {"awsRegion": context.region, "fullnameOverride": NAME, DRIVER: driver}
