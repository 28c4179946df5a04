"""NodeClasses, NodePools and IngressClasses of EKS Auto Mode: the objects, and the identity that their nodes have."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from bpc.facts import custom_resources
from parts.compiling import Compiled, compiled

KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
GIVEN = "arn:aws:iam::111122223333:role/nodes/AutoNode"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"


def made(*classes: dict[str, Any], cluster: Any = None, **auto: Any) -> Compiled:
    mode = {"nodeClasses": list(classes)} | {key: value for key, value in auto.items() if key != "sections"}
    return compiled(cluster={"autoMode": mode} | (cluster or {}), **auto.get("sections", {}))


def objects(it: Compiled) -> dict[tuple[str, str], dict[str, Any]]:
    assert it.errors == []
    files = [text for path, text in it.files.items() if path.startswith("kubernetes/base/auto-mode/")]
    found = [one for text in files for one in yaml.safe_load_all(text) if "metadata" in one]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def test_a_class_has_the_platforms_subnets_and_the_clusters_group() -> None:
    it = made({"name": "own"})
    spec = objects(it)["NodeClass", "own"]["spec"]
    tags = [
        {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for one in it.resources("network", "AWS::EC2::Subnet").values()
    ]
    private = [one["Name"] for one in tags if "kubernetes.io/role/internal-elb" in one]
    assert spec["subnetSelectorTerms"] == [{"tags": {"Name": one}} for one in private]
    assert len(private) == 3
    assert spec["securityGroupSelectorTerms"] == [{"tags": {"aws:eks:cluster-name": "shop"}}]
    assert not {"podSubnetSelectorTerms", "ephemeralStorage", "advancedSecurity", "tags"} & set(spec)


def test_subnets_that_have_another_name_are_found_by_it() -> None:
    it = made({"name": "own"}, sections={"network": {"subnetTags": {"private": {"Name": "nodes"}}}})
    names = {
        tag["Value"]
        for one in it.resources("network", "AWS::EC2::Subnet").values()
        for tag in one["Tags"]
        if tag["Key"] == "Name"
    }
    assert "nodes" in names
    assert objects(it)["NodeClass", "own"]["spec"]["subnetSelectorTerms"] == [{"tags": {"Name": "nodes"}}]


def test_subnets_for_pods_are_used_and_are_not_called_unused() -> None:
    network = {"secondaryCidrs": ["100.64.0.0/16"], "subnets": {"perZone": {"pods": 1}}}
    it = made({"name": "own"}, sections={"network": network})
    spec = objects(it)["NodeClass", "own"]["spec"]
    assert [one["tags"]["Name"] for one in spec["podSubnetSelectorTerms"]] == [f"shop-PodSubnet{n}" for n in (1, 2, 3)]
    assert spec["podSecurityGroupSelectorTerms"] == spec["securityGroupSelectorTerms"]
    assert compiled(cluster={"autoMode": {}}, network=network).errors == ["BPC394"]


def test_nodes_have_the_role_of_all_by_a_profile_whose_name_eks_takes() -> None:
    it = made({"name": "own"})
    profile = it.resource("cluster", "AWS::IAM::InstanceProfile")
    assert profile == {"InstanceProfileName": "eks-shop-eu-west-1-auto", "Roles": [{"Ref": "AutoModeNodeRole"}]}
    spec = objects(it)["NodeClass", "own"]["spec"]
    assert spec["instanceProfile"] == profile["InstanceProfileName"] and "role" not in spec
    # EKS makes the access entry of this role itself.
    assert it.resources("cluster", "AWS::EKS::AccessEntry") == {}
    assert it.lint() == []


def test_without_the_node_pools_of_eks_the_entry_is_made_here() -> None:
    it = made({"name": "default"}, nodePools=[], customNodePools=[{"name": "all"}])
    entry = it.resource("cluster", "AWS::EKS::AccessEntry")
    assert entry["PrincipalArn"] == {"Fn::GetAtt": ["AutoModeNodeClassRole", "Arn"]}
    assert entry["Type"] == "EC2"
    assert entry["AccessPolicies"] == [{"PolicyArn": POLICY, "AccessScope": {"Type": "cluster"}}]
    assert it.resource("cluster", "AWS::IAM::InstanceProfile")["Roles"] == [{"Ref": "AutoModeNodeClassRole"}]
    assert "AutoModeNodeRole" not in it.resources("cluster", "AWS::IAM::Role")
    assert "NodeRoleArn" not in it.resource("cluster", "AWS::EKS::Cluster")["ComputeConfig"]
    assert objects(it)["NodePool", "all"]["spec"]["template"]["spec"]["nodeClassRef"]["name"] == "default"
    assert it.lint() == []


@pytest.mark.parametrize(("pools", "entries"), [(["system"], 0), ([], 1)])
def test_a_role_that_is_given_is_named_and_has_one_entry(pools: list[str], entries: int) -> None:
    it = made({"name": "own"}, nodePools=pools, iam={"roleArn": GIVEN})
    assert objects(it)["NodeClass", "own"]["spec"]["role"] == "AutoNode"
    found = it.resources("cluster", "AWS::EKS::AccessEntry").values()
    assert [one["PrincipalArn"] for one in found] == [GIVEN] * entries
    assert it.resources("cluster", "AWS::IAM::InstanceProfile") == {}


def test_a_role_of_a_class_gets_its_entry_once() -> None:
    it = made({"name": "one", "roleArn": GIVEN}, {"name": "two", "roleArn": GIVEN}, nodePools=[])
    assert it.resource("cluster", "AWS::EKS::AccessEntry")["PrincipalArn"] == GIVEN
    assert list(it.resources("cluster", "AWS::IAM::Role")) == ["ClusterRole"]
    assert b"111122223333" not in b"".join(text for path, text in it.files.items() if path.startswith("kubernetes/"))
    assert it.lint() == []


def test_a_key_is_the_clusters_to_use_and_goes_by_its_id() -> None:
    it = made({"name": "own", "ephemeralStorage": {"size": "200Gi", "kmsKeyID": KEY}})
    storage = objects(it)["NodeClass", "own"]["spec"]["ephemeralStorage"]
    assert storage == {"size": "200Gi", "kmsKeyID": KEY.rpartition("/")[2]}
    [policy] = it.resources("cluster", "AWS::IAM::Role")["ClusterRole"]["Policies"]
    assert policy["PolicyName"] == "EncryptVolumes"
    assert all(one["Resource"] == [KEY] for one in policy["PolicyDocument"]["Statement"])


def tagging(it: Compiled) -> list[str]:
    policies = it.resources("cluster", "AWS::IAM::Role")["ClusterRole"].get("Policies", [])
    found = [one for each in policies for one in each["PolicyDocument"]["Statement"]]
    assert all("shop" in json.dumps(one["Condition"]) for one in found)
    return [one["Sid"] for one in found]


def test_the_clusters_role_may_put_tags_on_what_has_tags() -> None:
    assert tagging(made({"name": "own"})) == []
    assert tagging(made({"name": "own", "tags": {"a": "b"}})) == ["TagNodes"]
    assert tagging(made(ingressClasses=[{"name": "web", "tags": {"a": "b"}}])) == ["TagLoadBalancers"]
    platform = {"metadata": {"name": "shop", "region": "eu-west-1", "tags": {"team": "a"}}}
    it = made({"name": "own", "tags": {"a": "b"}}, ingressClasses=[{"name": "web"}], sections=platform)
    assert tagging(it) == ["TagNodes", "TagLoadBalancers"]
    found = objects(it)
    assert found["NodeClass", "own"]["spec"]["tags"] == {"a": "b", "team": "a"}
    assert found["IngressClassParams", "web"]["spec"]["tags"] == [{"key": "team", "value": "a"}]
    assert it.lint() == []


def test_network_policies_are_switched_on_where_a_class_speaks_of_them() -> None:
    assert ("ConfigMap", "amazon-vpc-cni") not in objects(made({"name": "own"}))
    found = objects(made({"name": "own", "networkPolicy": "DefaultDeny"}))
    assert found["ConfigMap", "amazon-vpc-cni"]["data"] == {"enable-network-policy-controller": "true"}
    assert found["NodeClass", "own"]["spec"]["networkPolicy"] == "DefaultDeny"


def test_a_pool_grows_to_its_limits_and_one_of_so_many_nodes_has_no_other() -> None:
    pools = [{"name": "grows"}, {"name": "fixed", "nodeClass": "default", "replicas": 3, "limits": {"nodes": "5"}}]
    found = objects(made({"name": "own"}, customNodePools=pools))
    grows, fixed = (found["NodePool", one]["spec"] for one in ("grows", "fixed"))
    assert grows["template"]["spec"]["nodeClassRef"] == {
        "group": "eks.amazonaws.com",
        "kind": "NodeClass",
        "name": "own",
    }
    assert (grows["limits"], grows["template"]["spec"]["expireAfter"]) == ({"cpu": "100"}, "336h")
    assert (fixed["replicas"], fixed["limits"]) == (3, {"nodes": "5"})
    assert fixed["template"]["spec"]["nodeClassRef"]["name"] == "default"
    keys = {one["key"] for one in grows["template"]["spec"]["requirements"]}
    assert "eks.amazonaws.com/instance-category" in keys and not any("karpenter.k8s.aws" in one for one in keys)


def test_an_ingress_class_is_two_objects() -> None:
    classes = [{"name": "web", "default": True, "subnetTags": {"tier": "edge"}, "namespaceLabels": {"a": "b"}}]
    found = objects(made(ingressClasses=classes))
    params, named = found["IngressClassParams", "web"], found["IngressClass", "web"]
    assert params["spec"] == {
        "scheme": "internal",
        "subnets": {"matchTags": [{"key": "tier", "values": ["edge"]}]},
        "namespaceSelector": {"matchLabels": {"a": "b"}},
    }
    assert named["spec"]["controller"] == "eks.amazonaws.com/alb"
    assert named["spec"]["parameters"]["name"] == "web"
    assert named["metadata"]["annotations"] == {"ingressclass.kubernetes.io/is-default-class": "true"}


def test_they_are_there_before_what_runs_on_their_nodes() -> None:
    it = compiled(
        cluster={"autoMode": {"nodeClasses": [{"name": "own"}]}}, addons={"keda": {}}, gitops={"engine": "flux"}
    )
    assert it.errors == []
    wave = "kubernetes/overlays/default/20-controllers/kustomization.yaml"
    assert "auto-mode" in it.files[wave].decode() and "keda" in it.files[wave].decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [({}, []), ({"amiFamily": "AL2023"}, ["spec.amiFamily is unknown"]), ({"rol": "a"}, ["spec.rol is unknown"])],
)
def test_a_field_that_a_node_class_does_not_have_is_found(change: dict[str, Any], said: list[str]) -> None:
    one = objects(made({"name": "own"}))["NodeClass", "own"]
    assert list(custom_resources.wrong(one | {"spec": one["spec"] | change})) == said


def readme(**auto: Any) -> str:
    it = compiled(cluster={"autoMode": auto})
    assert it.errors == []
    return it.files["README.md"].decode()


def test_the_readme_tells_what_is_there_and_what_is_not() -> None:
    plain = readme()
    assert "from the node pools `general-purpose` and `system`; before, there are none." in plain
    assert "EKS makes none; `cluster.autoMode.ingressClasses`" in plain
    assert "there is no node pool" in readme(nodePools=[])
    pools = [{"name": "fixed", "replicas": 2}]
    told = readme(customNodePools=pools, ingressClasses=[{"name": "a"}, {"name": "b", "default": True}])
    assert "but for `fixed`, of which there are always as many as the blueprint says" in told
    assert "with `a` or `b` as `ingressClassName`" in told and "those that name none get `b`" in told
    assert "What EKS Auto Mode does" not in compiled().files["README.md"].decode()


def test_nodes_are_told_of_the_platforms_proxy_unless_the_class_has_another() -> None:
    network = {"proxy": {"httpsProxy": "http://proxy.example.com:3128"}}
    other = {"name": "other", "advancedNetworking": {"httpsProxy": "http://other.example.com:3128"}}
    found = objects(made({"name": "own"}, other, sections={"network": network}))
    own, another = (found["NodeClass", one]["spec"]["advancedNetworking"] for one in ("own", "other"))
    assert own["httpsProxy"] == "http://proxy.example.com:3128"
    assert {"169.254.169.254", "192.168.0.0/16", ".svc"} <= set(own["noProxy"])
    assert another["httpsProxy"] == "http://other.example.com:3128"
