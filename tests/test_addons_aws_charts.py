"""The charts that need something of AWS: permissions of one cluster alone, and values that fit what AWS has."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from parts.compiling import Compiled, compiled

GROUPS = [{"name": "workers", "scaling": {"min": 2, "max": 3}}]
CONTROLLER = "aws-load-balancer-controller"


def made(name: str, options: dict[str, Any], **more: Any) -> Compiled:
    others = {"cert-manager": {}} if name in (CONTROLLER,) else {}
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": GROUPS} | more
    return compiled(addons=others | {name: options}, **sections)


def objects(it: Compiled, name: str) -> list[dict[str, Any]]:
    """The objects of an add-on."""
    files = [text for path, text in it.files.items() if path.startswith(f"kubernetes/base/{name}/")]
    found = [one for text in files for one in yaml.safe_load_all(text)]
    return [one for one in found if one["kind"] != "Kustomization" or "resources" not in one]


def values(it: Compiled, name: str, release: str = "") -> dict[str, Any]:
    """What Helm is told of the add-on's chart."""
    [one] = [
        one
        for one in objects(it, name)
        if one["kind"] == "HelmRelease" and one["metadata"]["name"] == (release or name)
    ]
    found: dict[str, Any] = one["spec"]["values"]
    return found


def statements(it: Compiled, role: str) -> list[dict[str, Any]]:
    policies = it.resources("addons", "AWS::IAM::Role")[role]["Policies"]
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


# AWS Load Balancer Controller


def test_the_load_balancer_controller_finds_the_vpc_that_it_may_make_security_groups_in() -> None:
    it = made(CONTROLLER, {})
    tags = values(it, CONTROLLER)["vpcTags"]
    [name] = [one["Value"] for one in it.resource("network", "AWS::EC2::VPC")["Tags"] if one["Key"] == "Name"]
    assert tags == {"Name": name}
    conditions = [
        one["Condition"]
        for one in statements(it, "AwsLoadBalancerControllerRole")
        if one["Action"] == ["ec2:CreateSecurityGroup"] and "vpc/" in json.dumps(one["Resource"])
    ]
    assert conditions == [{"StringEquals": {"aws:ResourceTag/Name": name}}]
    assert it.lint() == []


def test_the_load_balancer_controller_changes_nothing_of_another_cluster() -> None:
    for one in statements(made(CONTROLLER, {}), "AwsLoadBalancerControllerRole"):
        if any(action.startswith("elasticloadbalancing:") for action in one["Action"]) and one["Resource"] != ["*"]:
            said = one["Condition"]["StringEquals"]
            assert {"shop"} == {said.get(f"aws:{kind}Tag/elbv2.k8s.aws/cluster", "shop") for kind in said} | {"shop"}
            assert any(key.endswith("Tag/elbv2.k8s.aws/cluster") for key in said), one["Action"]


@pytest.mark.parametrize(
    ("options", "actions"),
    [
        ({}, set()),
        ({"integrations": ["wafv2"]}, {"wafv2"}),
        ({"integrations": ["cognito", "shield"]}, {"cognito-idp", "shield"}),
    ],
)
def test_the_load_balancer_controller_may_speak_to_what_it_is_told(options: dict[str, Any], actions: set[str]) -> None:
    it = made(CONTROLLER, options)
    allowed = {one for each in statements(it, "AwsLoadBalancerControllerRole") for one in each["Action"]}
    assert {one.partition(":")[0] for one in allowed} - {"acm", "ec2", "elasticloadbalancing", "iam"} == actions
    told = values(it, CONTROLLER)
    assert (told["enableShield"], told["enableWafv2"]) == ("shield" in actions, "wafv2" in actions)


def test_the_load_balancer_controller_has_its_certificate_from_cert_manager() -> None:
    told = values(made(CONTROLLER, {"targetType": "instance", "defaultIngressClass": True}), CONTROLLER)
    assert told["enableCertManager"] is True and told["enableServiceMutatorWebhook"] is False
    assert (told["defaultTargetType"], told["ingressClassConfig"]) == ("instance", {"default": True})


# External Secrets


def test_external_secrets_reads_what_it_is_told_and_no_more() -> None:
    options = {"secrets": ["a", "b/*"], "parameters": ["/c"], "keys": []}
    [secrets, parameters] = statements(made("external-secrets", options), "ExternalSecretsRole")
    assert [one["Fn::Sub"].rpartition("secret:")[2] for one in secrets["Resource"]] == ["a-??????", "b/*"]
    assert [one["Fn::Sub"].rpartition("parameter")[2] for one in parameters["Resource"]] == ["/c"]


def test_external_secrets_reads_the_platforms_own_where_nothing_is_said() -> None:
    it = made("external-secrets", {"clusterStores": ["parameter-store", "secrets-manager"]})
    [secrets, parameters] = statements(it, "ExternalSecretsRole")
    assert secrets["Resource"][0]["Fn::Sub"].endswith(":secret:shop/*")
    assert parameters["Resource"][0]["Fn::Sub"].endswith(":parameter/shop/*")
    stores = [one for one in objects(it, "external-secrets") if one["kind"] == "ClusterSecretStore"]
    assert [one["spec"]["provider"]["aws"]["service"] for one in stores] == ["ParameterStore", "SecretsManager"]
    assert it.lint() == []


