"""What the templates make that costs something: by resource type, how it is counted and what it is called.

Sources: the pricing pages of Amazon EKS (a cluster, extended support, tiers of the control plane, capabilities),
Amazon VPC (NAT gateways, public IPv4 addresses), AWS PrivateLink (an endpoint costs in each Availability Zone),
Amazon CloudWatch and AWS Key Management Service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc import facts
from bpc.costs import domains
from bpc.costs.line import Line, steady
from bpc.facts.prices import instance, price
from bpc.output.stacks import Stacks

# What costs by use, and what the table does not know: what it is called, and what its price goes by.
BY_USE = {
    "AWS::APS::Scraper": ("Managed Prometheus: collectors", "by hour and by samples"),
    "AWS::APS::Workspace": ("Managed Prometheus", "by samples, and by how long they are kept"),
    "AWS::CloudWatch::Dashboard": ("dashboards", "by dashboard, beyond those that are free"),
    "AWS::CodeBuild::Project": ("builds", "by minute"),
    "AWS::CodePipeline::Pipeline": ("pipelines", "by minute of their actions, or by pipeline"),
    "AWS::EC2::FlowLog": ("flow logs", "by what they write"),
    "AWS::EC2::TransitGatewayAttachment": ("transit gateway attachments", "by hour and by what goes through"),
    "AWS::ECR::RegistryScanningConfiguration": ("scanning of images", "by image, where it is enhanced"),
    "AWS::EFS::FileSystem": ("EFS file systems", "by what is kept and read"),
    "AWS::FSx::FileSystem": ("FSx file systems", "by size and throughput"),
    "AWS::Grafana::Workspace": ("Managed Grafana", "by user"),
    "AWS::GuardDuty::Detector": ("GuardDuty", "by what it reads"),
    "AWS::S3::Bucket": ("buckets", "by what is kept and asked for"),
}
# By the same pages what costs nothing itself, or what another line counts.
FREE = """
    APS::RuleGroupsNamespace AutoScaling::AutoScalingGroup AutoScaling::ScalingPolicy AutoScaling::WarmPool
    Chatbot::SlackChannelConfiguration EC2::EIP EC2::EgressOnlyInternetGateway EC2::Instance
    EC2::InstanceConnectEndpoint EC2::InternetGateway EC2::LaunchTemplate EC2::NatGateway EC2::PlacementGroup
    EC2::Route EC2::RouteTable EC2::SecurityGroup EC2::SecurityGroupEgress EC2::SecurityGroupIngress EC2::Subnet
    EC2::SubnetRouteTableAssociation EC2::VPC EC2::VPCCidrBlock EC2::VPCEndpoint EC2::VPCGatewayAttachment
    EC2::VPNGateway EC2::VPNGatewayRoutePropagation ECR::PullThroughCacheRule ECR::Repository
    ECR::RepositoryCreationTemplate EFS::AccessPoint EFS::MountTarget EKS::AccessEntry EKS::Addon EKS::Capability
    EKS::Cluster EKS::FargateProfile EKS::Nodegroup EKS::PodIdentityAssociation Events::Rule IAM::InstanceProfile
    IAM::ManagedPolicy IAM::OIDCProvider IAM::Policy IAM::Role IAM::ServiceLinkedRole Logs::LogGroup
    Logs::MetricFilter Logs::QueryDefinition Logs::ResourcePolicy OpenSearchService::Domain S3::BucketPolicy
    SNS::Subscription SNS::Topic SNS::TopicPolicy SQS::Queue SQS::QueuePolicy SSM::Parameter
