"""A file system, its mount targets and its access points.

Amazon EFS User Guide: Using IAM to control access to file systems (a policy takes the place of the default, which
lets everybody mount who reaches a mount target, so it says that again), Encrypting data in transit, Creating mount
targets (one in each zone), Working with access points.
"""

from __future__ import annotations

from typing import Any

from awacs.aws import Bool, Condition, PolicyDocument, Principal, Statement
from troposphere import GetAtt, Ref, Tags, ec2, efs, encode_to_dict

from bpc import home
from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, referred
from bpc.model import AccessPoint, FileSystem, Lifecycle
from bpc.plan.shapes import Plan

NFS: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049}
CLIENT = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess", "elasticfilesystem:ClientWrite")


def fill(one: FileSystem, plan: Plan, sheet: Sheet) -> None:
    title = logical_id(one.name, "FileSystem")
    sheet.add(efs.FileSystem(title, **_properties(one, sheet)), one.at)
    group = sheet.add(_security_group(one, plan, sheet), one.at)
    for number, subnet in enumerate(_subnets(one, plan, sheet), 1):
        target = efs.MountTarget(
            logical_id(one.name, f"MountTarget{number}"),
            FileSystemId=Ref(title),
            SubnetId=subnet,
            SecurityGroups=[GetAtt(group, "GroupId")],
        )
        sheet.add(target, one.at)
    sheet.export(title + "Id", Ref(title), f"The id of the file system {one.name}.")
    for point in one.access_points:
        _access_point(point, one, sheet)


def _properties(one: FileSystem, sheet: Sheet) -> dict[str, Any]:
    made: dict[str, Any] = {
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Encrypted": True,
        "ThroughputMode": one.throughput_mode,
        "BackupPolicy": efs.BackupPolicy(Status="ENABLED" if one.backup else "DISABLED"),
        "FileSystemPolicy": encode_to_dict(_policy()),
        "FileSystemTags": Tags(**sheet.tag_map(f"{sheet.platform}-{one.name}")),
    }
    if one.key_arn:
        made["KmsKeyId"] = one.key_arn
    if one.provisioned_throughput:
        made["ProvisionedThroughputInMibps"] = one.provisioned_throughput
    if policies := _lifecycle(one.lifecycle):
        made["LifecyclePolicies"] = policies
    return made


def _lifecycle(wanted: Lifecycle) -> list[efs.LifecyclePolicy]:
    """One transition in each policy, as EFS wants it."""
    days = {"TransitionToIA": wanted.transition_to_ia_days, "TransitionToArchive": wanted.transition_to_archive_days}
    made = {key: f"AFTER_{count}_DAY{'S' if count > 1 else ''}" for key, count in days.items() if count}
    if wanted.transition_to_primary_storage_class:
        made["TransitionToPrimaryStorageClass"] = "AFTER_1_ACCESS"
    return [efs.LifecyclePolicy(**{key: value}) for key, value in made.items()]


def _policy() -> PolicyDocument:
    """Whoever reaches a mount target may mount, and nobody without TLS."""
    anybody = Principal("AWS", ["*"])
    mount = Statement(
        Sid="MountThroughMountTargets",
        Effect="Allow",
        Principal=anybody,
        Action=iam.actions(*CLIENT),
        Condition=Condition(Bool({"elasticfilesystem:AccessedViaMountTarget": "true"})),
    )
    encrypt = Statement(
        Sid="OverTlsAlone",
        Effect="Deny",
        Principal=anybody,
        Action=iam.actions("elasticfilesystem:*"),
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    return PolicyDocument(Version=iam.VERSION, Statement=[mount, encrypt])


def _security_group(one: FileSystem, plan: Plan, sheet: Sheet) -> ec2.SecurityGroup:
    """The nodes have the cluster's own security group, and so do pods on Fargate."""
    nodes = sheet.imported("cluster", "ClusterSecurityGroupId")
    ingress = ec2.SecurityGroupRule(**NFS, SourceSecurityGroupId=nodes, Description="NFS from the nodes of the cluster")
    # A mount target answers and never calls; the rule is EC2's own way to say: nothing out.
    egress = ec2.SecurityGroupRule(
        IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
    )
    title = logical_id(one.name, "FileSystemSecurityGroup")
    return ec2.SecurityGroup(
        title,
        GroupDescription=f"The mount targets of the file system {one.name}",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupIngress=[ingress],
        SecurityGroupEgress=[egress],
        Tags=sheet.tags(title),
    )


def _subnets(one: FileSystem, plan: Plan, sheet: Sheet) -> list[Any]:
    """One in each zone; of a VPC that is there already, those that the blueprint names."""
    if one.subnets:
        return [referred(subnet) for subnet in one.subnets]
    kind = plan.blueprint.network.kinds[-1]
    if plan.blueprint.network.existing:
        found: list[Any] = home.subnets(kind, plan, sheet)
        return found
    return [sheet.imported("network", f"{subnet.id}Id") for subnet in plan.first_in_zones(kind)]


def _access_point(point: AccessPoint, one: FileSystem, sheet: Sheet) -> None:
    title = logical_id(one.name, point.name, "AccessPoint")
    owner, group = str(point.uid), str(point.gid)
    created = efs.CreationInfo(OwnerUid=owner, OwnerGid=group, Permissions=point.directory_permissions)
    made = efs.AccessPoint(
        title,
        FileSystemId=Ref(logical_id(one.name, "FileSystem")),
        PosixUser=efs.PosixUser(Uid=owner, Gid=group),
        RootDirectory=efs.RootDirectory(Path=point.path, CreationInfo=created),
        AccessPointTags=Tags(**sheet.tag_map(f"{sheet.platform}-{one.name}-{point.name}")),
    )
    sheet.add(made, point.at)
    sheet.export(title + "Id", Ref(title), f"The id of the access point {point.name} of {one.name}.")
