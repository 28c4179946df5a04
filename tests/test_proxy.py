"""An HTTP proxy: what nodes and the bastion host are told of it, and what they reach without it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import yaml

from parts.compiling import Compiled, compiled

HTTPS, HTTP = "http://proxy.example.com:3128", "http://proxy.example.com:3129"
BOTTLES = [{"name": "workers", "ami": "Bottlerocket"}]


def said(made: Compiled, title: str = "WorkersLaunchTemplate") -> str:
    data = made.resources("nodes", "AWS::EC2::LaunchTemplate")[title]["LaunchTemplateData"]["UserData"]["Fn::Base64"]
    return str(data["Fn::Sub"][0] if isinstance(data, dict) else data)


def without(made: Compiled) -> list[str]:
    (line,) = (one for one in said(made).splitlines() if one.startswith("export NO_PROXY="))
    return line.partition("'")[2].rstrip("'").split(",")


def test_amazon_linux_gets_it_by_nodeadm_and_packages_by_their_manager() -> None:
    nodes = [{"name": "workers", "userData": "echo hello"}, {"name": "own", "type": "self-managed"}]
    made = compiled(network={"proxy": {"httpsProxy": HTTPS, "httpProxy": HTTP}}, nodeGroups=nodes)
    text = said(made)
    environment = text.partition("NodeConfig")[2]
    for line in (f"HTTPS_PROXY: {HTTPS}", f"https_proxy: {HTTPS}", f"HTTP_PROXY: {HTTP}", "NO_PROXY: localhost,"):
        assert line in environment
    assert "instance:\n    environment:\n      default:\n" in environment
    assert f"echo 'proxy={HTTPS}' >>/etc/dnf/dnf.conf" in text
    assert text.index("/etc/profile.d/proxy.sh") < text.index("echo hello")
    assert f"HTTPS_PROXY: {HTTPS}" in said(made, "OwnLaunchTemplate")
    assert not made.lint()
    alone = said(compiled(network={"proxy": {"httpsProxy": HTTPS}}, nodeGroups=nodes))
    assert f"HTTP_PROXY: {HTTPS}" in alone


def test_bottlerocket_has_settings_for_it() -> None:
    nodes = [BOTTLES[0] | {"bottlerocket": {"settings": {"network": {"hostname": "a"}}}}]
    text = said(compiled(network={"proxy": {"httpsProxy": HTTPS, "noProxy": [".example.com"]}}, nodeGroups=nodes))
    assert f'https-proxy = "{HTTPS}"' in text
    assert 'no-proxy = ["localhost", "127.0.0.1", "169.254.169.254", ' in text
    assert '".example.com"]' in text
    assert 'hostname = "a"' in text


def test_what_goes_past_it_follows_from_the_blueprint() -> None:
    network: dict[str, Any] = {"cidr": "10.0.0.0/16", "secondaryCidrs": ["100.64.0.0/16"]}
    proxy = {"httpsProxy": HTTPS, "noProxy": ["git.example.com", "localhost"]}
    found = without(compiled(network=network | {"proxy": proxy}, cluster={"serviceCidr": "172.20.0.0/16"}))
    assert found == [
        "localhost",
        "127.0.0.1",
        "169.254.169.254",
        ".internal",
        ".svc",
        ".cluster.local",
        "10.0.0.0/16",
        "100.64.0.0/16",
        "172.20.0.0/16",
        ".eks.amazonaws.com",
        "git.example.com",
    ]
    services = {"endpoints": ["s3", "ecr.api", "ecr.dkr", "sts", "eks-auth"], "proxy": {"httpsProxy": HTTPS}}
    made = compiled(network=network | services)
    assert [one for one in without(made) if "eu-west-1" in one] == [
        "s3.eu-west-1.amazonaws.com",
        "s3.dualstack.eu-west-1.amazonaws.com",
        "api.ecr.eu-west-1.amazonaws.com",
        "dkr.ecr.eu-west-1.amazonaws.com",
        "eks-auth.eu-west-1.api.aws",
        "sts.eu-west-1.amazonaws.com",
    ]
    assert "dnf.conf" not in said(made)


def test_a_public_endpoint_is_reached_through_it() -> None:
    endpoint = {"access": "public", "publicCidrs": ["0.0.0.0/0"]}
    made = compiled(network={"proxy": {"httpsProxy": HTTPS}}, cluster={"endpoint": endpoint})
    assert not made.errors
    assert ".eks.amazonaws.com" not in without(made)


def test_china_has_endings_of_its_own() -> None:
    made = compiled(
        metadata={"name": "shop", "region": "cn-north-1"},
        network={"proxy": {"httpsProxy": HTTPS}, "endpoints": ["sts"]},
    )
    assert {".eks.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"} <= {*without(made)}


def test_the_bastion_host_has_it_before_it_downloads_anything() -> None:
    def script(os: str) -> str:
        made = compiled(network={"proxy": {"httpsProxy": HTTPS}}, bastion={"os": os})
        return str(made.resource("bastion", "AWS::EC2::Instance")["UserData"]["Fn::Base64"])

    for os, configuration in {"al2023": "/etc/dnf/dnf.conf", "al2": "/etc/yum.conf"}.items():
        text = script(os)
        assert text.index(f"proxy={HTTPS}' >>{configuration}") < text.index("attempt hostname")
        assert "systemctl restart amazon-ssm-agent" in text
        assert f'Environment="HTTPS_PROXY={HTTPS}"' in text


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ({"nodeGroups": [{"name": "win", "ami": "Windows2022Core"}, {"name": "workers"}]}, "BPC475"),
        ({"nodeGroups": [{"name": "old", "ami": "Ubuntu2404"}]}, "BPC475"),
        ({"nodeGroups": [{"name": "a", "type": "self-managed", "bootstrapCommand": "echo"}]}, "BPC475"),
        (
            {"nodeGroups": [BOTTLES[0] | {"bottlerocket": {"settings": {"network": {"no-proxy": ["a"]}}}}]},
            "BPC475",
        ),
        ({"network": {"ipFamily": "ipv6"}}, "BPC477"),
    ],
)
def test_what_cannot_be_told_is_refused(sections: dict[str, Any], code: str) -> None:
    network = sections.get("network", {}) | {"proxy": {"httpsProxy": HTTPS}}
    assert compiled(**sections | {"network": network}).errors == [code]


def test_nodes_of_karpenter_are_told_by_their_classes() -> None:
    classes = [
        {"name": "default"},
        {"name": "bottles", "amiSelectorTerms": [{"alias": "bottlerocket@latest"}]},
        {"name": "own", "userData": "echo"},
    ]
    pools = [{"name": one["name"], "nodeClass": one["name"]} for one in classes]
    karpenter = {"karpenter": {"nodeClasses": classes, "nodePools": pools}}
    made = compiled(network={"proxy": {"httpsProxy": HTTPS}}, addons=karpenter, gitops={"engine": "flux"})
    assert not made.errors
    objects = [
        one
        for path, text in made.files.items()
        if path.startswith("kubernetes/")
        for one in yaml.safe_load_all(text)
        if one and one.get("kind") == "EC2NodeClass"
    ]
    said = {one["metadata"]["name"]: one["spec"]["userData"] for one in objects}
    environment = yaml.safe_load(said["default"])["spec"]["instance"]["environment"]["default"]
    assert (environment["https_proxy"], environment["NO_PROXY"][:10]) == (HTTPS, "localhost,")
    network = tomllib.loads(said["bottles"])["settings"]["network"]
    assert (network["https-proxy"], network["no-proxy"][0]) == (HTTPS, "localhost")
    assert said["own"] == "echo"


def test_whoever_has_a_group_of_its_own_reaches_the_proxy() -> None:
    made = compiled(network={"proxy": {"httpsProxy": HTTPS, "httpProxy": HTTP}}, bastion={"tools": ["kubectl"]})
    out = made.resource("bastion", "AWS::EC2::SecurityGroup")["SecurityGroupEgress"]
    assert [one["FromPort"] for one in out] == [443, 3128, 3129]
    plain = compiled(bastion={"tools": ["kubectl"]}).resource("bastion", "AWS::EC2::SecurityGroup")
    assert [one["FromPort"] for one in plain["SecurityGroupEgress"]] == [443]
