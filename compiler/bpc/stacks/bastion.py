"""The bastion host: one instance in the VPC to work from, reached by Session Manager or by SSH.

CloudFormation replaces the host for a new image, subnet, key pair or private address, and starts the new one
first: a fixed private address must be given up before. New user data restarts the host and is not run again
(AWS CloudFormation Template Reference, AWS::EC2::Instance).
"""

from __future__ import annotations

from typing import Any

from troposphere import Base64, GetAtt, Ref, Sub, ec2
from troposphere.iam import InstanceProfile

from bpc import facts
from bpc.diagnostics import Path
from bpc.kit import cidr, first_boot, iam
from bpc.kit.sheet import Sheet, literal
from bpc.model import Bastion as Settings
from bpc.plan.shapes import Plan, Subnet
from bpc.stack import Stack

AT: Path = ("bastion",)
GROUP = "Bastion host"
SESSION_POLICY = "AmazonSSMManagedInstanceCore"
# The public parameters with the newest images (AWS Systems Manager User Guide, AMI public parameters).
IMAGE = {
    "al2023": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}",
    "al2": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-{}-gp2",
}


class Bastion(Stack):
    """a host inside the VPC to work from"""

    name = "bastion"
    number = 20

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return plan.blueprint.bastion is not None

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        bastion = plan.blueprint.bastion
        if bastion is None:
            return
        subnet = host_subnet(bastion, plan)
        if bastion.access == "ssh":
            _key(bastion, sheet)  # first, so that the console asks for it first
        _security_group(bastion, sheet)
        _role(bastion, plan, sheet)
        _host(bastion, subnet, plan, sheet)
        _outputs(bastion, subnet, plan, sheet)


def host_subnet(bastion: Settings, plan: Plan) -> Subnet:
    """The host's subnet: private where Session Manager is reached from there, else public."""
    network = plan.blueprint.network
    public, private = plan.subnets_of("public"), plan.subnets_of("private")
    has_way_out = network.nat != "none" or network.topology == "private"
    if not public or (private and bastion.access == "ssm" and has_way_out):
        return private[0]
    return public[0]


def first_boot_script(bastion: Settings, plan: Plan) -> str:
    """What the host runs at its first boot."""
    cluster = plan.blueprint.cluster
    return first_boot.script(
        first_boot.Host(
            cluster=plan.name,
            region=plan.region,
            os=bastion.os,
            architecture=facts.architecture(bastion.instance_type) or "amd64",
            timezone=bastion.timezone,
            tools=bastion.tools,
            kubectl=facts.kubernetes()[cluster.version].kubectl,
            user_data=bastion.user_data,
            facts=facts.tools(),
        )
    )


def _host(bastion: Settings, subnet: Subnet, plan: Plan, sheet: Sheet) -> None:
    interface: dict[str, Any] = {
        "DeviceIndex": "0",
        "SubnetId": sheet.imported("network", f"{subnet.id}Id"),
        "GroupSet": [GetAtt("BastionSecurityGroup", "GroupId")],
        "AssociatePublicIpAddress": subnet.kind == "public",
    }
    if bastion.private_ip:
        interface["PrivateIpAddress"] = bastion.private_ip
    disk = ec2.EbsBlockDevice(VolumeType="gp3", VolumeSize=20, DeleteOnTermination=True, Encrypted=True)
    host = ec2.Instance(
        "BastionHost",
        InstanceType=_instance_type(bastion, sheet),
        ImageId=_image(bastion, sheet),
        **({"KeyName": _key(bastion, sheet)} if bastion.access == "ssh" else {}),
        IamInstanceProfile=Ref("BastionInstanceProfile"),
        NetworkInterfaces=[ec2.NetworkInterfaceProperty(**interface)],
        BlockDeviceMappings=[ec2.BlockDeviceMapping(DeviceName="/dev/xvda", Ebs=disk)],
        # IMDSv2 alone, and no hop further than the host: a container has no business with its role.
        MetadataOptions=ec2.MetadataOptions(HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1),
        PropagateTagsToVolumeOnCreation=True,
        UserData=Base64(literal(first_boot_script(bastion, plan))),
        Tags=sheet.tags("host"),
    )
    sheet.add(host, AT)


def _instance_type(bastion: Settings, sheet: Sheet) -> Ref:
    default = bastion.instance_type
    offered = list(bastion.instance_types)
    if offered and default not in offered:
        offered.insert(0, default)
    return sheet.parameter(
        "InstanceType",
        GROUP,
        "The EC2 instance type of the bastion host.",
        Default=default,
        **({"AllowedValues": offered} if offered else {}),
    )


