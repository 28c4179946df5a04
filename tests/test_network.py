"""The network of a blueprint: what is there already, and what is made."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpc import build, schema, shape, source
from bpc.kit import cidr
from bpc.kit.sheet import referred
from bpc.plan import packing, subnets
from parts.compiling import compiled

HEAD = {"apiVersion": "bpc/v1", "kind": "Blueprint"}
REGION = "us-west-2"
NETWORK, CLUSTER, NODES, BASTION = "10-network", "30-cluster", "40-nodes", "20-bastion"
SECTIONS: dict[str, Any] = {"metadata": {"name": "net", "region": REGION}, "nodeGroups": [{"name": "workers"}]}


def templates(network: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The templates of a blueprint by number and stack, of which cfn-lint has nothing to say."""
    made = compiled(**SECTIONS | {"network": network} | more)
    assert made.errors == []
    assert made.lint(REGION) == []
    stacks = [found[1] for path in made.files if (found := re.search(r"/(\d\d-[a-z]+)\.json$", path))]
    return {stack: made.template(stack) for stack in stacks}


def planned(network: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Each subnet's id, range and zone."""
    document, _ = source.parse(json.dumps(HEAD | SECTIONS | {"network": network}).encode())
    assert document
    filled, found = shape.fit(document)
    assert filled, found
    made = build.blueprint(filled, document.data, "default", None)
    return [(one.id, one.cidr, one.place.zone) for one in subnets.planned(made)]


def of(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {title: one["Properties"] for title, one in template["Resources"].items() if one["Type"] == kind}


def test_a_reference_is_an_id_or_an_export() -> None:
    assert referred("vpc-0123456789abcdef0") == "vpc-0123456789abcdef0"
    made = referred({"import": "shared-VpcId"})
    assert not isinstance(made, str)
    assert made.to_dict() == {"Fn::ImportValue": "shared-VpcId"}


@pytest.mark.parametrize("wrong", ["", "igw-1", {}, {"import": "two words"}, {"export": "a"}, 7, ["vpc-1"]])
def test_a_reference_is_nothing_else(wrong: object) -> None:
    form = {"$ref": "#/$defs/reference", "pattern": "^vpc-"}
    assert schema.accept({"import": "a"}, form) == {"import": "a"}
    with pytest.raises(schema.Doubt):
        schema.accept(wrong, form)


def test_an_existing_network_by_its_ids() -> None:
    ids = [f"subnet-0123456789abcdef{index}" for index in range(4)]
    existing = {
        "vpcId": "vpc-0123456789abcdef0",
        "privateSubnetIds": ids[:2],
        "controlPlaneSubnetIds": ids[2:],
    }
    made = templates({"existing": existing}, bastion={}, fargateProfiles=[PROFILE])
    assert NETWORK not in made
    assert of(made[CLUSTER], "AWS::EKS::Cluster")["Cluster"]["ResourcesVpcConfig"]["SubnetIds"] == ids[2:]
    assert of(made[NODES], "AWS::EKS::Nodegroup")["WorkersNodeGroup"]["Subnets"] == ids[:2]
    assert of(made[NODES], "AWS::EKS::FargateProfile")["WebFargateProfile"]["Subnets"] == ids[:2]
    assert of(made[BASTION], "AWS::EC2::SecurityGroup")["BastionSecurityGroup"]["VpcId"] == "vpc-0123456789abcdef0"
    assert of(made[BASTION], "AWS::EC2::Instance")["BastionHost"]["NetworkInterfaces"][0]["SubnetId"] == ids[0]


PROFILE = {"name": "web", "selectors": [{"namespace": "web"}]}


def test_what_is_not_said_of_an_existing_network_is_asked_for() -> None:
    made = templates({"topology": "public", "existing": {}}, bastion={})
    asked = {
        path: {name: one["Type"] for name, one in made[path]["Parameters"].items() if "Default" not in one}
        for path in made
        if "Parameters" in made[path]
    }
    several = {"PublicSubnetIds": "List<AWS::EC2::Subnet::Id>"}
    assert asked[CLUSTER] == several
    assert asked[NODES] == several
    assert asked[BASTION] == {"VpcId": "AWS::EC2::VPC::Id", "PublicSubnetId": "AWS::EC2::Subnet::Id"}
    cluster = of(made[CLUSTER], "AWS::EKS::Cluster")["Cluster"]
    assert cluster["ResourcesVpcConfig"]["SubnetIds"] == {"Ref": "PublicSubnetIds"}


def test_pods_in_subnets_of_their_own() -> None:
    network = {
        "cidr": "10.0.0.0/16",
        "secondaryCidrs": ["100.64.0.0/16"],
        "availabilityZones": 2,
        "nat": "per-zone",
        "subnets": {"perZone": {"pods": 1}, "prefix": {"pods": 18}},
    }
    values = {"env": {"WARM_IP_TARGET": "2", "ODD": "${Zone1}"}}
    made = templates(network, addons={"vpc-cni": {"values": values}})
    text, known = of(made[CLUSTER], "AWS::EKS::Addon")["VpcCniAddOn"]["ConfigurationValues"]["Fn::Sub"]
    assert {name: one["Fn::ImportValue"]["Fn::Sub"] for name, one in known.items()} == {
        "Zone1": "${NetworkStack}-PodSubnet1Zone",
        "PodSubnet1": "${NetworkStack}-PodSubnet1Id",
        "Zone2": "${NetworkStack}-PodSubnet2Zone",
        "PodSubnet2": "${NetworkStack}-PodSubnet2Id",
    }
    said = json.loads(text)
    assert said["env"] == {
        "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
        "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
        "WARM_IP_TARGET": "2",
        "ODD": "${!Zone1}",
    }
    groups = ["${Cluster.ClusterSecurityGroupId}"]
    assert said["eniConfig"]["subnets"]["${Zone2}"] == {"id": "${PodSubnet2}", "securityGroups": groups}
    used = {
        one["SubnetId"]["Ref"]: one["RouteTableId"]["Ref"]
        for one in of(made[NETWORK], "AWS::EC2::SubnetRouteTableAssociation").values()
    }
    assert used["PodSubnet2"] == used["PrivateSubnet2"] == "PrivateSubnet2RouteTable"
    assert made[NETWORK]["Parameters"]["PodSubnet2Block"]["Default"] == "100.64.64.0/18"
    assert made[NETWORK]["Resources"]["PodSubnet1"]["DependsOn"] == "VpcBlock2Association"


def test_pods_in_subnets_that_exist() -> None:
    existing = {"podSubnetIds": ["subnet-0123456789abcdef0", {"import": "other-Subnet"}]}
    made = templates({"availabilityZones": ["us-west-2a", "us-west-2c"], "existing": existing})
    text, known = of(made[CLUSTER], "AWS::EKS::Addon")["VpcCniAddOn"]["ConfigurationValues"]["Fn::Sub"]
    assert known == {"PodSubnet2": {"Fn::ImportValue": "other-Subnet"}}
    found = json.loads(text)["eniConfig"]["subnets"]
    assert {zone: one["id"] for zone, one in found.items()} == {
        "us-west-2a": "subnet-0123456789abcdef0",
        "us-west-2c": "${PodSubnet2}",
    }


def test_an_ipv6_cluster() -> None:
    made = templates({"ipFamily": "ipv6", "availabilityZones": 2, "nat": "per-zone"})
    network = made[NETWORK]["Resources"]
    assert network["Ipv6Block"]["Properties"]["AmazonProvidedIpv6CidrBlock"] is True
    found = of(made[NETWORK], "AWS::EC2::Subnet")
    numbers = {title: one["Ipv6CidrBlock"]["Fn::Select"][0] for title, one in found.items()}
    assert numbers == {"PublicSubnet1": 0, "PublicSubnet2": 1, "PrivateSubnet1": 48, "PrivateSubnet2": 49}
    assert all(one["AssignIpv6AddressOnCreation"] for one in found.values())
    assert {network[title]["DependsOn"] for title in found} == {"Ipv6Block"}
    ways = {
        title: sorted(set(one) - {"RouteTableId", "DestinationIpv6CidrBlock"})
        for title, one in of(made[NETWORK], "AWS::EC2::Route").items()
        if one.get("DestinationIpv6CidrBlock") == "::/0"
    }
    assert ways == {
        "PublicSubnetIpv6Route": ["GatewayId"],
        "PrivateSubnet1Ipv6Route": ["EgressOnlyInternetGatewayId"],
        "PrivateSubnet2Ipv6Route": ["EgressOnlyInternetGatewayId"],
    }
    cluster = of(made[CLUSTER], "AWS::EKS::Cluster")["Cluster"]
    assert cluster["KubernetesNetworkConfig"] == {"IpFamily": "ipv6"}
    role = of(made[CLUSTER], "AWS::IAM::Role")["VpcCniRole"]
    assert "ManagedPolicyArns" not in role
    first, second = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert first["Action"] == ["ec2:AssignIpv6Addresses", "ec2:CreateTags"]
    assert [one["Fn::Sub"].rpartition(":")[2] for one in first["Resource"]] == ["network-interface/*"]
    assert all(one.startswith("ec2:Describe") for one in second["Action"])


def test_ipv6_beside_ipv4_with_a_range_of_ones_own() -> None:
    own = {"cidr": "2001:db8:1234:5600::/56", "pool": "ipv6pool-ec2-0123456789abcdef0"}
    made = templates({"topology": "private", "ipv6": own})
    block = of(made[NETWORK], "AWS::EC2::VPCCidrBlock")["Ipv6Block"]
    assert (block["Ipv6CidrBlock"], block["Ipv6Pool"]) == (own["cidr"], own["pool"])
    assert "::/0" not in json.dumps(made[NETWORK])
    cluster = of(made[CLUSTER], "AWS::EKS::Cluster")["Cluster"]
    assert cluster["KubernetesNetworkConfig"]["IpFamily"] == "ipv4"
    assert "ManagedPolicyArns" in of(made[CLUSTER], "AWS::IAM::Role")["VpcCniRole"]


def test_a_node_that_joins_alone_asks_the_cluster_for_the_range_of_services() -> None:
    group = {"name": "workers", "type": "self-managed"}
    made = templates({"ipFamily": "ipv6"}, nodeGroups=[group])
    assert "ServiceCidr" in made[CLUSTER]["Outputs"]
    assert "-ServiceCidr" in json.dumps(made[NODES])


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ({"type": "self-managed"}, "cidr: '${ServiceCidr}'"),
        ({"amiId": "ami-0123456789abcdef0"}, "cidr: '${ServiceCidr}'"),
        ({"ami": "Ubuntu2404"}, "--ip-family ipv6 \\\n  --service-ipv6-cidr '${ServiceCidr}'"),
    ],
)
def test_nodes_of_an_ipv6_cluster_that_join_alone(group: dict[str, Any], found: str) -> None:
    made = compiled(network={"ipFamily": "ipv6"}, nodeGroups=[{"name": "workers"} | group])
    assert made.errors == []
    text, values = made.resource("nodes", "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"][
        "Fn::Sub"
    ]
    assert found in text
    assert values["ServiceCidr"]["Fn::ImportValue"]["Fn::Sub"] == "${ClusterStack}-ServiceCidr"
    assert "10.100.0" not in text
    exported = made.template("cluster")["Outputs"]["ServiceCidr"]["Value"]
    assert exported == {"Fn::GetAtt": ["Cluster", "KubernetesNetworkConfig.ServiceIpv6Cidr"]}
    assert made.lint() == []


