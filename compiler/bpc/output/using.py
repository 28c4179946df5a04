"""What the README says of the cluster once it is there: how to reach it with kubectl."""

from __future__ import annotations

from bpc.output.described import Place


def said(place: Place) -> str:
    """Who is let in, and from where."""
    lines = ["## Use the cluster", ""]
    if place.access:
        rights = f"The host's role has the EKS access policy `{place.cluster_access}` in the cluster."
        if place.cluster_access == "none":
            rights = "For `kubectl` there, say what its role may do in `bastion.clusterAccess`, or use credentials of "
            rights += "your own."
        lines.append(
            f"The output `Connect` of the stack `{place.bastion}` says how to get onto the bastion host. {rights}"
        )
    if place.private:
        host = "on the bastion host, " if place.access else ""
        lines.append(
            f"The Kubernetes API answers inside the VPC alone: {host}in an AWS CloudShell VPC environment with the "
            "cluster's security group, or over a VPN."
        )
    maker = "the role by which StackSets created the stack" if place.sets else "whoever created the stack"
    creator = f", and so is {maker}" if place.creator else ""
    lines += [f"Whoever is in `cluster.access` is let in{creator}:", "", "```sh"]
    lines += [f"aws eks update-kubeconfig --region {place.region} --name {place.name}", "kubectl get nodes", "```"]
    return "\n".join(lines + (_tunnel(place) if place.private and place.access == "ssm" else []))


def _tunnel(place: Place) -> list[str]:
    """How to reach a private endpoint from a laptop (AWS Systems Manager User Guide, Starting a port forwarding
    session to a remote host)."""
    name, region = place.name, place.region
    return [
        "",
        "From your own machine, a session on the bastion host can carry the connection:",
        "",
        "```sh",
        f"host=$(aws eks describe-cluster --region {region} --name {name} \\",
        "  --query cluster.endpoint --output text | sed 's|https://||')",
        f"target=$(aws ec2 describe-instances --region {region} --query 'Reservations[].Instances[].InstanceId' \\",
        f"  --filters Name=tag:Name,Values={name}-host Name=instance-state-name,Values=running --output text)",
        f'aws ssm start-session --region {region} --target "$target" \\',
        "  --document-name AWS-StartPortForwardingSessionToRemoteHost \\",
        '  --parameters "host=$host,portNumber=443,localPortNumber=8443" &',
        'kubectl --server https://localhost:8443 --tls-server-name "$host" get nodes',
        "```",
    ]
