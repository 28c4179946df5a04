"""The resource types of CloudFormation, taught to moto from AWS's provider schemas.

moto finds its resource types by asking `CloudFormationModel` for its subclasses, and answers from caches. So two
kinds of subclass are enough, and no code of moto is replaced:

- `Made`, for a type that moto lacks (all of EKS, among others). The schema says which properties there are, what
  `Ref` and `Fn::GetAtt` give, and which change makes the resource anew.
- `Checked`, on top of moto's own class for a type that it has. The properties are checked against the schema, then
  moto makes the resource; the instance is then told to be of our subclass, which adds the attributes and the
  deletion that moto lacks. As our class is defined later, it takes the place of moto's in moto's own table.

`define` adds the types of one template and empties the three caches (`get_model_list`, `get_model_map`,
`get_name_type_map`). What moto forgets otherwise is said in `cloudformation.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends

from . import attributes, deletions
from .adaptations import adapted
from .formats import formats, misfits
from .refusal import Refused
from .schemas import Properties, schema

LIVE: dict[tuple[str, str], Made] = {}
"""What `Made` resources exist, by type and identity. An `Account` starts with none."""

HELD: dict[tuple[str, str], Typed] = {}
"""Every resource, by stack ID and logical ID."""

REPLACED: list[str] = []
"""The logical IDs that the update under way has made anew."""

USERS: dict[str, set[str]] = {}
"""For each resource about to be deleted, the others about to be deleted that refer to it and so must go first.
moto deletes in no order."""


def define(types: Iterable[str], region: str) -> None:
    """Make moto know these resource types. A type that the region does not have is refused."""
    for resource_type in types:
        schema(resource_type, region)
        if resource_type not in _DEFINED:
            original = None if resource_type in _POOR else parsing.get_model_map().get(resource_type)
            base: type[Any] = Made if original is None else Checked
            parents = (base, CloudFormationModel) if original is None else (base, original, CloudFormationModel)
            name = resource_type.replace("::", "")
            _DEFINED[resource_type] = type(
                name, parents, {"of": resource_type, "original": original, "__module__": __name__}
            )
            for remembered in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
                remembered.cache_clear()


_DEFINED: dict[str, type[Any]] = {}
_POOR = {"AWS::EC2::SecurityGroupIngress", "AWS::EFS::AccessPoint", "AWS::SSM::Parameter"}
"""Types that moto has, but without a physical ID or half of the properties; they are `Made` as well."""
_REMADE = {"AWS::EC2::SecurityGroup"}
"""Types that moto makes anew for any change. Their update is checked, then only noted."""


def _check(resource_type: str, properties: Properties, account_id: str, region: str) -> None:
    """Refuse properties that the provider would refuse."""
    checker = formats(account_id, region)
    found = schema(resource_type, region).problems(properties, checker)
    found += misfits(resource_type, properties, checker)
    cluster = properties.get("ClusterName")
    of_cluster = resource_type.startswith("AWS::EKS::") and cluster is not None
    if of_cluster and ("AWS::EKS::Cluster", str(cluster)) not in LIVE:
        found.append(f"ClusterName: no cluster found for name {cluster}")
    if found:
        raise Refused("; ".join(found))


class Typed:
    """What both kinds have in common. It is mixed into a `CloudFormationModel`."""

    of: ClassVar[str]
    original: ClassVar[Any]
    logical_resource_id: str
    given: Properties
    place: tuple[str, str]
    stack: str
    gone: bool = False

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.of

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True  # get_cfn_attribute says whether it is there, with a better message

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        given = cloudformation_json.get("Properties", {})
        try:
            _check(cls.of, given, account_id, region_name)
            made = cls.make(resource_name, given, account_id, region_name, **kwargs)
        except Exception as error:
            raise _named(error, kwargs["LogicalId"], cls.of) from error
        return _held(made, kwargs["StackId"], kwargs["LogicalId"])

    @classmethod
    def make(cls, name: str, given: Properties, account_id: str, region: str, **kwargs: Any) -> Any:
        """Make the resource from checked properties."""
        raise NotImplementedError

    def change(self, name: str, given: Properties) -> Any:
        """Change the resource in place."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete the resource."""
        raise NotImplementedError

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        given = cloudformation_json.get("Properties", {})
        logical = original_resource.logical_resource_id
        try:
            _check(cls.of, given, account_id, region_name)
            if not schema(cls.of, region_name).replacing(original_resource.given, given):
                changed = original_resource.change(new_resource_name, given)
                return _held(changed, original_resource.stack, logical)
            made = cls.make(new_resource_name, given, account_id, region_name, LogicalId=logical)
            original_resource.remove()
            REPLACED.append(logical)
        except Exception as error:
            raise _named(error, logical, cls.of) from error
        return _held(made, original_resource.stack, logical)

    def delete(self, account_id: str, region_name: str) -> None:
        if self.gone:
            return
        for user in sorted(USERS.get(self.logical_resource_id, ())):
            if (self.stack, user) in HELD:
                HELD[self.stack, user].delete(account_id, region_name)
        try:
            self.remove()
        except Exception as error:
            raise _named(error, self.logical_resource_id, self.of) from error
        self.gone = True
        del HELD[self.stack, self.logical_resource_id]


