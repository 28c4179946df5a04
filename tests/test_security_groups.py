"""Rules of one's own on the security group of the cluster and on those of nodes."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import compiled

METRICS = {"name": "metrics", "protocol": "tcp", "fromPort": 9100, "toPort": 9110, "cidr": "10.20.0.0/16"}
RULES: list[dict[str, Any]] = [
    METRICS,
    {"name": "ping", "protocol": "icmpv6", "cidr": "2001:db8::/32", "description": "Is it there"},
    {"name": "storage", "direction": "egress", "protocol": "all", "prefixListId": "pl-0123456789abcdef0"},
    {"name": "dns", "protocol": "udp", "fromPort": 53, "securityGroupId": {"import": "shared-Resolvers"}},
    {
        "name": "dns",
        "direction": "egress",
        "protocol": "udp",
        "fromPort": 53,
        "securityGroupId": "sg-0123456789abcdef0",
    },
]
INGRESS, EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"


def test_rules_of_the_cluster_are_resources_by_their_names() -> None:
    made = compiled(cluster={"securityGroupRules": [{**one, "description": "Why"} for one in RULES]})
    group = {"Fn::GetAtt": ["Cluster", "ClusterSecurityGroupId"]}
    ingress, egress = (made.resources("cluster", kind) for kind in (INGRESS, EGRESS))
    assert ingress["ClusterMetricsIngressRule"] == {
        "GroupId": group,
        "IpProtocol": "tcp",
        "FromPort": 9100,
        "ToPort": 9110,
        "CidrIp": "10.20.0.0/16",
        "Description": "Why",
    }
    assert (
        ingress["ClusterPingIngressRule"] | {"CidrIpv6": "2001:db8::/32", "FromPort": -1, "ToPort": -1}
        == (ingress["ClusterPingIngressRule"])
    )
    assert egress["ClusterStorageEgressRule"]["DestinationPrefixListId"] == "pl-0123456789abcdef0"
    assert egress["ClusterStorageEgressRule"]["IpProtocol"] == "-1"
    assert "FromPort" not in egress["ClusterStorageEgressRule"]
    assert ingress["ClusterDnsIngressRule"]["SourceSecurityGroupId"] == {"Fn::ImportValue": "shared-Resolvers"}
    assert ingress["ClusterDnsIngressRule"]["FromPort"] == ingress["ClusterDnsIngressRule"]["ToPort"] == 53
    assert egress["ClusterDnsEgressRule"]["DestinationSecurityGroupId"] == "sg-0123456789abcdef0"
    assert not made.errors
    assert not made.lint()


def test_rules_of_nodes_are_on_a_group_of_their_own() -> None:
    made = compiled(nodeGroups=[{"name": "workers", "securityGroupRules": RULES}, {"name": "others"}])
    (title,) = made.resources("nodes", "AWS::EC2::SecurityGroup")
    assert title == "WorkersNodeSecurityGroup"
    own = {"Fn::GetAtt": [title, "GroupId"]}
    rules = made.resources("nodes", INGRESS) | made.resources("nodes", EGRESS)
    assert {one["GroupId"]["Fn::GetAtt"][0] for one in rules.values()} == {title}
    assert rules["WorkersMetricsIngressRule"]["Description"] == "metrics"
    templates = made.resources("nodes", "AWS::EC2::LaunchTemplate")
    cluster, group = templates["WorkersLaunchTemplate"]["LaunchTemplateData"]["SecurityGroupIds"]
    assert "ClusterSecurityGroupId" in str(cluster)
    assert group == own
    assert "SecurityGroupIds" not in templates["OthersLaunchTemplate"]["LaunchTemplateData"]
    assert not made.lint()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"protocol": "tcp", "cidr": "10.0.0.0/8"}, "BPC470"),
        ({"protocol": "all", "fromPort": 1, "cidr": "10.0.0.0/8"}, "BPC470"),
        ({"protocol": "tcp", "fromPort": 2, "toPort": 1, "cidr": "10.0.0.0/8"}, "BPC470"),
        ({"protocol": "all"}, "BPC470"),
        ({"protocol": "all", "cidr": "10.0.0.0/8", "prefixListId": "pl-0123456789abcdef0"}, "BPC470"),
        ({"protocol": "all", "cidr": "0.0.0.0/0"}, "BPC473"),
        ({"protocol": "tcp", "fromPort": 0, "toPort": 65535, "cidr": "::/0"}, "BPC473"),
        ({"protocol": "all", "cidr": "10.0.0.1/8"}, "BPC205"),
        ({"protocol": "tcp", "fromPort": 443, "cidr": "10.30.0.0/16"}, "BPC472"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], code: str) -> None:
    endpoint = {"privateCidrs": ["10.30.0.0/16"]}
    made = compiled(cluster={"endpoint": endpoint, "securityGroupRules": [{"name": "odd"} | given]})
    assert made.errors == [code]


def test_a_name_and_a_meaning_are_one_rules() -> None:
    again = METRICS | {"toPort": 9111}
    assert compiled(cluster={"securityGroupRules": [METRICS, again]}).errors == ["BPC472"]
    assert compiled(cluster={"securityGroupRules": [METRICS, METRICS | {"name": "again"}]}).errors == ["BPC472"]
    nodes = [{"name": "a", "securityGroupRules": [METRICS | {"name": "b-c"}]}]
    nodes.append({"name": "a-b", "securityGroupRules": [METRICS | {"name": "c"}]})
    assert compiled(nodeGroups=nodes).errors == ["BPC472"]
    nodes[1]["securityGroupRules"] = [METRICS]
    assert compiled(nodeGroups=nodes, cluster={"securityGroupRules": [METRICS]}).errors == []


def test_a_port_may_be_open_to_everybody_and_all_may_go_out() -> None:
    web = {"name": "web", "protocol": "tcp", "fromPort": 30080, "cidr": "0.0.0.0/0"}
    out = {"name": "out", "direction": "egress", "protocol": "all", "cidr": "0.0.0.0/0"}
    assert compiled(cluster={"securityGroupRules": [web, out]}).errors == []
