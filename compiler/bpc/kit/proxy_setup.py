"""An HTTP proxy as Amazon Linux takes it: variables in both spellings, and a line for the package manager.

The package manager knows no exceptions, so that it has the proxy unless S3, where Amazon Linux's packages are, has a
VPC endpoint (AWS Knowledge Center, How do I set HTTP proxy for Amazon EKS containerd nodes?).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

PROFILE = "/etc/profile.d/proxy.sh"
DNF = "/etc/dnf/dnf.conf"
# AWS Systems Manager User Guide, Configuring SSM Agent to use a proxy on Linux nodes.
AGENT = """\
mkdir -p /etc/systemd/system/amazon-ssm-agent.service.d
cat >/etc/systemd/system/amazon-ssm-agent.service.d/proxy.conf <<'EOT'
[Service]
{settings}EOT
systemctl daemon-reload
attempt agent systemctl restart amazon-ssm-agent
"""


def spelled(environment: Mapping[str, str]) -> dict[str, str]:
    """In capitals and in small letters: programs look for the one or the other."""
    return {one: value for key, value in sorted(environment.items()) for one in (key, key.lower())}


def lines(environment: Mapping[str, str], configuration: str = DNF) -> str:
    """Shell that tells packages and every login of it."""
    exports = "".join(f"export {key}='{value}'\n" for key, value in spelled(environment).items())
    made = f"cat >{PROFILE} <<'EOT'\n{exports}EOT\n"
    if "s3." not in environment["NO_PROXY"]:
        made += f"echo 'proxy={environment['HTTPS_PROXY']}' >>{configuration}\n"
    return made


def host(environment: Mapping[str, str], configuration: str) -> str:
    """The same for a bastion host, whose script and agent need it too."""
    settings = "".join(f'Environment="{key}={value}"\n' for key, value in spelled(environment).items())
    return f"{lines(environment, configuration)}. {PROFILE}\n{AGENT.format(settings=settings)}"


def user_data(family: str, environment: Mapping[str, str]) -> str:
    """The same for nodes of Karpenter's, which adds to it how they join (Karpenter, NodeClasses, spec.userData)."""
    if family == "Bottlerocket":
        without = json.dumps(environment["NO_PROXY"].split(","))
        return f'[settings.network]\nhttps-proxy = "{environment["HTTPS_PROXY"]}"\nno-proxy = {without}\n'
    said = "".join(f"        {key}: {json.dumps(value)}\n" for key, value in spelled(environment).items())
    above = "spec:\n  instance:\n    environment:\n      default:\n"
    return f"apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n{above}{said}"
