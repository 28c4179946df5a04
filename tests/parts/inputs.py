"""Parameter values as CloudFormation takes them: given or default, checked, converted, looked up in SSM or EC2."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from . import aws
from .refusal import Refused

# Public parameters of AWS that moto does not carry. Each name is one that AWS publishes (EKS User Guide, "Retrieve
# recommended AMI IDs"); the value is made up, but always the same for the same name.
PUBLIC = re.compile(
    r"/aws/service/(eks/optimized-ami|bottlerocket|ami-windows-latest|canonical/ubuntu)/[\w./-]+/"
    r"(image_id|image_version|release_version|ami-id)"
)
_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(List<)?([\w:]+)>?>")
_LISTED = re.compile(r"List<(.+)>|CommaDelimitedList")


def ssm(name: str, region: str) -> str:
    """The value of an SSM parameter: moto's, or a stand-in for a public one."""
    try:
        found: str = aws.client("ssm", region).get_parameter(Name=name)["Parameter"]["Value"]
        return found
    except ClientError as error:
        if not PUBLIC.fullmatch(name):
            raise Refused(f"there is no SSM parameter {name} in {region}") from error
    if name.endswith(("image_id", "ami-id")):
        return f"ami-{hashlib.sha256(f'{region}{name}'.encode()).hexdigest()[:17]}"
    return "1.0.0-20260101"


def values(declared: Mapping[str, Any], given: Mapping[str, str], region: str) -> dict[str, Any]:
    """The value of every parameter, as `Ref` gives it."""
    if unknown := set(given) - set(declared):
        raise Refused(f"parameters {sorted(unknown)} do not exist in the template")
    return {name: _value(name, slot, given, region) for name, slot in declared.items()}


def _value(name: str, slot: Mapping[str, Any], given: Mapping[str, str], region: str) -> Any:
    raw = given.get(name, slot.get("Default"))
    if raw is None:
        raise Refused(f"parameter {name} must have a value")
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    kind = str(slot.get("Type"))
    listed = _LISTED.fullmatch(kind)
    parts = [one.strip() for one in text.split(",")] if listed else [text]
    for part in parts:
        _constraints(name, slot, part)
    if looked_up := _VALUE.fullmatch(kind):
        found = ssm(text, region)
        _exists(name, looked_up[2], found, region)
        return found.split(",") if looked_up[1] else found
    for part in parts:
        _exists(name, listed[1] or "String" if listed else kind, part, region)
    if "Number" in kind:
        numbers = [_number(name, part) for part in parts]
        return numbers if listed else numbers[0]
    return parts if listed else text


def _number(name: str, text: str) -> int | float:
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        raise Refused(f"parameter {name}: {text!r} is no number") from None


def _constraints(name: str, slot: Mapping[str, Any], text: str) -> None:
    allowed = [str(one).lower() if isinstance(one, bool) else str(one) for one in slot.get("AllowedValues", [])]
    if allowed and text not in allowed:
        raise Refused(f"parameter {name}: {text!r} is not one of {allowed}")
    if "AllowedPattern" in slot and not re.fullmatch(slot["AllowedPattern"], text):
        raise Refused(f"parameter {name}: {text!r} does not match {slot['AllowedPattern']}")
    if not int(slot.get("MinLength", 0)) <= len(text) <= int(slot.get("MaxLength", 4096)):
        raise Refused(f"parameter {name}: {text!r} is too short or too long")
    if "MinValue" in slot and _number(name, text) < float(slot["MinValue"]):
        raise Refused(f"parameter {name}: {text} is below {slot['MinValue']}")
    if "MaxValue" in slot and _number(name, text) > float(slot["MaxValue"]):
        raise Refused(f"parameter {name}: {text} is above {slot['MaxValue']}")


def _exists(name: str, kind: str, text: str, region: str) -> None:
    """A parameter of an AWS type names something that is there."""
    ec2: Any = aws.client("ec2", region)
    look: dict[str, Callable[[], Any]] = {
        "AWS::EC2::KeyPair::KeyName": lambda: ec2.describe_key_pairs(KeyNames=[text])["KeyPairs"],
        "AWS::EC2::VPC::Id": lambda: ec2.describe_vpcs(VpcIds=[text])["Vpcs"],
        "AWS::EC2::Subnet::Id": lambda: ec2.describe_subnets(SubnetIds=[text])["Subnets"],
        "AWS::EC2::SecurityGroup::Id": lambda: ec2.describe_security_groups(GroupIds=[text])["SecurityGroups"],
        "AWS::EC2::AvailabilityZone::Name": lambda: text in zone_names(region),
        "AWS::EC2::Image::Id": lambda: re.fullmatch(r"ami-[0-9a-f]{8}([0-9a-f]{9})?", text),
        "String": lambda: True,
        "Number": lambda: True,
    }
    if kind not in look:
        raise Refused(f"parameter {name}: the tests do not know the type {kind}")
    try:
        found = look[kind]()
    except ClientError:
        found = None
    if not found:
        raise Refused(f"parameter {name}: there is no {kind} {text!r} in {region}")


def zone_names(region: str) -> list[str]:
    """The names of a region's availability zones, in order."""
    zones = aws.client("ec2", region).describe_availability_zones()["AvailabilityZones"]
    return sorted(one["ZoneName"] for one in zones)
