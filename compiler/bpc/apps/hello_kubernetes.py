"""A page that greets and says which pod and node has answered.

Source: paulbouwer/hello-kubernetes, its Helm chart and Dockerfile: version 1.10.1, for amd64 alone, port 8080, the user
`node`, whose number is 1000 in Node.js images. npm writes below its own folder, so the file system is not read-only.
"""

from __future__ import annotations

from bpc.samples import Sample

SAMPLE = Sample(
    "hello-kubernetes",
    {
        "image": "docker.io/paulbouwer/hello-kubernetes:1.10.1",
        "architectures": ["amd64"],
        "ports": [{"containerPort": 8080}],
        "securityContext": {"runAsUser": 1000, "readOnlyRootFilesystem": False},
        "livenessProbe": {"path": "/"},
        "readinessProbe": {"path": "/"},
    },
)
