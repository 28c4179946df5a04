"""The smallest server in Node.js: a file of a few lines in a ConfigMap, which an official image runs.

Source: the Node.js documentation, HTTP; the Docker Official Image node 22.20.0, in Amazon ECR Public, whose user `node`
has the number 1000. An image of one's own, from a pipeline, takes its place by `image`.
"""

from __future__ import annotations

from bpc.samples import Sample

SERVER = """\
const http = require("node:http");
const os = require("node:os");

const server = http.createServer((request, response) => {
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`Hello from ${os.hostname()}\\n`);
});

process.on("SIGTERM", () => server.close(() => process.exit(0)));
server.listen(3000);
"""

SAMPLE = Sample(
    "hello-nodejs",
    {
        "image": "public.ecr.aws/docker/library/node:22.20.0-bookworm-slim",
        "command": ["node", "/app/server.js"],
        "config": {"mountPath": "/app", "files": {"server.js": SERVER}},
        "ports": [{"containerPort": 3000}],
        "securityContext": {"runAsUser": 1000},
        "livenessProbe": {"path": "/"},
        "readinessProbe": {"path": "/"},
    },
)
