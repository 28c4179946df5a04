"""User data of Windows: PowerShell that runs before, or calls, the image's own bootstrap script.

The script's parameters are from the Amazon EKS User Guide, Create nodes with optimized Windows AMIs.
"""

from __future__ import annotations

from bpc.kit.user_data import AUTHORITY, ENDPOINT, Boot

BOOTSTRAP = '& "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"'


def text(boot: Boot) -> str:
    lines = [boot.script.rstrip("\n")] if boot.script else []
    if boot.command:
        lines.append(boot.command.rstrip("\n"))
    elif boot.join:
        lines.append(" `\n  ".join([BOOTSTRAP, *_arguments(boot)]))
    return "\n".join(["<powershell>", *lines, "</powershell>", ""]) if lines else ""


def _arguments(boot: Boot) -> list[str]:
    join = boot.join
    assert join
    dns = (boot.cluster_dns or (join.dns,))[0]
    flags = ([f"--max-pods={boot.max_pods}"] if boot.max_pods else []) + boot.registration
    return [
        f'-EKSClusterName "{join.cluster}"',
        f'-APIServerEndpoint "{ENDPOINT}"',
        f'-Base64ClusterCA "{AUTHORITY}"',
        f'-DNSClusterIP "{dns}"',
        f'-ServiceCIDR "{join.service_cidr}"',
        *([f'-KubeletExtraArgs "{" ".join(flags)}"'] if flags else []),
    ]
