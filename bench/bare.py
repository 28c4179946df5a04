"""The platform of specs/study.yaml as somebody who knows it would write it by hand: troposphere and nothing else.

No blueprint to read, nothing to validate, no manifests, one platform. It builds what `bpc compile` builds from the
study, template by template, and writes it as JSON; compare.py times the two against each other.

    python bench/bare.py FOLDER
"""

from __future__ import annotations

import os
import sys
from typing import Any

from troposphere import (
    Base64,
    Export,
    GetAtt,
    ImportValue,
    Output,
    Parameter,
    Ref,
    Sub,
    Tags,
    Template,
    ec2,
    eks,
    iam,
    kms,
    logs,
)

NAME = "myeks"
GROUP, NODES = f"{NAME}-nodeg24", "MyeksNodeg24"
REGION_ARN = "${AWS::Region}:${AWS::AccountId}"
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
RANGE: dict[str, Any] = {
    "MinLength": 9,
    "MaxLength": 18,
    "AllowedPattern": r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})",
    "ConstraintDescription": "must be an IP range of the form x.x.x.x/x",
}
ANYTHING = "TheseActionsTakeNoResource"
IMDSV2: dict[str, Any] = {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def start(stack: str, description: str, groups: dict[str, list[str]]) -> Template:
    template = Template(Description=f"{NAME}-{stack}: {description}")
    template.set_version("2010-09-09")
    shown = [{"Label": {"default": label}, "Parameters": names} for label, names in groups.items()]
    template.set_metadata({"AWS::CloudFormation::Interface": {"ParameterGroups": shown}})
    return template


def name(what: str, **more: str) -> Tags:
    return Tags(Name=f"{NAME}-{what}", **more)


def stack_parameter(template: Template, stack: str) -> None:
    template.add_parameter(
        Parameter(
            f"{stack.capitalize()}Stack",
            Type="String",
            Description=f"The name of the {stack} stack, whose exports this one imports.",
            Default=f"{NAME}-{stack}",
            AllowedPattern="^[a-zA-Z][-a-zA-Z0-9]{0,127}$",
            ConstraintDescription="must be a stack name: letters, digits and hyphens, beginning with a letter",
        )
    )


def imported(stack: str, key: str) -> ImportValue:
    return ImportValue(Sub(f"${{{stack}Stack}}-{key}"))


def export(template: Template, key: str, value: Any, description: str) -> None:
    where = Export(Sub(f"${{AWS::StackName}}-{key}"))
    template.add_output(Output(key, Description=description, Value=value, Export=where))


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str) -> dict[str, Any]:
    return document({"Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"]})


def trust_pods(namespace: str, account: str) -> dict[str, Any]:
    tags = {
        "aws:RequestTag/eks-cluster-name": NAME,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": account,
    }
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": ["pods.eks.amazonaws.com"]},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": tags},
        }
    )


