"""Policies that people know by the controller that needs them, for the roles of pods and of nodes.

Sources: the managed policies that AWS keeps for a controller (AWS Managed Policy Reference), and where there is none
the controller's own documentation: Cluster Autoscaler, the AWS README; cert-manager, DNS01 with Route 53;
external-dns, AWS tutorial; AWS Load Balancer Controller v3, installation (the list is in `kit.load_balancing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bpc.kit import iam

if TYPE_CHECKING:
    from awacs.aws import Statement

# By the path behind `policy/`, for the names that AWS has a managed policy for.
MANAGED = {
    "cloud-watch": "CloudWatchAgentServerPolicy",
    "ebs-csi-controller": "service-role/AmazonEBSCSIDriverPolicy",
    "efs-csi-controller": "service-role/AmazonEFSCSIDriverPolicy",
    "image-builder": "AmazonEC2ContainerRegistryPowerUser",
    "x-ray": "AWSXrayWriteOnlyAccess",
}


def statements(name: str, cluster: str) -> Sequence[Statement]:
    """What a name stands for that has no managed policy."""
    if name == "auto-scaler":
        return autoscaler(cluster)
    if name == "aws-load-balancer-controller":
        from bpc.kit import load_balancing

        return load_balancing.controller()
    if name == "fsx":
        return fsx()
    return cert_manager() if name == "cert-manager" else external_dns(["*"])


def autoscaler(cluster: str) -> Sequence[Statement]:
    """To see every Auto Scaling group, and to change those that carry the cluster's tag."""
    owned = iam.when_equal({f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"})
    return [
        iam.allow(
            "autoscaling:SetDesiredCapacity",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            on=[iam.arn("autoscaling:autoScalingGroup:*:autoScalingGroupName/*")],
            where=owned,
        ),
        iam.allow("eks:DescribeNodegroup", on=[iam.arn(f"eks:nodegroup/{cluster}/*/*")]),
        # None of these has a resource that they could be narrowed to; all of them only read.
        iam.allow_anywhere(
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
        ),
    ]


def external_dns(zones: Sequence[str]) -> Sequence[Statement]:
    """To change the records of these hosted zones, by their ids."""
    return [
        iam.allow("route53:ChangeResourceRecordSets", on=[_zone(one) for one in zones]),
        # It lists the records of every zone that it finds, and stops at the first that it may not list.
        iam.allow("route53:ListResourceRecordSets", on=[_zone("*")]),
        iam.allow_anywhere("route53:ListHostedZones"),
    ]


def cert_manager() -> Sequence[Statement]:
    """To answer the DNS challenge in every hosted zone, and to see when the answer is there."""
    from troposphere import Sub

    return [
        iam.allow("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", on=[_zone("*")]),
        iam.allow("route53:GetChange", on=[Sub("arn:${AWS::Partition}:route53:::change/*")]),
        iam.allow_anywhere("route53:ListHostedZonesByName"),
    ]


def fsx() -> Sequence[Statement]:
    """To make file systems for volume claims, and to take away and resize those alone.

    The driver tags what it makes with the volume's name at once (Amazon FSx for Lustre CSI driver, Dynamic
    Provisioning); Service Authorization Reference, Amazon FSx: what such tags guard, and that to describe takes no
    resource.
    """
    from troposphere import Sub

    systems = [iam.arn("fsx:file-system/*")]
    service = iam.when_equal({"iam:AWSServiceName": "fsx.amazonaws.com"})
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/fsx.amazonaws.com/*"
    made, there = iam.when_tagged("aws:RequestTag/CSIVolumeName"), iam.when_tagged("aws:ResourceTag/CSIVolumeName")
    return [
        iam.allow("fsx:CreateFileSystem", "fsx:TagResource", on=systems, where=made),
        iam.allow("fsx:DeleteFileSystem", "fsx:UpdateFileSystem", on=systems, where=there),
        iam.allow_anywhere("fsx:DescribeFileSystems"),
        iam.allow("iam:CreateServiceLinkedRole", on=[Sub(role)], where=service),
    ]


def _zone(zone: str) -> Any:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:route53:::hostedzone/{zone}")