""".split()
UNKNOWN = "nobody has looked up whether it costs anything"
BY_MONTH = {"AWS::KMS::Key": ("KMS keys", "kms key"), "AWS::CloudWatch::Alarm": ("alarms", "alarm")}
Resource = tuple[str, dict[str, Any]]


def lines(stacks: Stacks) -> Iterator[Line]:
    """From what is sure to what depends on use."""
    made = [one for template in stacks.templates.values() for one in _resources(template)]
    region = stacks.plan.region
    yield from _cluster(stacks)
    yield from _network(made, region)
    yield from domains.lines(made, region)
    for kind, (name, item) in BY_MONTH.items():
        if count := _count(made, kind):
            yield _steady(name, item, count, region)
    yield from _used(made, region)


def _resources(template: dict[str, Any]) -> Iterator[Resource]:
    """Type and properties, a parameter being what it is by default."""
    defaults = {name: one.get("Default") for name, one in template.get("Parameters", {}).items()}
    for one in template["Resources"].values():
        properties = one.get("Properties", {})
        known = {key: defaults.get(value["Ref"], value) for key, value in properties.items() if _is_reference(value)}
        yield one["Type"], {**properties, **known}


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("Ref"), str)


def _count(made: list[Resource], kind: str) -> int:
    return sum(one == kind for one, _ in made)


def _steady(what: str, item: str, count: int, region: str, why: str = "") -> Line:
    found = price(item, region)
    return steady(what, found, count, why if found else f"no price for {region}")


def _cluster(stacks: Stacks) -> Iterator[Line]:
    """The control plane, and what a version costs that has left standard support."""
    cluster, region = stacks.plan.blueprint.cluster, stacks.plan.region
    if cluster.outpost:
        yield Line("control plane on an Outpost", None, None, "an Outpost has prices of its own")
        return
    yield _steady("control plane", "cluster", 1, region)
    known, support = facts.kubernetes().get(cluster.version), facts.support(cluster.version)
    if known and cluster.upgrade_policy != "standard":
        what = f"extended support of Kubernetes {cluster.version}"
        if support == "standard":
            yield Line(what, price("cluster extended support", region), None, f"from {known.standard_until} on")
        else:
            yield _steady(what, "cluster extended support", 1, region)
    if cluster.control_plane_tier != "standard":
        tier = cluster.control_plane_tier
        yield _steady(f"control plane of {tier}", f"control plane {tier}", 1, region)


def _network(made: list[Resource], region: str) -> Iterator[Line]:
    if gateways := _count(made, "AWS::EC2::NatGateway"):
        yield _steady("NAT gateways", "nat gateway", gateways, region)
    endpoints = [one for kind, one in made if kind == "AWS::EC2::VPCEndpoint" and _is_interface(one)]
    if endpoints:
        places = [len(subnets) for one in endpoints if isinstance(subnets := one.get("SubnetIds"), list)]
        why = f"one for each subnet; endpoints: {len(endpoints)}"
        yield _steady("interface endpoints, by zone", "interface endpoint", sum(places), region, why)
    if addresses := _count(made, "AWS::EC2::EIP") + sum(map(_is_public, made)):
        yield _steady("public IPv4 addresses", "public ipv4", addresses, region)
    for kind, one in made:
        if kind == "AWS::EC2::Instance":
            yield from _host(one, region)


def _is_interface(one: dict[str, Any]) -> bool:
    return one.get("VpcEndpointType") == "Interface"


def _is_public(resource: Resource) -> bool:
    """Whether an instance gets a public address."""
    kind, one = resource
    return kind == "AWS::EC2::Instance" and any(
        face.get("AssociatePublicIpAddress") is True for face in one.get("NetworkInterfaces", [])
    )


def _host(one: dict[str, Any], region: str) -> Iterator[Line]:
    size = str(one.get("InstanceType"))
    found = instance(size, region)
    yield steady(f"bastion: {size}", found, 1, "" if found else f"no price of {size} in {region}")
    for mapping in one.get("BlockDeviceMappings", []):
        disk = mapping["Ebs"]
        what = f"volume of the bastion: {disk['VolumeSize']} GiB of {disk['VolumeType']}"
        yield _steady(what, f"volume {disk['VolumeType']}", disk["VolumeSize"], region)


def _used(made: list[Resource], region: str) -> Iterator[Line]:
    """What nobody knows the amount of before it is used: the price of a unit, where there is one."""
    for kind, one in made:
        if kind == "AWS::EKS::Capability":
            yield _steady(
                f"EKS capability {one['Type']}", f"capability {one['Type']}", 1, region, "and what it manages"
            )
    if _count(made, "AWS::EC2::NatGateway"):
        yield Line("what goes through NAT gateways", price("nat gateway data", region), None, "by use")
    if _count(made, "AWS::Logs::LogGroup"):
        yield Line("logs, as they are written", price("logs", region), None, "by use")
        yield Line("logs, as long as they are kept", price("logs kept", region), None, "by use")
    if _count(made, "AWS::ECR::Repository"):
        yield Line("images in repositories", price("image storage", region), None, "by use")
    for kind, (name, why) in BY_USE.items():
        if count := _count(made, kind):
            yield Line(f"{name} ({count})", None, None, why)
    known = {*BY_USE, *BY_MONTH, *(f"AWS::{name}" for name in FREE)}
    for kind in sorted({kind for kind, _ in made} - known):
        yield Line(f"{kind} ({_count(made, kind)})", None, None, UNKNOWN)