def allow(actions: list[str], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": [resource], **more}


def managed(*policies: str) -> list[Sub]:
    return [Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{policy}") for policy in policies]


def addon(title: str, kind: str, cluster: Any, **more: Any) -> eks.Addon:
    return eks.Addon(title, ClusterName=cluster, AddonName=kind, ResolveConflicts="OVERWRITE", **more)


def network() -> Template:
    zones = ["AvailabilityZone1", "AvailabilityZone2"]
    blocks = {
        "PublicSubnet1": "192.168.1.0/24",
        "PublicSubnet2": "192.168.2.0/24",
        "PrivateSubnet1": "192.168.3.0/24",
        "PrivateSubnet2": "192.168.4.0/24",
    }
    template = start(
        "network",
        "the VPC, its subnets and their routes",
        {"Region AZ": zones, "VPC Subnet": ["VpcBlock", *(f"{subnet}Block" for subnet in blocks)]},
    )
    for number, (title, zone) in enumerate(zip(zones, ("ap-northeast-2a", "ap-northeast-2c"), strict=True), 1):
        described = f"The Availability Zone of the subnets with the number {number}."
        kind = "AWS::EC2::AvailabilityZone::Name"
        template.add_parameter(Parameter(title, Type=kind, Description=described, Default=zone))
    block = Parameter("VpcBlock", Type="String", Description="The range of the VPC.", Default="192.168.0.0/16", **RANGE)
    template.add_parameter(block)
    vpc = ec2.VPC("EksVPC", CidrBlock=Ref(block), EnableDnsSupport=True, EnableDnsHostnames=True, Tags=name("VPC"))
    template.add_resource(vpc)
    export(template, "VpcId", Ref(vpc), "The VPC.")
    add_public_routes(template, vpc)
    table = ec2.RouteTable("PrivateSubnetRouteTable", VpcId=Ref(vpc), Tags=name("PrivateSubnetRouteTable"))
    template.add_resource(table)
    for subnet, cidr in blocks.items():
        add_subnet(template, vpc, subnet, cidr)
    return template


def add_public_routes(template: Template, vpc: ec2.VPC) -> None:
    gateway = template.add_resource(ec2.InternetGateway("InternetGateway", Tags=name("InternetGateway")))
    attachment = ec2.VPCGatewayAttachment("VPCGatewayAttachment", InternetGatewayId=Ref(gateway), VpcId=Ref(vpc))
    template.add_resource(attachment)
    table = ec2.RouteTable("PublicSubnetRouteTable", VpcId=Ref(vpc), Tags=name("PublicSubnetRouteTable"))
    template.add_resource(table)
    route = ec2.Route(
        "PublicSubnetRoute",
        DependsOn="VPCGatewayAttachment",
        RouteTableId=Ref(table),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=Ref(gateway),
    )
    template.add_resource(route)


def add_subnet(template: Template, vpc: ec2.VPC, title: str, cidr: str) -> None:
    public, number = title.startswith("Public"), title[-1]
    block = Parameter(f"{title}Block", Type="String", Description=f"The range of {title}.", Default=cidr, **RANGE)
    template.add_parameter(block)
    subnet = ec2.Subnet(
        title,
        CidrBlock=Ref(block),
        VpcId=Ref(vpc),
        AvailabilityZone=Ref(f"AvailabilityZone{number}"),
        Tags=name(title, **{"kubernetes.io/role/elb" if public else "kubernetes.io/role/internal-elb": "1"}),
    )
    if public:
        subnet.MapPublicIpOnLaunch = True
    template.add_resource(subnet)
    association = ec2.SubnetRouteTableAssociation(
        f"{title}RouteTableAssociation", SubnetId=Ref(subnet), RouteTableId=Ref(f"{title[:-1]}RouteTable")
    )
    template.add_resource(association)
    kind = "public" if public else "private"
    export(template, f"{title}Id", Ref(subnet), f"The {kind} subnet with the number {number}.")


def bastion() -> Template:
    template = start(
        "bastion",
        "a host inside the VPC to work from",
        {
            "Bastion host": ["KeyName", "SgIngressSshCidr", "InstanceType", "LatestAmiId"],
            "Other stacks": ["NetworkStack"],
        },
    )
    add_bastion_parameters(template)
    group = template.add_resource(bastion_group())
    role = template.add_resource(bastion_role())
    profile = template.add_resource(iam.InstanceProfile("BastionInstanceProfile", Roles=[Ref(role)]))
    template.add_resource(bastion_host(group, profile))
    export(template, "SecurityGroupId", GetAtt(group, "GroupId"), "The host's security group.")
    described = "The host's role; bastion.clusterAccess says what it may do in the cluster."
    export(template, "RoleArn", GetAtt(role, "Arn"), described)
    connect = Output(
        "Connect",
        Description="How to reach the host; bash -l has its settings.",
        Value=Sub("ssh ec2-user@${BastionHost.PublicIp}"),
    )
    template.add_output(connect)
    kubeconfig = Output(
        "Kubeconfig",
        Description="To be run on the host, before kubectl.",
        Value=Sub(f"aws eks update-kubeconfig --region ${{AWS::Region}} --name {NAME}"),
    )
    template.add_output(kubeconfig)
    return template


def add_bastion_parameters(template: Template) -> None:
    key = Parameter(
        "KeyName",
        Type="AWS::EC2::KeyPair::KeyName",
        Description="The name of an existing EC2 key pair, for SSH to the bastion host.",
        ConstraintDescription="must be the name of an existing EC2 KeyPair.",
    )
    cidr = Parameter(
        "SgIngressSshCidr",
        Type="String",
        Description="A range of addresses that may reach the bastion host by SSH.",
        Default="203.0.113.7/32",
        **RANGE,
    )
    instance_type = Parameter(
        "InstanceType",
        Type="String",
        Description="The EC2 instance type of the bastion host.",
        Default="t3.medium",
        AllowedValues=["t2.micro", "t2.small", "t2.medium", "t3.micro", "t3.small", "t3.medium"],
    )
    image = Parameter(
        "LatestAmiId",
        Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        Description="The public parameter that holds the newest image. (DO NOT CHANGE)",
        Default=IMAGE,
        AllowedValues=[IMAGE],
    )
    for parameter in (key, cidr, instance_type, image):
        template.add_parameter(parameter)
    stack_parameter(template, "network")


def bastion_group() -> ec2.SecurityGroup:
    ssh = ec2.SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=22,
        ToPort=22,
        CidrIp=Ref("SgIngressSshCidr"),
        Description="SSH from a range that the blueprint allows",
    )
    https = ec2.SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        CidrIp="0.0.0.0/0",
        Description="HTTPS to AWS, to the Kubernetes API and to the publishers of the tools",
    )
    return ec2.SecurityGroup(
        "BastionSecurityGroup",
        GroupDescription="The bastion host",
        VpcId=imported("Network", "VpcId"),
        SecurityGroupIngress=[ssh],
        SecurityGroupEgress=[https],
        Tags=name("HOST-SG"),
    )