def test_a_longer_list_goes_round_the_zones() -> None:
    network = {
        "cidr": "10.0.0.0/16",
        "availabilityZones": ["us-west-2a", "us-west-2b"],
        "nat": "per-zone",
        "subnets": {
            "public": ["10.0.0.0/24", "10.0.1.0/24"],
            "private": ["10.0.2.0/24", "10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"],
            "controlPlane": ["10.0.6.0/27", "10.0.6.32/27"],
        },
    }
    assert [zone for id, _, zone in planned(network) if id.startswith("Private")] == ["us-west-2a", "us-west-2b"] * 2
    made = templates(network)
    used = {
        one["SubnetId"]["Ref"]: one["RouteTableId"]["Ref"]
        for one in of(made[NETWORK], "AWS::EC2::SubnetRouteTableAssociation").values()
    }
    assert used["PrivateSubnet1"] == used["PrivateSubnet3"] == "PrivateSubnet1RouteTable"
    assert used["PrivateSubnet2"] == used["PrivateSubnet4"] == "PrivateSubnet2RouteTable"
    assert set(of(made[NETWORK], "AWS::EC2::NatGateway")) == {"NatGateway1", "NatGateway2"}
    routes = of(made[NETWORK], "AWS::EC2::Route").values()
    assert used["ControlPlaneSubnet1"] not in {one["RouteTableId"]["Ref"] for one in routes}
    imported = json.dumps(of(made[CLUSTER], "AWS::EKS::Cluster")["Cluster"]["ResourcesVpcConfig"]["SubnetIds"])
    assert imported.count("-ControlPlaneSubnet") == imported.count("ImportValue") == 2
    assert json.dumps(of(made[NODES], "AWS::EKS::Nodegroup")).count("-PrivateSubnet") == 4


