"""nginx, which a HorizontalPodAutoscaler scales by CPU; the sample load-generator gives it something to do.

Source: nginxinc/docker-nginx-unprivileged, its README: port 8080, user 101, and all that it writes is below /tmp;
1.29.1-alpine3.22 in Amazon ECR Public. Kubernetes documentation, HorizontalPodAutoscaler Walkthrough.
"""

from __future__ import annotations

from bpc.samples import Sample

SAMPLE = Sample(
    "nginx",
    {
        "image": "public.ecr.aws/nginx/nginx-unprivileged:1.29.1-alpine3.22",
        "ports": [{"containerPort": 8080}],
        "securityContext": {"runAsUser": 101},
        "livenessProbe": {"path": "/"},
        "readinessProbe": {"path": "/"},
        "autoscaling": {"min": 1, "max": 10, "cpu": 50},
    },
)