def bastion_role() -> iam.Role:
    cluster = Sub(f"arn:${{AWS::Partition}}:eks:{REGION_ARN}:cluster/{NAME}")
    describe = allow(["eks:DescribeCluster"], cluster, Sid="WriteKubeconfig")
    return iam.Role(
        "BastionRole",
        AssumeRolePolicyDocument=trust("ec2.amazonaws.com"),
        Policies=[iam.Policy(PolicyName="DescribeCluster", PolicyDocument=document(describe))],
        Tags=name("BastionRole"),
    )


def bastion_host(group: ec2.SecurityGroup, profile: iam.InstanceProfile) -> ec2.Instance:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "first-boot.sh"), encoding="utf-8") as file:
        first_boot = file.read()
    interface = ec2.NetworkInterfaceProperty(
        DeviceIndex="0",
        SubnetId=imported("Network", "PublicSubnet1Id"),
        GroupSet=[GetAtt(group, "GroupId")],
        AssociatePublicIpAddress=True,
        PrivateIpAddress="192.168.1.100",
    )
    disk = ec2.EbsBlockDevice(VolumeType="gp3", VolumeSize=20, DeleteOnTermination=True, Encrypted=True)
    return ec2.Instance(
        "BastionHost",
        InstanceType=Ref("InstanceType"),
        ImageId=Ref("LatestAmiId"),
        KeyName=Ref("KeyName"),
        IamInstanceProfile=Ref(profile),
        NetworkInterfaces=[interface],
        BlockDeviceMappings=[ec2.BlockDeviceMapping(DeviceName="/dev/xvda", Ebs=disk)],
        MetadataOptions=ec2.MetadataOptions(**IMDSV2),
        PropagateTagsToVolumeOnCreation=True,
        UserData=Base64(first_boot),
        Tags=name("host"),
    )


def cluster() -> Template:
    template = start(
        "cluster",
        "the EKS control plane, access to it, and the add-ons that nodes need to start",
        {"Other stacks": ["NetworkStack", "BastionStack"]},
    )
    stack_parameter(template, "network")
    stack_parameter(template, "bastion")
    role = iam.Role(
        "ClusterRole",
        AssumeRolePolicyDocument=trust("eks.amazonaws.com"),
        ManagedPolicyArns=managed("AmazonEKSClusterPolicy"),
        Tags=name("ClusterRole"),
    )
    template.add_resource(role)
    key = template.add_resource(secrets_key())
    log_group = logs.LogGroup(
        "ClusterLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LogGroupName=f"/aws/eks/{NAME}/cluster",
        RetentionInDays=90,
        Tags=name("ClusterLogGroup"),
    )
    template.add_resource(log_group)
    control_plane = template.add_resource(control_plane_of(role, key))
    rule = ec2.SecurityGroupIngress(
        "BastionToCluster",
        GroupId=GetAtt(control_plane, "ClusterSecurityGroupId"),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        SourceSecurityGroupId=imported("Bastion", "SecurityGroupId"),
        Description="The Kubernetes API from the bastion host",
    )
    template.add_resource(rule)
    add_first_addons(template, Ref(control_plane))
    export(template, "ClusterName", Ref(control_plane), "The name of the cluster.")
    endpoint, issuer = GetAtt(control_plane, "Endpoint"), GetAtt(control_plane, "OpenIdConnectIssuerUrl")
    template.add_output(Output("ClusterEndpoint", Description="Where the Kubernetes API answers.", Value=endpoint))
    template.add_output(Output("OpenIdConnectIssuerUrl", Description="The cluster's issuer.", Value=issuer))
    return template


