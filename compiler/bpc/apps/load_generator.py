"""Load for another application: it asks for the same page over and over.

Source: Kubernetes documentation, HorizontalPodAutoscaler Walkthrough (Increase the load). By default it asks the sample
nginx; `env: {TARGET: …}` says otherwise. `replicas: 0` is silence.
"""

from __future__ import annotations

from bpc.samples import Sample

SAMPLE = Sample(
    "load-generator",
    {
        "image": "public.ecr.aws/docker/library/busybox:1.36",
        "command": ["/bin/sh", "-c"],
        "args": ['while sleep 0.01; do wget -q -O /dev/null "$TARGET"; done'],
        "env": {"TARGET": "http://nginx.nginx.svc.cluster.local"},
        "replicas": 1,
        "resources": {"requests": {"memory": "16Mi"}},
        "securityContext": {"runAsUser": 65534},
    },
)
