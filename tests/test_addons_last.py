"""VPC Lattice, and the charts beside sources that were there before: what they are told, and when they are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from bpc import pipeline
from bpc.cli import main
from parts.compiling import Compiled, compiled
from parts.fields import BESIDE, CHART

LATTICE = "aws-gateway-api-controller"
LIST = "pl-0123456789abcdef0"
OPEN = {"name": "open", "metadataOptions": {"httpPutResponseHopLimit": 2}}


def objects(it: Compiled, name: str) -> list[dict[str, Any]]:
    """The objects of an add-on."""
    files = [text for path, text in it.files.items() if path.startswith(f"kubernetes/base/{name}/")]
    return [one for text in files for one in yaml.safe_load_all(text) if "resources" not in one]


def values(it: Compiled, name: str) -> dict[str, Any]:
    """What Helm is told of the add-on's chart."""
    [one] = [one for one in objects(it, name) if one["kind"] == "HelmRelease"]
    found: dict[str, Any] = one["spec"]["values"]
    return found


# VPC Lattice


def lattice(groups: list[dict[str, Any]], options: dict[str, Any] | None = None, **more: Any) -> Compiled:
    asked = {"cert-manager": {}, LATTICE: {"prefixListIds": [LIST]} | (options or {})}
    return compiled(addons=asked, nodeGroups=groups, **{"gitops": {"engine": "flux"}} | more)


def test_the_controller_runs_where_pods_may_ask_for_their_vpc() -> None:
    it = lattice([{"name": "workers"}, OPEN, OPEN | {"name": "also"}])
    assert it.errors == []
    terms = values(it, LATTICE)["deployment"]["affinity"]["nodeAffinity"]
    [term] = terms["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [
        {"key": "eks.amazonaws.com/nodegroup", "operator": "In", "values": ["open", "also"]}
    ]
    hops = {
        one["LaunchTemplateData"]["MetadataOptions"]["HttpPutResponseHopLimit"]
        for one in it.resources("nodes", "AWS::EC2::LaunchTemplate").values()
    }
    assert hops == {1, 2}
    assert it.lint() == []


@pytest.mark.parametrize(
    ("groups", "more"),
    [
        ([{"name": "workers"}], {}),
        ([OPEN | {"type": "self-managed"}], {}),
        ([{"name": "workers"}], {"cluster": {"autoMode": {}}}),
    ],
)
def test_where_none_may_it_is_refused(groups: list[dict[str, Any]], more: dict[str, Any]) -> None:
    assert "BPC902" in lattice(groups, **more).errors


def test_the_cluster_lets_vpc_lattice_in_and_nobody_else() -> None:
    other = "pl-0123456789abcdef1"
    rules = lattice([OPEN], {"prefixListIds": [LIST, other]}).resources("addons", "AWS::EC2::SecurityGroupIngress")
    assert {title: one["SourcePrefixListId"] for title, one in rules.items()} == {
        "Pl0123456789abcdef0ToCluster": LIST,
        "Pl0123456789abcdef1ToCluster": other,
    }
    for one in rules.values():
        assert one["IpProtocol"] == "tcp" and "ClusterSecurityGroupId" in json.dumps(one["GroupId"])
        assert not {"CidrIp", "CidrIpv6", "SourceSecurityGroupId"} & {*one}


def test_the_controller_changes_only_what_says_that_it_is_its_clusters() -> None:
    [role] = lattice([OPEN]).resources("addons", "AWS::IAM::Role").values()
    mark, mine = "application-networking.k8s.aws/ManagedBy", {"Fn::Sub": "${AWS::AccountId}/shop/*"}
    blind = {"TargetsAreNotSeenByTag", "PoliciesAreNotSeenByTag"}
    seen = 0
    for one in role["Policies"][0]["PolicyDocument"]["Statement"]:
        changes = [name for name in one["Action"] if not name.partition(":")[2].startswith(("Describe", "Get", "List"))]
        if any(name.startswith("vpc-lattice:") for name in changes) and one.get("Sid") not in blind:
            [(key, value)] = one["Condition"]["StringLike"].items()
            assert key in (f"aws:RequestTag/{mark}", f"aws:ResourceTag/{mark}") and value == mine
            seen += 1
        assert not changes or one["Resource"] != ["*"]
    assert seen == 3


