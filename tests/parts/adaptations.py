"""Properties as moto wants them, where it is narrower than AWS. They have been checked before they come here."""

from __future__ import annotations

import json

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from . import aws
from .refusal import Refused
from .schemas import Properties, values


def adapted(resource_type: str, given: Properties, region: str) -> Properties:
    """The properties as moto wants them, where it is narrower than AWS."""
    played: Properties = json.loads(json.dumps(given))
    if resource_type == "AWS::EC2::Subnet":
        _subnet(played, region)
    elif resource_type == "AWS::EC2::SecurityGroup":
        _security_group(played)
    elif resource_type == "AWS::EC2::Instance":
        _instance(played)
    elif resource_type == "AWS::EC2::NatGateway":
        _nat_gateway(played, region)
    elif resource_type == "AWS::EC2::LaunchTemplate":
        _launch_template(played)
    elif resource_type == "AWS::KMS::Key" and "Tags" in played:  # moto hands them on as the KMS API names them
        played["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in played["Tags"]]
    return played


def _subnet(played: Properties, region: str) -> None:
    """moto takes no zone ID from a template, and without a zone it chooses one in Virginia."""
    zones = RegionsAndZonesBackend.zones[region]
    if "AvailabilityZone" in played:
        chosen = [zone for zone in zones if zone.name == played["AvailabilityZone"]]
    else:
        wanted = played.pop("AvailabilityZoneId", zones[0].zone_id)
        chosen = [zone for zone in zones if zone.zone_id == wanted]
    if not chosen:
        raise Refused(f"{region} has no such availability zone")
    played["AvailabilityZone"] = chosen[0].name


def _security_group(played: Properties) -> None:
    """moto wants ports in every rule, also where the protocol has none."""
    for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
        for rule in values(played, (direction, "*")):
            rule.setdefault("FromPort", -1)
            rule.setdefault("ToPort", -1)


def _nat_gateway(played: Properties, region: str) -> None:
    """moto looks for the address, which for an address of the user's own is not there."""
    ec2 = aws.client("ec2", region)
    known = [one["AllocationId"] for one in ec2.describe_addresses()["Addresses"]]
    if played.get("AllocationId") not in known:
        played["AllocationId"] = ec2.allocate_address(Domain="vpc")["AllocationId"]


def _launch_template(played: Properties) -> None:
    """moto's images have no snapshot that a disk could have its size from."""
    for disk in values(played, ("LaunchTemplateData", "BlockDeviceMappings", "*", "Ebs")):
        disk.setdefault("VolumeSize", 8)


def _instance(played: Properties) -> None:
    """moto does not look into network interfaces, and takes the IDs of groups under another name."""
    for interface in played.pop("NetworkInterfaces", [])[:1]:
        named = {"SubnetId": "SubnetId", "PrivateIpAddress": "PrivateIpAddress", "GroupSet": "SecurityGroupIds"}
        for theirs, ours in named.items():
            if theirs in interface:
                played[ours] = interface[theirs]
    played["SecurityGroups"] = played.pop("SecurityGroupIds", [])