class Made(Typed):
    """A resource of a type that moto does not know: its properties, and what AWS would add to them."""

    identity: str
    extra: dict[str, str]

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return ""

    @property
    def physical_resource_id(self) -> str:
        return self.identity

    @classmethod
    def make(cls, name: str, given: Properties, account_id: str, region: str, **kwargs: Any) -> Any:
        self = cls()
        self.given, self.place = given, (account_id, region)
        self.identity = attributes.identity(schema(cls.of, region), given, name, self.place)
        if cls.of == "AWS::EC2::EgressOnlyInternetGateway":  # moto looks for it when there is a route to it
            own = ec2_backends[account_id][region].create_egress_only_internet_gateway(given["VpcId"])
            self.identity = own.id
        key = (cls.of, self.identity)
        unique = attributes.UNIQUE.get(cls.of, ())
        for (kind, _), other in LIVE.items():
            if kind == cls.of and unique and all(given.get(one) == other.given.get(one) for one in unique):
                raise Refused(f"{other.identity} already has the same {', '.join(unique)}")
        if key in LIVE:
            raise Refused(f"{self.identity} already exists")
        self.extra = cls._extra(given, self.identity, account_id, region)
        LIVE[key] = self
        return self

    @classmethod
    def _extra(cls, given: Properties, identity: str, account_id: str, region: str) -> dict[str, str]:
        """EKS makes a security group for each cluster; other templates may name it, so it must exist. moto compares
        subnets with the ranges of their VPC, so it must know them all.
        """
        if cls.of == "AWS::EC2::VPCCidrBlock":
            own = bool(given.get("AmazonProvidedIpv6CidrBlock"))
            vpc = ec2_backends[account_id][region].get_vpc(given["VpcId"])
            vpc.associate_vpc_cidr_block(given.get("CidrBlock"), own)
        if cls.of != "AWS::EKS::Cluster":
            return {}
        ec2 = ec2_backends[account_id][region]
        subnet = ec2.get_subnet(given["ResourcesVpcConfig"]["SubnetIds"][0])
        digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
        group = ec2.create_security_group(f"eks-cluster-sg-{identity}-{digest}", "EKS", vpc_id=subnet.vpc_id)
        return {"ClusterSecurityGroupId": group.id}

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        if attribute_name in self.extra:
            return self.extra[attribute_name]
        return attributes.attribute(
            schema(self.of, self.place[1]), attribute_name, self.given, self.identity, self.place
        )

    def change(self, name: str, given: Properties) -> Any:
        self.given = given
        return self

    def remove(self) -> None:
        users = [other.of for other in LIVE.values() if other.given.get("ClusterName") == self.identity]
        if self.of == "AWS::EKS::Cluster" and users:
            raise Refused(f"the cluster {self.identity} still has {', '.join(sorted(users))}")
        if str(self.given.get("DeletionProtection", False)).lower() == "true":
            raise Refused(f"{self.identity} has deletion protection enabled")
        account_id, region = self.place
        for group in self.extra.values():
            ec2_backends[account_id][region].delete_security_group(group_id=group)
        del LIVE[self.of, self.identity]


class Checked(Typed):
    """A resource of a type that moto knows, with the properties checked before moto sees them."""

    @classmethod
    def make(cls, name: str, given: Properties, account_id: str, region: str, **kwargs: Any) -> Any:
        played = {"Type": cls.of, "Properties": adapted(cls.of, given, region)}
        if cls.of == "AWS::S3::Bucket":  # moto has made up a name, and looks for it among the properties
            played["Properties"].setdefault("BucketName", name)
        resource = cls.original.create_from_cloudformation_json(name, played, account_id, region, **kwargs)
        if type(resource) is not cls.original:
            raise TypeError(f"moto made a {type(resource).__name__}")
        resource.__class__ = cls
        resource.given, resource.place = given, (account_id, region)
        return resource

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        known: Any = super()
        try:
            return known.get_cfn_attribute(attribute_name)
        except (AttributeError, NotImplementedError, UnformattedGetAttTemplateException):
            own: Any = self
            described = schema(self.of, self.place[1])
            return attributes.attribute(described, attribute_name, self.given, own.physical_resource_id, self.place)

    def change(self, name: str, given: Properties) -> Any:
        account_id, region = self.place
        update = self.original.update_from_cloudformation_json
        changed: Any = self
        before = changed.physical_resource_id
        if not hasattr(update, "__isabstractmethod__") and self.of not in _REMADE:
            named: Any = self.original.cloudformation_name_type()
            own: Any = self
            name = given.get(named) or getattr(own, "name", None) or name
            played = {"Type": self.of, "Properties": adapted(self.of, given, region)}
            if self.of == "AWS::S3::Bucket":
                played["Properties"].setdefault("BucketName", name)
            changed = update(self, name, played, account_id, region)
            if type(changed) is self.original:
                changed.__class__ = type(self)
            if changed.physical_resource_id != before:
                raise TypeError(f"moto made {before} anew, although nothing says that it must")
        changed.given, changed.place = given, self.place
        return changed

    def remove(self) -> None:
        own: Any = self
        known: Any = super()
        account_id, region = self.place
        identity = own.physical_resource_id
        if deletions.delete(self.of, region, identity, self.given):
            return
        if hasattr(self.original, "delete"):
            self.original.delete(self, account_id, region)
        elif not hasattr(known.delete_from_cloudformation_json, "__isabstractmethod__"):
            played = {"Type": self.of, "Properties": self.given}
            self.original.delete_from_cloudformation_json(identity, played, account_id, region)


def _held(made: Any, stack: str, logical: str) -> Any:
    made.stack, made.logical_resource_id = stack, logical
    HELD[stack, logical] = made
    return made


def _named(error: Exception, logical: str, resource_type: str) -> Refused:
    """The error with the resource in front, once."""
    if isinstance(error, Refused) and f"({resource_type})" in str(error):
        return error
    reason = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
    return Refused(f"{logical} ({resource_type}): {reason}")
