"""User data of Amazon Linux and Ubuntu: parts of a MIME message, for cloud-init and for nodeadm.

Amazon Linux 2023 is configured by nodeadm's NodeConfig (nodeadm, NodeConfig API reference); Amazon Linux 2 and
Ubuntu by the arguments of /etc/eks/bootstrap.sh. A shell script runs before the kubelet starts.
"""

from __future__ import annotations

import json
from typing import Any

from bpc import render
from bpc.kit.user_data import AUTHORITY, ENDPOINT, SERVICES, Boot

SHELL = 'text/x-shellscript; charset="utf-8"'
NODEADM = "application/node.eks.aws"
BOUNDARY = "==NODE=="
NODE_CONFIG = "apiVersion: node.eks.aws/"
KUBELET = "/etc/kubernetes/kubelet/kubelet-config.json"
MERGE = """\
jq -s '.[0] * .[1]' {file} - > /tmp/kubelet-config.json <<'END_OF_SETTINGS'
{settings}
END_OF_SETTINGS
mv /tmp/kubelet-config.json {file}
"""


def text(boot: Boot) -> str:
    parts: list[tuple[str, str]] = []
    if boot.environment:
        from bpc.kit import proxy_setup

        parts.append((SHELL, _script(proxy_setup.lines(boot.environment))))
    if boot.script:
        parts.append((SHELL, _script(boot.script)))
    parts += _nodeadm(boot) if boot.family == "al2023" else _bootstrap(boot)
    return _message(parts) if parts else ""


def _nodeadm(boot: Boot) -> list[tuple[str, str]]:
    """NodeConfig documents, which nodeadm merges; or a command in their place."""
    if boot.command and not is_node_config(boot.command):
        return [(SHELL, _script(boot.command))]
    spec = _spec(boot)
    document = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}
    parts = [(NODEADM, "---\n" + render.manifests([document], "").decode())] if spec else []
    return parts + ([(NODEADM, boot.command)] if boot.command else [])


def is_node_config(command: str) -> bool:
    return any(line.startswith(NODE_CONFIG) for line in command.splitlines())


def _spec(boot: Boot) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if boot.join:
        spec["cluster"] = {
            "name": boot.join.cluster,
            "apiServerEndpoint": ENDPOINT,
            "certificateAuthority": AUTHORITY,
            "cidr": boot.join.service_cidr or SERVICES,
        }
    if boot.environment:
        from bpc.kit import proxy_setup

        spec["instance"] = {"environment": {"default": proxy_setup.spelled(boot.environment)}}
    kubelet: dict[str, Any] = {}
    if config := _config(boot):
        kubelet["config"] = config
    if flags := boot.registration:
        kubelet["flags"] = flags
    return spec | ({"kubelet": kubelet} if kubelet else {})


def _config(boot: Boot) -> dict[str, Any]:
    config = dict(boot.kubelet)
    if boot.max_pods:
        config["maxPods"] = boot.max_pods
    if boot.cluster_dns:
        config["clusterDNS"] = list(boot.cluster_dns)
    return config


def _bootstrap(boot: Boot) -> list[tuple[str, str]]:
    """The script of the image, with what EKS does not say for us; or a command in its place."""
    if boot.command:
        return [(SHELL, _script(boot.command))]
    if boot.join is None:
        return []
    merge = MERGE.format(file=KUBELET, settings=json.dumps(boot.kubelet, indent=2)) if boot.kubelet else ""
    run = " \\\n  ".join([f"/etc/eks/bootstrap.sh {boot.join.cluster}", *_arguments(boot)]) + "\n"
    if boot.family == "ubuntu" and merge:  # there the kubelet is a snap, and its file is written by the script
        return [(SHELL, _script(f"set -euo pipefail\n{run}{merge}snap restart kubelet-eks\n"))]
    return [(SHELL, _script(f"set -euo pipefail\n{merge}{run}"))]


def _arguments(boot: Boot) -> list[str]:
    join = boot.join
    assert join
    found = [f"--apiserver-endpoint '{ENDPOINT}'", f"--b64-cluster-ca '{AUTHORITY}'"]
    if not join.service_cidr:
        found += ["--ip-family ipv6", f"--service-ipv6-cidr '{SERVICES}'"]
    if address := (boot.cluster_dns or (join.dns,))[0]:
        found.append(f"--dns-cluster-ip '{address}'")
    extra = boot.registration
    if boot.max_pods:
        found.append("--use-max-pods false")
        extra = [f"--max-pods={boot.max_pods}", *extra]
    return found + ([f"--kubelet-extra-args '{' '.join(extra)}'"] if extra else [])


def _script(lines: str) -> str:
    return lines if lines.startswith("#!") else f"#!/bin/bash\n{lines}"


def _message(parts: list[tuple[str, str]]) -> str:
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"', ""]
    for kind, body in parts:
        lines += [f"--{BOUNDARY}", f"Content-Type: {kind}", "", body.rstrip("\n"), ""]
    return "\n".join([*lines, f"--{BOUNDARY}--", ""])