def test_with_irsa_the_service_account_of_a_chart_says_its_role() -> None:
    places = {"live": {"account": "123456789012"}}
    it = made("external-secrets", {}, cluster={"identity": "irsa"}, environments=places)
    account = values(it, "external-secrets")["serviceAccount"]
    assert account["annotations"]["eks.amazonaws.com/role-arn"].startswith("arn:aws:iam::123456789012:role/")


# Velero


def test_velero_keeps_backups_in_a_bucket_that_outlives_the_stack() -> None:
    it = made("velero", {"bucket": "shop-backups", "retentionDays": 7, "schedule": "0 1 * * *"})
    template = it.template("addons")["Resources"]
    assert {template[one]["DeletionPolicy"] for one in ("VeleroBucket", "VeleroBucketPolicy")} == {"Retain"}
    bucket = template["VeleroBucket"]["Properties"]
    assert bucket["BucketName"] == "shop-backups" and set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    told = values(it, "velero")
    [place] = told["configuration"]["backupStorageLocation"]
    assert (place["bucket"], place["config"]) == ("shop-backups", {"region": "eu-west-1"})
    assert told["schedules"]["everything"] == {"schedule": "0 1 * * *", "template": {"ttl": "168h0m0s"}}
    assert it.lint() == []


def test_velero_has_a_key_and_a_bucket_of_before() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
    it = made("velero", {"bucket": "shop-backups", "createBucket": False, "keyArn": key})
    assert not it.resources("addons", "AWS::S3::Bucket")
    assert any(one["Resource"] == [key] for one in statements(it, "VeleroRole"))
    made_here = made("velero", {"bucket": "shop-backups", "keyArn": key})
    [encryption] = made_here.resource("addons", "AWS::S3::Bucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert made_here.lint() == []


def test_velero_takes_away_only_snapshots_of_its_own() -> None:
    found = statements(made("velero", {"bucket": "a-b-c"}), "VeleroRole")
    [deletion] = [one for one in found if "ec2:DeleteSnapshot" in one["Action"]]
    assert deletion["Condition"] == {"Null": {"aws:ResourceTag/velero.io/backup": "false"}}


# Grafana, Prometheus and what reads them


@pytest.mark.parametrize(
    ("others", "names"),
    [({}, ["CloudWatch"]), ({"prometheus": {}, "aws-ebs-csi-driver": {}}, ["Prometheus", "CloudWatch"])],
)
def test_grafana_reads_what_is_there(others: dict[str, Any], names: list[str]) -> None:
    it = compiled(addons=others | {"grafana": {}}, gitops={"engine": "flux"}, nodeGroups=GROUPS)
    assert it.errors == []
    told = values(it, "grafana")
    assert [one["name"] for one in told["datasources"]["datasources.yaml"]["datasources"]] == names
    assert told["admin"] == {"existingSecret": "grafana-admin"}


def test_the_readme_says_how_to_make_the_password() -> None:
    readme = made("grafana", {"adminSecret": "mine"}).files["README.md"].decode()
    assert "kubectl --namespace grafana create secret generic mine " in readme
    assert "## Passwords" not in made("velero", {"bucket": "a-b-c"}).files["README.md"].decode()


def test_grafana_without_cloudwatch_has_no_permission() -> None:
    it = made("grafana", {"cloudWatch": False, "adminSecret": "mine"})
    told = values(it, "grafana")
    assert "datasources" not in told and told["admin"] == {"existingSecret": "mine"}
    assert "Policies" not in it.resources("addons", "AWS::IAM::Role")["GrafanaRole"]


def test_the_prometheus_stack_asks_cert_manager_and_a_secret_for_what_would_be_random() -> None:
    others = {"cert-manager": {}, "aws-ebs-csi-driver": {}}
    options = {"retentionDays": 3, "volumeSize": "9Gi", "storageClass": "gp3"}
    it = compiled(addons=others | {"kube-prometheus-stack": options}, gitops={"engine": "flux"}, nodeGroups=GROUPS)
    assert it.errors == []
    told = values(it, "kube-prometheus-stack")
    assert told["prometheusOperator"]["admissionWebhooks"] == {
        "patch": {"enabled": False},
        "certManager": {"enabled": True},
    }
    assert told["grafana"]["admin"] == {"existingSecret": "grafana-admin"}
    spec = told["prometheus"]["prometheusSpec"]
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert (spec["retention"], claim["storageClassName"], claim["resources"]) == (
        "3d",
        "gp3",
        {"requests": {"storage": "9Gi"}},
    )


def test_opencost_asks_the_prometheus_that_it_is_told() -> None:
    told = values(made("opencost", {"prometheusUrl": "http://a:1"}), "opencost")["opencost"]["prometheus"]
    assert told == {"internal": {"enabled": False}, "external": {"enabled": True, "url": "http://a:1"}}


# The rest


def test_app_mesh_is_for_who_knows_that_it_has_ended() -> None:
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": GROUPS}
    for said, errors in ((True, []), (False, ["BPC981"])):
        addons = {"cert-manager": {}, "appmesh-controller": {"despiteItsEnd": said}}
        assert compiled(addons=addons, **sections).errors == errors


def test_mounted_secrets_are_read_again_where_that_is_wanted() -> None:
    name = "secrets-store-csi-driver-provider-aws"
    driver = values(made(name, {"rotationMinutes": 5, "syncSecrets": True}), name)["secrets-store-csi-driver"]
    assert driver == {
        "syncSecret": {"enabled": True},
        "enableSecretRotation": True,
        "rotationPollInterval": "5m",
    }
    assert values(made(name, {}), name)["secrets-store-csi-driver"] == {"syncSecret": {"enabled": False}}
