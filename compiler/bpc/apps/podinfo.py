"""podinfo, a small web application that shows how one should behave in Kubernetes.

Source: stefanprodan/podinfo 6.14.1, its kustomize folder and Dockerfile: port 9898, for amd64 and arm64; the user `app`
of its Alpine image is 100.
"""

from __future__ import annotations

from bpc.samples import Sample

SAMPLE = Sample(
    "podinfo",
    {
        "image": "ghcr.io/stefanprodan/podinfo:6.14.1",
        "command": ["./podinfo", "--port=9898", "--port-metrics=9797"],
        "ports": [{"containerPort": 9898}, {"name": "http-metrics", "containerPort": 9797}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "securityContext": {"runAsUser": 100},
        "volumes": [{"name": "data", "mountPath": "/data"}],
        "livenessProbe": {"path": "/healthz"},
        "readinessProbe": {"path": "/readyz"},
    },
)
