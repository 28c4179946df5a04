"""The game 2048 behind an Application Load Balancer.

Source: Amazon EKS User Guide, Route application and HTTP traffic with Application Load Balancers (the sample
application). Its image has no tag but `latest`, so a digest pins it; it is for amd64, and its server starts as root.
"""

from __future__ import annotations

from bpc.samples import Sample

DIGEST = "sha256:afc96bdad819bfac184a6e9a90096b68583cf5977e66fa985143bde37e847a50"

SAMPLE = Sample(
    "game-2048",
    {
        "image": f"public.ecr.aws/l6m2t8p7/docker-2048@{DIGEST}",
        "architectures": ["amd64"],
        "podSecurity": "baseline",
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "readinessProbe": {"path": "/"},
        "ingress": {"class": "alb"},
    },
)