def test_its_webhooks_certificate_is_cert_managers() -> None:
    it = lattice([OPEN], {"gatewayClass": False})
    told = values(it, LATTICE)
    [certificate] = [one for one in objects(it, LATTICE) if one["kind"] == "Certificate"]
    assert told["webhookTLS"]["certManager"] == {"enabled": True, "certificateName": certificate["metadata"]["name"]}
    assert certificate["spec"]["dnsNames"][0] == f"webhook-service.{certificate['metadata']['namespace']}.svc"
    assert "defaultServiceNetwork" not in told and not [one for one in objects(it, LATTICE) if "Class" in one["kind"]]


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ({}, True),
        ({"teleport": {"source": "eks"}}, True),
        ({"gateway-api": {"chart": CHART, "namespace": "gateway-api"}}, False),
        ({"gateway-api": {"manifests": ["manifests/web.yaml"]}}, False),
    ],
)
def test_who_brings_nothing_that_could_define_gateways_is_warned(more: dict[str, Any], warned: bool) -> None:
    addons = {"cert-manager": {}, LATTICE: {"prefixListIds": [LIST]}} | more
    data = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "shop", "region": "eu-west-1"}}
    data |= {"nodeGroups": [OPEN], "gitops": {"engine": "flux"}, "addons": addons}
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", None, beside=BESIDE)
    codes = [one.rule.code for one in result.diagnostics]
    assert ("BPC903" in codes) == warned
    assert not [one for one in result.diagnostics if one.rule.severity == "error"]


def test_no_manifest_has_the_vpc_or_the_account() -> None:
    told = values(lattice([OPEN], {"defaultServiceNetwork": "shop"}), LATTICE)
    assert not {"clusterVpcId", "awsAccountId"} & {*told}
    assert (told["clusterName"], told["awsRegion"], told["defaultServiceNetwork"]) == ("shop", "eu-west-1", "shop")


def test_its_page_says_where_it_cannot_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["addons", "show", LATTICE])
    said = " ".join(capsys.readouterr().out.split())
    assert "Fargate: no: it has no instance metadata service" in said
    assert "EKS Auto Mode: on the nodes of node groups beside it" in said


# Prometheus


def test_both_kinds_of_prometheus_are_called_and_kept_alike() -> None:
    options = {"retentionDays": 3, "sizeGiB": 10, "storageClass": "gp3", "scrapeIntervalSeconds": 5}
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": [{"name": "workers"}]}
    plain, chart = (
        compiled(addons={"aws-ebs-csi-driver": {}, "prometheus": options | {"source": source}}, **sections)
        for source in ("manifests", "chart")
    )
    assert plain.errors == chart.errors == []
    told = values(chart, "prometheus")["server"]
    [server] = [one for one in objects(plain, "prometheus") if one["kind"] == "StatefulSet"]
    [service] = [one for one in objects(plain, "prometheus") if one["kind"] == "Service"]
    arguments = server["spec"]["template"]["spec"]["containers"][0]["args"]
    assert told["fullnameOverride"] == server["metadata"]["name"] == service["metadata"]["name"]
    assert told["service"]["servicePort"] == service["spec"]["ports"][0]["port"]
    assert f"--storage.tsdb.retention.time={told['retention']}" in arguments
    assert f"--storage.tsdb.retention.size={told['retentionSize']}" in arguments
    assert told["persistentVolume"] == {"size": "10Gi", "storageClass": "gp3"}
    assert (told["global"]["scrape_interval"], told["global"]["scrape_timeout"]) == ("5s", "5s")


def test_the_chart_of_prometheus_brings_one_server_that_verifies_kubelets() -> None:
    told = values(
        compiled(
            addons={"aws-ebs-csi-driver": {}, "prometheus": {"source": "chart"}},
            gitops={"engine": "flux"},
            nodeGroups=[{"name": "workers"}],
        ),
        "prometheus",
    )
    assert [name for name, one in told.items() if one == {"enabled": False}] == [
        "alertmanager",
        "kube-state-metrics",
        "prometheus-node-exporter",
        "prometheus-pushgateway",
    ]
    assert {one["tls_config"]["insecure_skip_verify"] for one in told["scrapeConfigs"].values()} == {False}
    assert "scrape_timeout" not in told["server"]["global"] and "storageClass" not in told["server"]["persistentVolume"]


@pytest.mark.parametrize("setting", [{"version": "29.27.0"}, {"values": {"a": 1}}, {"namespace": "monitoring"}])
def test_settings_of_the_chart_are_refused_for_manifests(setting: dict[str, Any]) -> None:
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": [{"name": "workers"}]}
    assert "BPC407" in compiled(addons={"prometheus": setting}, **sections).errors


# Kubecost


@pytest.mark.parametrize(("accepted", "errors"), [(True, []), (False, ["BPC971"])])
def test_the_chart_of_kubecost_is_for_who_accepts_its_terms(accepted: bool, errors: list[str]) -> None:
    storage = {"classes": [{"name": "gp3", "default": True}]}
    options = {"source": "chart", "subscribed": accepted}
    it = compiled(
        addons={"aws-ebs-csi-driver": {}, "kubecost": options},
        gitops={"engine": "flux"},
        nodeGroups=[{"name": "workers"}],
        storage=storage,
    )
    assert it.errors == errors
    if accepted:
        told = values(it, "kubecost")
        assert told["global"] == {"clusterId": "shop"}
        off = [name for name, one in told.items() if one == {"enabled": False}]
        assert off == ["networkCosts", "clusterController", "telemetry"]
        assert "kubecost_kubecost" not in json.dumps(it.resources("addons", "AWS::EKS::Addon"))