def test_subnets_say_their_zone_and_their_tags() -> None:
    network = {
        "cidr": "10.0.0.0/16",
        "secondaryCidrs": ["10.1.0.0/16"],
        "topology": "public",
        "hostnameType": "resource-name",
        "subnets": {
            "public": [
                {"cidr": "10.0.0.0/24", "availabilityZone": "us-west-2c", "tags": {"tier": "edge"}},
                {"cidr": "10.1.0.0/24", "availabilityZone": "us-west-2a"},
            ]
        },
    }
    template = templates(network)[NETWORK]
    made = of(template, "AWS::EC2::Subnet")
    zone = template["Parameters"][made["PublicSubnet1"]["AvailabilityZone"]["Ref"]]
    assert zone["Default"] == "us-west-2c"
    assert {"Key": "tier", "Value": "edge"} in made["PublicSubnet1"]["Tags"]
    assert "tier" not in json.dumps(made["PublicSubnet2"])
    assert made["PublicSubnet2"]["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    assert template["Resources"]["PublicSubnet2"]["DependsOn"] == "VpcBlock2Association"
    assert "DependsOn" not in template["Resources"]["PublicSubnet1"]


def test_local_zones_have_subnets_for_nodes_alone() -> None:
    network = {"localZones": ["us-west-2-lax-1a"], "availabilityZones": 2, "nat": "per-zone"}
    made = templates(network)
    found = of(made[NETWORK], "AWS::EC2::Subnet")
    assert made[NETWORK]["Parameters"]["LocalZone1"]["Default"] == "us-west-2-lax-1a"
    assert found["LocalPublicSubnet1"]["AvailabilityZone"] == {"Ref": "LocalZone1"}
    assert "kubernetes.io/role" not in json.dumps(found["LocalPublicSubnet1"]["Tags"])
    assert len(of(made[NETWORK], "AWS::EC2::NatGateway")) == 2
    assert "Local" not in json.dumps([made[CLUSTER], made[NODES]])
    assert [one for one in planned(network) if "Local" not in one[0]] == planned({"availabilityZones": 2})


def test_subnets_of_their_own_are_there_by_number_and_as_large_as_said() -> None:
    network = {"cidr": "10.0.0.0/16", "availabilityZones": 2, "secondaryCidrs": ["100.64.0.0/18"]}
    usual = planned({**network, "subnets": {"perZone": {"controlPlane": 1, "pods": 1}}})
    sizes = {name.rstrip("12"): cidr.network(block).prefixlen for name, block, _ in usual}
    assert (sizes["ControlPlaneSubnet"], sizes["PodSubnet"]) == (28, 21)
    assert not any(name.startswith("Pod") for name, *_ in planned(network))
    larger = planned({**network, "subnets": {"perZone": {"pods": 1}, "prefix": {"pods": 19}}})
    assert [block for name, block, _ in larger if name.startswith("Pod")] == ["100.64.0.0/19", "100.64.32.0/19"]


def test_another_zone_moves_no_subnet() -> None:
    sizes = {"prefix": {"public": 24, "private": 20, "controlPlane": 28}, "perZone": {"private": 2, "controlPlane": 1}}
    network = {"cidr": "10.0.0.0/16", "subnets": sizes}
    two, four = ({**network, "availabilityZones": zones} for zones in (["us-west-2a", "us-west-2b"], 4))
    before, after = ({block for _, block, _ in planned(one)} for one in (two, four))
    assert len(before) == 8
    assert before < after
    assert {cidr.network(one).prefixlen for one in after} == {20, 24, 28}


@given(
    st.sampled_from(["10.0.0.0/16", "10.0.0.0/18", "10.3.128.0/20"]),
    st.integers(2, 4),
    st.fixed_dictionaries(
        {},
        optional={"public": st.integers(18, 28), "private": st.integers(18, 28), "controlPlane": st.integers(24, 28)},
    ),
    st.integers(1, 3),
)
def test_carved_subnets_are_apart_and_inside(block: str, zones: int, prefix: dict[str, int], rounds: int) -> None:
    per_zone = {"private": rounds, "controlPlane": int("controlPlane" in prefix)}
    network = {"cidr": block, "availabilityZones": zones, "subnets": {"prefix": prefix, "perZone": per_zone}}
    found = [cidr.network(one) for _, one, _ in planned(network)]
    assert all(one.subnet_of(cidr.network(block)) for one in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


def test_what_does_not_fit_with_room_to_grow_fits_tightly() -> None:
    whole = cidr.network("10.0.0.0/24")
    wants = [packing.Want(kind, 26, 2, 1, (whole,)) for kind in ("public", "private")]
    found = packing.pack(wants, [])
    assert [str(one) for kind in found for one in found[kind]] == [f"10.0.0.{start}/26" for start in (0, 64, 128, 192)]
    assert packing.pack([*wants, packing.Want("control-plane", 28, 2, 1, (whole,))], [])["control-plane"] == []
