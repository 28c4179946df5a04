"""Regions outside the commercial partition: what is called otherwise there, and what nobody publishes about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from bpc import facts, pipeline
from bpc.facts import partitions
from bpc.kit import karpenter_policy
from parts.compiling import Compiled, compiled
from parts.memory import Memory

DATA = Path(botocore.__file__).parent / "data"
LITTLE_KNOWN = {
    "eu-isoe-west-1": "aws-iso-e",
    "eusc-de-east-1": "aws-eusc",
    "us-iso-east-1": "aws-iso",
    "us-iso-west-1": "aws-iso",
    "us-isob-east-1": "aws-iso-b",
    "us-isob-west-1": "aws-iso-b",
    "us-isof-east-1": "aws-iso-f",
    "us-isof-south-1": "aws-iso-f",
}
PRIVATE: dict[str, Any] = {"topology": "private", "endpoints": ["ec2", "ecr.api", "s3", "sts"]}


def there(region: str, **sections: Any) -> Compiled:
    return compiled(metadata={"name": "shop", "region": region}, **sections)


def warnings(region: str, **sections: Any) -> list[str]:
    data = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "shop", "region": region}} | sections
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", lambda _: Memory())
    return [one.rule.code for one in result.diagnostics if one.rule.severity == "warning"]


def test_every_region_of_eks_is_known_by_its_partition() -> None:
    """By botocore, whose list of endpoints is made from that of AWS."""
    listed = {
        region: one["partition"]
        for one in json.loads((DATA / "endpoints.json").read_text(encoding="utf-8"))["partitions"]
        for region in one["services"]["eks"]["endpoints"]
        if region in one["regions"]
    }
    assert {name: one.partition for name, one in facts.regions().items()} == listed
    assert {name: facts.regions()[name].partition for name in LITTLE_KNOWN} == LITTLE_KNOWN


def test_endings_are_those_of_the_partitions() -> None:
    for one in json.loads((DATA / "partitions.json").read_text(encoding="utf-8"))["partitions"]:
        found = partitions.suffixes(one["id"])
        assert (found.usual, found.dual_stack) == (one["outputs"]["dnsSuffix"], one["outputs"]["dualStackDnsSuffix"])


@pytest.mark.parametrize("region", sorted(LITTLE_KNOWN))
def test_a_platform_there(region: str) -> None:
    made = there(region, nodeGroups=[{"name": "workers"}], network={"availabilityZones": [f"{region}a", f"{region}b"]})
    assert not made.errors
    assert not made.lint(region)
    texts = [json.dumps(made.template(stack)) for stack in ("network", "cluster", "nodes", "addons")]
    assert not any("arn:aws:" in text for text in texts)
    assert any("arn:${AWS::Partition}:" in text for text in texts)
    assert warnings(region) == ["BPC479"]


@pytest.mark.parametrize(
    ("region", "principal"),
    [
        ("us-iso-east-1", "ec2.c2s.ic.gov"),
        ("us-isob-west-1", "ec2.sc2s.sgov.gov"),
        ("us-isof-south-1", "ec2.amazonaws.com"),
        ("eu-isoe-west-1", "ec2.amazonaws.com"),
        ("eusc-de-east-1", "ec2.amazonaws.com"),
        ("cn-north-1", "ec2.amazonaws.com"),
    ],
)
def test_who_machines_are(region: str, principal: str) -> None:
    made = there(region, nodeGroups=[{"name": "workers"}], bastion={})
    nodes = made.resources("nodes", "AWS::IAM::Role")["WorkersNodeRole"]
    for role in (nodes, made.resource("bastion", "AWS::IAM::Role")):
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": [principal]}
    (statement,) = made.resources("cluster", "AWS::IAM::Role")["ClusterRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["eks.amazonaws.com"]}


@pytest.mark.parametrize(
    ("region", "names"),
    [
        ("us-iso-west-1", ("gov.ic.c2s", "gov.ic.c2s", "com.amazonaws")),
        ("us-isob-east-1", ("gov.sgov.sc2s", "gov.sgov.sc2s", "com.amazonaws")),
        ("us-isob-west-1", ("com.amazonaws", "gov.sgov.sc2s", "com.amazonaws")),
        ("us-isof-east-1", ("com.amazonaws", "gov.ic.hci.csp", "com.amazonaws")),
        ("eu-isoe-west-1", ("com.amazonaws", "uk.adc-e.cloud", "com.amazonaws")),
        ("eusc-de-east-1", ("com.amazonaws", "eu.amazonaws", "com.amazonaws")),
    ],
)
def test_what_endpoints_are_called(region: str, names: tuple[str, ...]) -> None:
    found = [facts.endpoint_service(one, region) for one in ("ec2", "ecr.api", "sts")]
    services = (("ec2", names[0]), ("ecr.api", names[1]), ("sts", names[2]))
    assert found == [f"{prefix}.{region}.{service}" for service, prefix in services]
    made = there(region, network=PRIVATE).resources("network", "AWS::EC2::VPCEndpoint")
    assert f"{names[1]}.{region}.ecr.api" in json.dumps(made).replace("${AWS::Region}", region)


def test_what_is_not_there_is_refused_and_what_may_not_be_is_said() -> None:
    assert there("us-iso-east-1", cluster={"capabilities": {"kro": {}}}).errors == ["BPC942"]
    assert there("us-iso-east-1", addons={"metrics-server": {"source": "eks"}}).errors == ["BPC406"]
    driver = {"aws-ebs-csi-driver": {}}
    assert there("us-iso-east-1", addons=driver).errors == []
    assert warnings("us-iso-east-1", addons=driver) == ["BPC479", "BPC478"]
    assert warnings("us-iso-east-1", addons={"coredns": {}}) == ["BPC479"]


def test_nothing_comes_from_the_internet_to_an_isolated_region() -> None:
    addons = {"metrics-server": {"source": "manifests"}}
    assert there("us-isob-east-1", addons=addons).errors == ["BPC404"]
    assert there("eusc-de-east-1", addons=addons).errors == []
    mirrored = {"mirror": "registry.example.gov/platform"}
    assert there("us-isob-east-1", addons=addons, images=mirrored).errors == []


def test_karpenter_passes_its_role_to_the_ec2_of_the_place() -> None:
    def passed(partition: str) -> list[str]:
        statement, _ = karpenter_policy.around("shop", "KarpenterNodeRole", partition)
        found: list[str] = statement.JSONrepr()["Condition"].JSONrepr()["StringEquals"]["iam:PassedToService"]
        return found

    assert passed("aws-iso-b") == ["ec2.sc2s.sgov.gov"]
    assert passed("aws") == passed("aws-cn") == ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
