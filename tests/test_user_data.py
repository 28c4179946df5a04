"""What nodes read at their first boot, for each operating system, alone and with what EKS adds."""

from __future__ import annotations

import email
import json
import tomllib
from typing import Any

import pytest
import yaml

from bpc.kit import user_data
from bpc.kit.user_data import Boot, Join
from parts.compiling import compiled

JOIN = Join("shop", "172.20.0.0/16", "172.20.0.10", {"ClusterEndpoint": "E", "ClusterCertificateAuthority": "C"})
IPV6 = JOIN.replace(service_cidr="", dns="", values={**JOIN.values, "ServiceCidr": "S"})
REST: dict[str, Any] = {"labels": {"tier": "web", "a": "b"}, "taints": ("only=web:NoSchedule", "old=:NoExecute")}


def parts(boot: Boot) -> list[tuple[str, str]]:
    message = email.message_from_string(user_data.text(boot))
    found = message.get_payload()
    assert isinstance(found, list)
    return [(str(one.get_content_type()), str(one.get_payload())) for one in found]  # type: ignore[union-attr]


def substituted(boot: Boot) -> str:
    """The text as CloudFormation would finish it."""
    made = user_data.encoded(boot)
    assert made
    inner = made.to_dict()["Fn::Base64"]
    text, values = inner["Fn::Sub"]
    for key, value in values.items():
        assert f"${{{key}}}" in text
        text = text.replace(f"${{{key}}}", value)
    return str(text.replace("${!", "${"))


@pytest.mark.parametrize("family", ["al2023", "al2", "ubuntu", "bottlerocket", "windows"])
def test_nothing_to_say_is_no_user_data(family: str) -> None:
    assert user_data.encoded(Boot(family, None)) is None


def test_al2023_adds_to_what_eks_says() -> None:
    boot = Boot("al2023", None, "echo a\n", "", {"a": {"b": "1Mi"}}, 110, ("169.254.20.10",), **REST)
    (shell, script), (kind, config) = parts(boot)
    assert (shell, kind) == ("text/x-shellscript", "application/node.eks.aws")
    assert script.startswith("#!/bin/bash\necho a")
    assert yaml.safe_load(config) == {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"kubelet": {"config": {"a": {"b": "1Mi"}, "maxPods": 110, "clusterDNS": ["169.254.20.10"]}}},
    }


def test_al2023_alone_says_how_to_join() -> None:
    ((_, config),) = parts(Boot("al2023", JOIN, **REST))
    spec = yaml.safe_load(config)["spec"]
    assert spec["cluster"] == {
        "name": "shop",
        "apiServerEndpoint": user_data.ENDPOINT,
        "certificateAuthority": user_data.AUTHORITY,
        "cidr": "172.20.0.0/16",
    }
    assert spec["kubelet"]["flags"] == [
        "--node-labels=a=b,tier=web",
        "--register-with-taints=only=web:NoSchedule,old=:NoExecute",
    ]
    assert "cidr: S" in substituted(Boot("al2023", IPV6)).replace("'", "")


def test_al2023_takes_a_document_beside_and_a_command_instead() -> None:
    document = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n"
    assert [kind for kind, _ in parts(Boot("al2023", JOIN, command=document))] == ["application/node.eks.aws"] * 2
    assert [body.strip() for _, body in parts(Boot("al2023", JOIN, command="join me"))] == ["#!/bin/bash\njoin me"]


def test_a_substitution_of_the_users_stays_text() -> None:
    boot = Boot("al2023", JOIN, "echo ${HOME} ${AWS::Region}")
    assert "echo ${HOME} ${AWS::Region}" in substituted(boot)
    assert "apiServerEndpoint: E" in substituted(boot).replace("'", "")
    alone = user_data.encoded(boot.replace(join=None))
    assert alone
    assert json.dumps(alone.to_dict()["Fn::Base64"]).count("AWS::Region") == 1


def test_al2_calls_the_script_of_its_image() -> None:
    ((_, script),) = parts(Boot("al2", JOIN, kubelet={"podPidsLimit": 10}, max_pods=20, labels={"a": "b"}))
    assert '"podPidsLimit": 10' in script
    assert script.index("jq -s") < script.index("/etc/eks/bootstrap.sh shop \\\n")
    assert "--dns-cluster-ip '172.20.0.10'" in script
    assert "--use-max-pods false" in script
    assert "--kubelet-extra-args '--max-pods=20 --node-labels=a=b'" in script
    assert parts(Boot("al2", None, "echo a"))[0][1].startswith("#!/bin/bash\necho a")


def test_ubuntu_restarts_its_kubelet_after_a_change() -> None:
    ((_, script),) = parts(Boot("ubuntu", IPV6, kubelet={"podPidsLimit": 10}))
    assert script.index("bootstrap.sh") < script.index("jq -s") < script.index("snap restart kubelet-eks")
    assert "--ip-family ipv6 \\\n  --service-ipv6-cidr" in script
    assert "--dns-cluster-ip" not in script


def test_bottlerocket_is_told_in_toml() -> None:
    settings = {"kernel": {"sysctl": {"vm.max_map_count": "1"}}, "kubernetes": {"pods": [{"a": 1}]}, "motd": 'a"b'}
    boot = Boot("bottlerocket", None, max_pods=9, cluster_dns=("10.0.0.1",), settings=settings, admin_container=True)
    assert tomllib.loads(user_data.text(boot)) == {
        "settings": {
            "motd": 'a"b',
            "kernel": {"sysctl": {"vm.max_map_count": "1"}},
            "kubernetes": {"pods": [{"a": 1}], "max-pods": 9, "cluster-dns-ip": ["10.0.0.1"]},
            "host-containers": {"admin": {"enabled": True}},
        }
    }


def test_bottlerocket_alone_says_how_to_join() -> None:
    kubernetes = tomllib.loads(substituted(Boot("bottlerocket", JOIN, **REST)))["settings"]["kubernetes"]
    assert kubernetes == {
        "cluster-name": "shop",
        "api-server": "E",
        "cluster-certificate": "C",
        "node-labels": {"a": "b", "tier": "web"},
        "node-taints": {"only": ["web:NoSchedule"], "old": [":NoExecute"]},
    }


def test_windows_is_told_in_powershell() -> None:
    assert user_data.text(Boot("windows", None, "Write-Host a\n")) == "<powershell>\nWrite-Host a\n</powershell>\n"
    text = substituted(Boot("windows", JOIN, max_pods=30, **REST))
    assert '-APIServerEndpoint "E"' in text
    assert '-DNSClusterIP "172.20.0.10"' in text
    assert '-KubeletExtraArgs "--max-pods=30 --node-labels=a=b,tier=web ' in text
    assert "join me" in user_data.text(Boot("windows", JOIN, command="join me"))


@pytest.mark.parametrize(
    "group",
    [
        {"kubelet": {"podPidsLimit": 4096, "evictionHard": {"nodefs.available": "5%", "memory.available": "300Mi"}}},
        {"ami": "Bottlerocket", "bottlerocket": {"settings": {"ntp": {"time-servers": ["a"]}, "motd": "hello"}}},
    ],
)
def test_the_order_of_settings_is_nobodys_business(group: dict[str, Any]) -> None:
    """Other user data would be another version of the launch template, and every node would go."""

    def turned(value: Any) -> Any:
        return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    one, other = (
        compiled(nodeGroups=[{"name": "workers"} | some]).resource("nodes", "AWS::EC2::LaunchTemplate")
        for some in (group, turned(group))
    )
    assert "UserData" in one["LaunchTemplateData"]
    assert one == other
