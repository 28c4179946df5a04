"""Launch templates: volumes that EBS has, capacity that can be had, and settings that the machine knows."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.instances import mixture
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Disk, NodeGroup

VOLUME = rule(
    "BPC810",
    "volume-setting",
    why="io1 and io2 need a number of operations, gp3 has a number and a throughput, the others neither; each within "
    "bounds (Amazon EBS User Guide, Amazon EBS volume types).",
    cure="Take the setting away, use another volume type, or stay within the bounds.",
)
DEVICE_TWICE = rule(
    "BPC811",
    "volume-device-twice",
    why="A device name is one disk's.",
    cure="Use another device name, such as /dev/xvdf.",
)
TEMPLATE_ALONE = rule(
    "BPC812",
    "launch-template-alone",
    why="With a launch template of yours, bpc writes none, so that nothing takes the setting to the nodes.",
    cure="Put the setting into your launch template, or leave `launchTemplate` out.",
)
RESERVATION = rule(
    "BPC813",
    "capacity-reservation",
    why="A capacity block is one reservation of one instance type, Spot takes none, and a target is one thing (Amazon "
    "EC2 User Guide, Capacity Reservations; Amazon EKS User Guide, Capacity Blocks for ML).",
    cure="Name one reservation, and use `capacity: on-demand`, or `capacity-block` for a capacity block.",
)
NOT_BURSTABLE = rule(
    "BPC814",
    "cpu-credits-not-burstable",
    why="Only T instances have CPU credits (Amazon EC2 User Guide, Burstable performance instances).",
    cure="Leave cpuCredits out, or use T instances alone.",
)
ARCHITECTURE = rule(
    "BPC815",
    "architecture-and-types",
    why="The instance types say what they run.",
    cure="Leave `architecture` out, or use other instance types.",
)
NO_ENCLAVE = rule(
    "BPC816",
    "no-enclave",
    why="Burstable and bare metal instances have no enclaves, and EKS none on Windows (AWS Nitro Enclaves User Guide, "
    "Requirements).",
    cure="Use other instance types, such as m7i.xlarge.",
)
IMDS_V1 = rule(
    "BPC817",
    "imds-v1",
    why="With version 1 of the metadata service, a request that somebody forges reads the node's credentials (Amazon "
    "EKS Best Practices Guide, Identity and access management).",
    cure="Leave httpTokens out.",
    severity="warning",
)

# Operations per second of a volume type, at least and at most (AWS::EC2::LaunchTemplate, Ebs.Iops).
OPERATIONS = {"gp3": (3000, 80000), "io1": (100, 64000), "io2": (100, 256000)}
THROUGHPUT = 4  # operations that a MiB per second of gp3 needs
ROOT = {"bottlerocket": "/dev/xvdb", "windows": "/dev/sda1", "ubuntu": "/dev/sda1"}


def _volumes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        for disk in (group.disk, *group.volumes):
            yield from _operations(disk)
        seen = {"/dev/xvda"} if group.family == "bottlerocket" else set()
        seen.add(group.disk.device_name or ROOT.get(group.family, "/dev/xvda"))
        for volume in group.volumes:
            name = volume.device_name or ""
            if name in seen:
                yield DEVICE_TWICE.at((*volume.at, "deviceName"), f"there is a disk at {name} already")
            seen.add(name)


def _operations(disk: Disk) -> Iterator[Diagnostic]:
    at, iops, bounds = (*disk.at, "iops"), disk.iops, OPERATIONS.get(disk.type)
    if iops and bounds is None:
        yield VOLUME.at(at, f"{disk.type} has no number of operations to choose", key=True)
    elif iops and bounds and not bounds[0] <= iops <= bounds[1]:
        yield VOLUME.at(at, f"{disk.type} has from {bounds[0]} to {bounds[1]} operations per second")
    elif iops is None and disk.type in ("io1", "io2"):
        yield VOLUME.at((*disk.at, "type"), f"{disk.type} needs a number of operations", "add iops")
    at = (*disk.at, "throughput")
    if disk.throughput and disk.type != "gp3":
        yield VOLUME.at(at, f"{disk.type} has no throughput to choose", key=True)
    elif disk.throughput and disk.throughput * THROUGHPUT > (iops or 3000):
        yield VOLUME.at(at, f"{disk.throughput} MiB/s need {disk.throughput * THROUGHPUT} operations per second")


def _alone(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        for field in _written(group) if group.launch_template else ():
            yield TEMPLATE_ALONE.at((*group.at, field), f"{field} does nothing beside launchTemplate", key=True)


def _written(group: NodeGroup) -> list[str]:
    """The fields that would have gone into our launch template."""
    disk = group.disk
    details = (disk.iops, disk.throughput, disk.key_arn, disk.snapshot_id, disk.device_name)
    values = {
        "disk": disk.size != 50 or disk.type != "gp3" or any(details),
        "volumes": group.volumes,
        "metadataOptions": group.metadata_options,
        "ebsOptimized": group.ebs_optimized is not None,
        "detailedMonitoring": group.detailed_monitoring,
        "enclave": group.enclave,
        "cpuCredits": group.cpu_credits,
        "capacityReservation": group.capacity_reservation,
        "securityGroupIds": group.security_group_ids,
        "securityGroupRules": group.security_group_rules,
        "ssh": group.ssh,
        "nodeName": group.node_name,
        "placement": group.placement,
        "efa": group.efa,
        "instanceRequirements": group.instance_requirements,
        "amiId": group.ami_id,
        "amiParameter": group.ami_parameter,
        "kubelet": group.kubelet,
        "maxPods": group.max_pods,
        "clusterDns": group.cluster_dns,
        "userData": group.user_data,
        "bootstrapCommand": group.bootstrap_command,
        "bottlerocket": group.bottlerocket,
    }
    return [field for field, value in values.items() if value]


def _reservations(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        wanted, at = group.capacity_reservation, (*group.at, "capacityReservation")
        if group.capacity == "capacity-block" and not group.launch_template:
            if not (wanted and wanted.id):
                message = "a capacity block is said by its reservation"
                yield RESERVATION.at((*group.at, "capacity"), message, "add capacityReservation: {id: cr-…}")
            if len(group.instance_types) != 1:
                yield RESERVATION.at((*group.at, "instanceTypes"), "a capacity block is of one instance type", key=True)
        if not wanted:
            continue
        if group.capacity == "spot" and wanted.preference != "none":
            yield RESERVATION.at(at, "Spot instances take no reservation", key=True)
        if wanted.id and wanted.resource_group_arn:
            yield RESERVATION.at((*at, "resourceGroupArn"), "the reservation is named by its id", key=True)
        if (wanted.id or wanted.resource_group_arn) and wanted.preference in ("open", "none"):
            yield RESERVATION.at((*at, "preference"), f"{wanted.preference} and a reservation exclude each other")


def _settings(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        burstable = [one for one in group.instance_types if one[:2] in ("t2", "t3", "t4")]
        if group.cpu_credits and len(burstable) < len(group.instance_types):
            yield NOT_BURSTABLE.at((*group.at, "cpuCredits"), "not all of the instance types are burstable", key=True)
        metal = [one for one in group.instance_types if ".metal" in one]
        if group.enclave and (burstable or metal or group.family == "windows"):
            what = ", ".join([*burstable, *metal]) or group.ami
            yield NO_ENCLAVE.at((*group.at, "enclave"), f"{what} has no enclaves", key=True)
        if not group.fits and not mixture(group.instance_types):
            types = ", ".join(group.instance_types)
            yield ARCHITECTURE.at((*group.at, "architecture"), f"{types} is not {group.architecture}")
        options = group.metadata_options
        if options and options.http_tokens == "optional":
            yield IMDS_V1.at((*options.at, "httpTokens"), "any process on the node may read its credentials")


CHECKS = (_volumes, _alone, _reservations, _settings)