def _image(bastion: Settings, sheet: Sheet) -> Ref:
    machine = "arm64" if facts.architecture(bastion.instance_type) == "arm64" else "x86_64"
    image = IMAGE[bastion.os].format(machine)
    return sheet.parameter(
        "LatestAmiId",
        GROUP,
        "The public parameter that holds the newest image. (DO NOT CHANGE)",
        Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        Default=image,
        AllowedValues=[image],
    )


def _key(bastion: Settings, sheet: Sheet) -> Ref:
    return sheet.parameter(
        "KeyName",
        GROUP,
        "The name of an existing EC2 key pair, for SSH to the bastion host.",
        Type="AWS::EC2::KeyPair::KeyName",
        ConstraintDescription="must be the name of an existing EC2 KeyPair.",
        **({"Default": bastion.key_name} if bastion.key_name else {}),
    )


def _security_group(bastion: Settings, sheet: Sheet) -> None:
    properties: dict[str, Any] = {}
    if ingress := _ingress(bastion, sheet):
        properties["SecurityGroupIngress"] = ingress
    group = ec2.SecurityGroup(
        "BastionSecurityGroup",
        GroupDescription="The bastion host",
        VpcId=sheet.imported("network", "VpcId"),
        **properties,
        # DNS and time come from the VPC itself, past all rules; whatever else the host calls is HTTPS.
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp",
                FromPort=443,
                ToPort=443,
                CidrIp="0.0.0.0/0",
                Description="HTTPS to AWS, to the Kubernetes API and to the publishers of the tools",
            )
        ],
        Tags=sheet.tags("HOST-SG"),
    )
    sheet.add(group, (*AT, "access"))


def _ingress(bastion: Settings, sheet: Sheet) -> list[ec2.SecurityGroupRule]:
    """A rule for each range, whose parameter can be changed when the stack is created."""
    if bastion.access != "ssh":
        return []
    several = len(bastion.allowed_cidrs) > 1
    return [
        ec2.SecurityGroupRule(
            IpProtocol="tcp",
            FromPort=22,
            ToPort=22,
            CidrIp=sheet.parameter(
                f"SgIngressSshCidr{index if several else ''}",
                GROUP,
                "A range of addresses that may reach the bastion host by SSH.",
                Default=one,
                **cidr.PARAMETER,
            ),
            Description="SSH from a range that the blueprint allows",
        )
        for index, one in enumerate(bastion.allowed_cidrs, 1)
    ]


def _role(bastion: Settings, plan: Plan, sheet: Sheet) -> None:
    cluster = iam.arn(f"eks:cluster/{plan.name}")
    describe = iam.allow("eks:DescribeCluster", on=[cluster], sid="WriteKubeconfig")
    role = iam.role(
        "BastionRole",
        iam.trusts("ec2.amazonaws.com"),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags("BastionRole"),
        managed_policies=[SESSION_POLICY] if bastion.access == "ssm" else [],
        statements=[describe],
        policy_name="DescribeCluster",
    )
    sheet.add(role, AT)
    sheet.add(InstanceProfile("BastionInstanceProfile", Roles=[Ref(role)]), AT)


def _outputs(bastion: Settings, subnet: Subnet, plan: Plan, sheet: Sheet) -> None:
    group, role = GetAtt("BastionSecurityGroup", "GroupId"), GetAtt("BastionRole", "Arn")
    sheet.export("SecurityGroupId", group, "The host's security group.")
    sheet.export("RoleArn", role, "The host's role; an entry in cluster.access lets kubectl use it.")
    sheet.output("Connect", _connect(bastion, subnet), "How to reach the host; bash -l has its settings.")
    kubeconfig = f"aws eks update-kubeconfig --region ${{AWS::Region}} --name {plan.name}"
    sheet.output("Kubeconfig", Sub(kubeconfig), "To be run on the host, before kubectl.")


def _connect(bastion: Settings, subnet: Subnet) -> Sub:
    if bastion.access == "ssm":
        return Sub("aws ssm start-session --region ${AWS::Region} --target ${BastionHost}")
    address = "PublicIp" if subnet.kind == "public" else "PrivateIp"
    return Sub(f"ssh ec2-user@${{BastionHost.{address}}}")