def secrets_key() -> kms.Key:
    administer = {
        "Sid": "TheAccountAdministersTheKey",
        "Effect": "Allow",
        "Principal": {"AWS": [Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")]},
        "Action": ["kms:*"],
        "Resource": ["*"],
    }
    return kms.Key(
        "SecretsKey",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        Description=f"Kubernetes secrets of the cluster {NAME}",
        EnableKeyRotation=True,
        KeyPolicy=document(administer),
        Tags=name("SecretsKey"),
    )


def control_plane_of(role: iam.Role, key: kms.Key) -> eks.Cluster:
    types = [eks.LoggingTypeConfig(Type=one) for one in ("api", "audit", "authenticator")]
    return eks.Cluster(
        "Cluster",
        DependsOn="ClusterLogGroup",
        Name=NAME,
        Version="1.36",
        RoleArn=GetAtt(role, "Arn"),
        ResourcesVpcConfig=eks.ResourcesVpcConfig(
            SubnetIds=[imported("Network", "PrivateSubnet1Id"), imported("Network", "PrivateSubnet2Id")],
            EndpointPrivateAccess=True,
            EndpointPublicAccess=False,
        ),
        KubernetesNetworkConfig=eks.KubernetesNetworkConfig(IpFamily="ipv4", ServiceIpv4Cidr="10.100.0.0/16"),
        AccessConfig=eks.AccessConfig(AuthenticationMode="API", BootstrapClusterCreatorAdminPermissions=True),
        BootstrapSelfManagedAddons=False,
        UpgradePolicy=eks.UpgradePolicy(SupportType="STANDARD"),
        DeletionProtection=True,
        EncryptionConfig=[
            eks.EncryptionConfig(Resources=["secrets"], Provider=eks.Provider(KeyArn=GetAtt(key, "Arn")))
        ],
        Logging=eks.Logging(ClusterLogging=eks.ClusterLogging(EnabledTypes=types)),
    )


def add_first_addons(template: Template, cluster_name: Ref) -> None:
    template.add_resource(addon("EksPodIdentityAgentAddOn", "eks-pod-identity-agent", cluster_name))
    template.add_resource(addon("KubeProxyAddOn", "kube-proxy", cluster_name))
    role = iam.Role(
        "VpcCniRole",
        AssumeRolePolicyDocument=trust_pods("kube-system", "aws-node"),
        ManagedPolicyArns=managed("AmazonEKS_CNI_Policy"),
        Tags=name("VpcCniRole"),
    )
    template.add_resource(role)
    identity = eks.PodIdentityAssociationProperty(ServiceAccount="aws-node", RoleArn=GetAtt(role, "Arn"))
    template.add_resource(addon("VpcCniAddOn", "vpc-cni", cluster_name, PodIdentityAssociations=[identity]))


def nodes() -> Template:
    sizes = {
        "MinSize": ("may have at least", 2, 0),
        "DesiredSize": ("starts with", 2, 0),
        "MaxSize": ("may have at most", 4, 1),
    }
    template = start(
        "nodes",
        "node groups and Fargate profiles",
        {
            "Other stacks": ["ClusterStack", "NetworkStack"],
            "Node group sizes": [f"{NODES}{size}" for size in sizes],
        },
    )
    stack_parameter(template, "cluster")
    stack_parameter(template, "network")
    for size, (what, default, least) in sizes.items():
        parameter = Parameter(
            f"{NODES}{size}",
            Type="Number",
            Description=f"How many nodes the group {GROUP} {what}.",
            Default=default,
            MinValue=least,
            MaxValue=1000,
        )
        template.add_parameter(parameter)
    policies = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore")
    role = iam.Role(
        f"{NODES}NodeRole",
        AssumeRolePolicyDocument=trust("ec2.amazonaws.com"),
        ManagedPolicyArns=managed(*policies),
        Tags=name(f"{NODES}NodeRole"),
    )
    template.add_resource(role)
    launch = template.add_resource(launch_template())
    group = eks.Nodegroup(
        f"{NODES}NodeGroup",
        ClusterName=imported("Cluster", "ClusterName"),
        NodegroupName=GROUP,
        Version="1.36",
        AmiType="AL2023_x86_64_STANDARD",
        CapacityType="ON_DEMAND",
        NodeRole=GetAtt(role, "Arn"),
        Subnets=[imported("Network", "PublicSubnet1Id"), imported("Network", "PublicSubnet2Id")],
        LaunchTemplate=eks.LaunchTemplateSpecification(Id=Ref(launch), Version=GetAtt(launch, "LatestVersionNumber")),
        ScalingConfig=eks.ScalingConfig(**{size: Ref(f"{NODES}{size}") for size in sizes}),
        UpdateConfig=eks.UpdateConfig(UpdateStrategy="DEFAULT", MaxUnavailable=1),
        NodeRepairConfig=eks.NodeRepairConfig(Enabled=True),
    )
    template.add_resource(group)
    return template


def launch_template() -> ec2.LaunchTemplate:
    disk = ec2.EBSBlockDevice(VolumeType="gp3", VolumeSize=80, Encrypted=True, DeleteOnTermination=True)
    return ec2.LaunchTemplate(
        f"{NODES}LaunchTemplate",
        LaunchTemplateData=ec2.LaunchTemplateData(
            InstanceType="m5.large",
            BlockDeviceMappings=[ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=disk)],
            MetadataOptions=ec2.MetadataOptions(**IMDSV2),
            TagSpecifications=[
                ec2.TagSpecifications(ResourceType=kind, Tags=name(GROUP)) for kind in ("instance", "volume")
            ],
        ),
        TagSpecifications=[ec2.TagSpecifications(ResourceType="launch-template", Tags=name(GROUP))],
    )


def addons() -> Template:
    template = start("addons", "add-ons, their roles and their AWS resources", {"Other stacks": ["ClusterStack"]})
    stack_parameter(template, "cluster")
    cluster_name = imported("Cluster", "ClusterName")
    role = template.add_resource(autoscaler_role())
    association = eks.PodIdentityAssociation(
        "ClusterAutoscalerPodIdentityAssociation",
        ClusterName=cluster_name,
        Namespace="kube-system",
        ServiceAccount="cluster-autoscaler",
        RoleArn=GetAtt(role, "Arn"),
    )
    template.add_resource(association)
    template.add_resource(addon("CorednsAddOn", "coredns", cluster_name))
    zone = "arn:${AWS::Partition}:route53:::hostedzone/"
    records = document(
        allow(["route53:ChangeResourceRecordSets"], Sub(f"{zone}Z0123456789EXAMPLE")),
        allow(["route53:ListResourceRecordSets"], Sub(f"{zone}*")),
        allow(["route53:ListHostedZones"], "*", Sid=ANYTHING),
    )
    role = iam.Role(
        "ExternalDnsRole",
        AssumeRolePolicyDocument=trust_pods("external-dns", "external-dns"),
        Policies=[iam.Policy(PolicyName="external-dns", PolicyDocument=records)],
        Tags=name("ExternalDnsRole"),
    )
    template.add_resource(role)
    identity = eks.PodIdentityAssociationProperty(ServiceAccount="external-dns", RoleArn=GetAtt(role, "Arn"))
    external_dns = addon(
        "ExternalDnsAddOn",
        "external-dns",
        cluster_name,
        ConfigurationValues='{"txtOwnerId": "myeks"}',
        PodIdentityAssociations=[identity],
    )
    template.add_resource(external_dns)
    return template


def autoscaler_role() -> iam.Role:
    groups = f"arn:${{AWS::Partition}}:autoscaling:{REGION_ARN}:autoScalingGroup:*:autoScalingGroupName/*"
    own = {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{NAME}": "owned"}}
    look_up = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    scale = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    node_groups = Sub(f"arn:${{AWS::Partition}}:eks:{REGION_ARN}:nodegroup/{NAME}/*/*")
    policy = document(
        allow(scale, Sub(groups), Condition=own),
        allow(["eks:DescribeNodegroup"], node_groups),
        allow(look_up, "*", Sid=ANYTHING),
    )
    return iam.Role(
        "ClusterAutoscalerRole",
        AssumeRolePolicyDocument=trust_pods("kube-system", "cluster-autoscaler"),
        Policies=[iam.Policy(PolicyName="cluster-autoscaler", PolicyDocument=policy)],
        Tags=name("ClusterAutoscalerRole"),
    )


def main() -> None:
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    stacks = {
        "10-network": network(),
        "20-bastion": bastion(),
        "30-cluster": cluster(),
        "40-nodes": nodes(),
        "50-addons": addons(),
    }
    for stack, template in stacks.items():
        with open(os.path.join(folder, f"{stack}.json"), "w", encoding="utf-8") as file:
            file.write(template.to_json())


if __name__ == "__main__":
    main()
