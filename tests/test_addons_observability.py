"""Agents and servers that watch the cluster: who gets which logs and rights, and what stands in whose way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import catalogue, facts
from bpc.addon import Context, Manifest
from parts.compiling import Compiled, compiled
from test_addons import context

WORKERS = [{"name": "workers"}]
GPUS = [{"name": "workers"}, {"name": "gpu", "variant": "nvidia", "instanceTypes": ["g4dn.xlarge", "p4d.24xlarge"]}]
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def made(addons: dict[str, Any], **more: Any) -> Compiled:
    return compiled(**{"addons": addons, "nodeGroups": WORKERS} | more)


def one_of(name: str, kind: str, asked: Context | None = None) -> Manifest:
    entry = catalogue.addon(name)
    [found] = [one for one in entry.manifests(asked or context(entry)) if one["kind"] == kind]
    return found


# Logs


def test_fluent_bit_writes_to_its_three_log_groups_and_no_others() -> None:
    it = made({"fluent-bit": {"retentionDays": 30, "keyArn": KEY}})
    groups = it.resources("addons", "AWS::Logs::LogGroup")
    assert {one["LogGroupName"] for one in groups.values()} == {
        f"/aws/containerinsights/shop/{kind}" for kind in ("application", "dataplane", "host")
    }
    assert {(one["RetentionInDays"], one["KmsKeyId"]) for one in groups.values()} == {(30, KEY)}
    [policy] = it.resource("addons", "AWS::IAM::Role")["Policies"]
    [write] = policy["PolicyDocument"]["Statement"]
    assert write["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert write["Resource"] == [{"Fn::GetAtt": [title, "Arn"]} for title in groups]
    assert it.lint() == []


def outputs(ip_family: str = "ipv4") -> dict[str, re.Pattern[str]]:
    """What goes to each log group, by the tags of records."""
    entry = catalogue.addon("fluent-bit")
    asked = context(entry).replace(ip_family=ip_family)
    text = one_of("fluent-bit", "ConfigMap", asked)["data"]["fluent-bit.conf"]
    found = {}
    for section in text.split("[OUTPUT]")[1:]:
        said = dict(line.split(None, 1) for line in section.strip().splitlines())
        wanted = said.get("Match_Regex") or said["Match"].replace(".", r"\.").replace("*", ".*")
        assert said["auto_create_group"] == "Off" and said["region"] == "eu-central-1"
        found[said["log_group_name"].rpartition("/")[2]] = re.compile(wanted)
    return found


@pytest.mark.parametrize(
    ("tag", "group"),
    [
        ("application.var.log.containers.web_shop_web-1.log", "application"),
        ("dataplane.var.log.containers.aws-node-1_kube-system_aws-node-1.log", "dataplane"),
        ("journal.kubelet.service", "dataplane"),
        ("journal.containerd.service", "dataplane"),
        ("journal.sshd.service", "host"),
        ("journal.unknown", "host"),
    ],
)
def test_every_record_goes_to_one_log_group(tag: str, group: str) -> None:
    assert [name for name, wanted in outputs().items() if wanted.search(tag)] == [group]


def test_fluent_bit_answers_probes_in_clusters_of_either_family() -> None:
    entry = catalogue.addon("fluent-bit")
    ipv6 = one_of("fluent-bit", "ConfigMap", context(entry).replace(ip_family="ipv6"))["data"]["fluent-bit.conf"]
    assert "HTTP_Listen ::\n" in ipv6
    assert "HTTP_Listen 0.0.0.0\n" in one_of("fluent-bit", "ConfigMap")["data"]["fluent-bit.conf"]


def test_fluent_bit_of_eks_is_told_by_its_values_where_logs_go() -> None:
    it = made({"fluent-bit": {"source": "eks", "values": {"a": 1}}})
    assert it.errors == []
    assert it.resources("addons", "AWS::Logs::LogGroup") == it.resources("addons", "AWS::IAM::Role") == {}
    assert made({"fluent-bit": {"source": "eks", "retentionDays": 30}}).errors == ["BPC976"]


@pytest.mark.parametrize("name", ["fluent-bit", "cloudwatch-agent", "prometheus"])
def test_pods_roll_when_their_configuration_changes(name: str) -> None:
    entry = catalogue.addon(name)
    kind = "StatefulSet" if name == "prometheus" else "DaemonSet"
    asked = context(entry)
    first, second = (one_of(name, kind, one) for one in (asked, asked.replace(cluster="other")))
    assert first["spec"]["template"]["metadata"] != second["spec"]["template"]["metadata"]


def test_what_the_page_says_of_the_study_of_operating_is_so(root: Path) -> None:
    spec = yaml.safe_load((root / "specs" / "observability.yaml").read_text(encoding="utf-8"))
    there = {*spec["addons"], *spec["environments"]["dev"]["with"]["addons"]}
    assert {"cloudwatch-agent", "cluster-autoscaler", "fluent-bit", "metrics-server"} <= there
    template = (root / "out" / "watched" / "cloudformation" / "dev" / "50-addons.yaml").read_text(encoding="utf-8")
    for kind in ("application", "dataplane", "host", "performance"):
        assert f"LogGroupName: /aws/containerinsights/watched/{kind}\n" in template
    assert "AutoScalingFullAccess" not in template and "CloudWatchAgentServerPolicy" not in template
    assert catalogue.addon("fluent-bit").options["retentionDays"]["default"] == 90
    config = one_of("fluent-bit", "ConfigMap")["data"]["fluent-bit.conf"]
    assert "Name systemd" in config and not re.search("messages|secure|dmesg", config)


# Container Insights


def test_the_agent_reads_its_pods_without_the_right_to_run_commands_where_kubelets_know_how() -> None:
    entry = catalogue.addon("cloudwatch-agent")
    for version in facts.supported_versions():
        rules = json.dumps(one_of("cloudwatch-agent", "ClusterRole", context(entry, version))["rules"])
        assert ("nodes/proxy" in rules) == (tuple(map(int, version.split("."))) < (1, 36))
        assert "nodes/pods" in rules


def test_the_agent_reaches_instance_metadata_and_finds_credentials() -> None:
    pod = one_of("cloudwatch-agent", "DaemonSet")["spec"]["template"]["spec"]
    assert pod["hostNetwork"] and pod["dnsPolicy"] == "ClusterFirstWithHostNet"
    assert {"name": "RUN_WITH_IRSA", "value": "True"} in pod["containers"][0]["env"]


def test_the_add_on_has_its_log_groups_before_it_starts() -> None:
    it = made({"amazon-cloudwatch-observability": {}})
    [addon] = [
        one
        for one in it.template("addons")["Resources"].values()
        if one.get("Properties", {}).get("AddonName") == "amazon-cloudwatch-observability"
    ]
    assert addon["DependsOn"] == list(it.resources("addons", "AWS::Logs::LogGroup"))
    assert len(addon["DependsOn"]) == 4
    assert it.lint() == []


def test_traces_are_asked_for() -> None:
    policies, values = [], []
    for signals in (False, True):
        it = made({"amazon-cloudwatch-observability": {"applicationSignals": signals}})
        policies.append(json.dumps(it.resource("addons", "AWS::IAM::Role")["ManagedPolicyArns"]))
        values += [
            one["ConfigurationValues"]
            for one in it.resources("addons", "AWS::EKS::Addon").values()
            if "ConfigurationValues" in one
        ]
    assert ["XRay" in one or "Xray" in one for one in policies] == [False, True]
    assert ["application_signals" in one for one in values] == [False, True]


def test_on_windows_its_role_comes_by_tokens() -> None:
    groups = [*WORKERS, {"name": "windows", "ami": "Windows2022Core"}]
    it = made({"amazon-cloudwatch-observability": {}}, nodeGroups=groups)
    addon = it.resources("addons", "AWS::EKS::Addon")["AmazonCloudwatchObservabilityAddOn"]
    assert "ServiceAccountRoleArn" in addon and "PodIdentityAssociations" not in addon


@pytest.mark.parametrize(
    ("addons", "errors"),
    [
        ({"fluent-bit": {}, "cloudwatch-agent": {}}, []),
        ({"amazon-cloudwatch-observability": {}, "cloudwatch-agent": {}}, ["BPC951"]),
        ({"amazon-cloudwatch-observability": {}, "fluent-bit": {}}, ["BPC951"]),
        ({"amazon-cloudwatch-observability": {"containerLogs": False}, "fluent-bit": {}}, []),
    ],
)
def test_nothing_is_measured_or_written_twice(addons: dict[str, Any], errors: list[str]) -> None:
    assert made(addons).errors == errors


# Prometheus


def test_prometheus_reads_what_its_role_lets_it_read() -> None:
    config = yaml.safe_load(one_of("prometheus", "ConfigMap")["data"]["prometheus.yml"])
    roles = {one["role"] for job in config["scrape_configs"] for one in job.get("kubernetes_sd_configs", [])}
    assert roles == {"endpointslice", "node", "pod"}
    rules = one_of("prometheus", "ClusterRole")["rules"]
    allowed = {(name, verb) for rule in rules for name in rule.get("resources", []) for verb in rule["verbs"]}
    assert {
        (name, verb) for name in ("nodes", "pods", "services", "endpointslices") for verb in ("list", "watch")
    } < allowed
    assert ("nodes/metrics", "get") in allowed and not [name for name, _ in allowed if "proxy" in name]


@pytest.mark.parametrize(
    ("address", "port", "found"),
    [
        ("10.0.0.1:80", "8080", "10.0.0.1:8080"),
        ("10.0.0.1", "8080", "10.0.0.1:8080"),
        ("[fd00::1]:80", "90", "[fd00::1]:90"),
    ],
)
def test_an_annotated_port_is_the_one_that_is_asked(address: str, port: str, found: str) -> None:
    config = yaml.safe_load(one_of("prometheus", "ConfigMap")["data"]["prometheus.yml"])
    [rule] = [
        one for one in config["scrape_configs"][-1]["relabel_configs"] if one.get("target_label") == "__address__"
    ]
    matched = re.fullmatch(rule["regex"], f"{address};{port}")
    assert matched and matched.expand(rule["replacement"].replace("$", "\\")) == found


def test_prometheus_claims_the_class_and_size_that_it_is_told() -> None:
    entry = catalogue.addon("prometheus")
    [claim] = one_of("prometheus", "StatefulSet", context(entry, storageClass="fast", sizeGiB=10))["spec"][
        "volumeClaimTemplates"
    ]
    assert (claim["spec"]["storageClassName"], claim["spec"]["resources"]["requests"]["storage"]) == ("fast", "10Gi")
    args = one_of("prometheus", "StatefulSet", context(entry, sizeGiB=10))["spec"]["template"]["spec"]["containers"][0][
        "args"
    ]
    assert "--storage.tsdb.retention.size=8192MB" in args


# Where they go


@pytest.mark.parametrize("name", ["cloudwatch-agent", "fluent-bit", "nvidia-device-plugin"])
def test_agents_tolerate_every_taint_but_stay_away_from_fargate(name: str) -> None:
    pod = one_of(name, "DaemonSet")["spec"]["template"]["spec"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    for term in required["nodeSelectorTerms"]:
        assert {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]} in term[
            "matchExpressions"
        ]


def test_the_device_plugin_goes_to_the_machines_with_gpus() -> None:
    it = made({"nvidia-device-plugin": {}}, nodeGroups=GPUS)
    [text] = [
        one for path, one in it.files.items() if path.endswith("nvidia-device-plugin/20-controllers/daemonset.yaml")
    ]
    pod = yaml.safe_load(text)["spec"]["template"]["spec"]
    [first, *_] = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert first["matchExpressions"][0]["values"] == ["g4dn.xlarge", "p4d.24xlarge"]


BOTTLEROCKET = {"name": "rocket", "ami": "Bottlerocket", "variant": "nvidia", "instanceTypes": ["g5.xlarge"]}


@pytest.mark.parametrize(
    ("groups", "errors"),
    [
        (GPUS, []),
        (WORKERS, ["BPC972"]),
        ([BOTTLEROCKET], ["BPC973"]),
        ([*GPUS, BOTTLEROCKET], []),
        ([*GPUS, BOTTLEROCKET | {"instanceTypes": ["g4dn.xlarge"]}], ["BPC973"]),
        ([{"name": "own", "amiId": "ami-0123456789abcdef0", "instanceTypes": ["g4dn.xlarge"]}], []),
    ],
)
def test_the_device_plugin_is_for_nodes_that_lack_one(groups: list[Any], errors: list[str]) -> None:
    assert made({"nvidia-device-plugin": {}}, nodeGroups=groups).errors == errors


@pytest.mark.parametrize(("endpoints", "errors"), [([], ["BPC970"]), (["guardduty-data"], [])])
def test_guardduty_is_reached_by_its_endpoint(endpoints: list[str], errors: list[str]) -> None:
    it = made({"aws-guardduty-agent": {}}, network={"endpoints": endpoints})
    assert it.errors == errors
    if not errors:
        [statement] = it.resource("network", "AWS::EC2::VPCEndpoint")["PolicyDocument"]["Statement"]
        assert statement["Action"] == ["guardduty:*"]
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}


def test_a_private_cluster_has_the_endpoints_of_its_agents() -> None:
    it = made(
        {
            "aws-guardduty-agent": {},
            "aws-network-flow-monitoring-agent": {},
            "amazon-cloudwatch-observability": {"applicationSignals": True},
        },
        network={"topology": "private", "endpoints": ["private-cluster"]},
    )
    assert it.errors == []
    services = json.dumps([one["ServiceName"] for one in it.resources("network", "AWS::EC2::VPCEndpoint").values()])
    for service in ("guardduty-data", "networkflowmonitorreports", "logs", "monitoring", "xray"):
        assert f".{service}" in services


# S3, ADOT, Kubecost


def test_mountpoint_changes_nothing_where_it_may_only_read() -> None:
    statements = []
    for only in (False, True):
        it = made({"aws-mountpoint-s3-csi-driver": {"buckets": ["one"], "readOnly": only, "keyArns": [KEY]}})
        [policy] = it.resource("addons", "AWS::IAM::Role")["Policies"]
        statements.append({one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]})
        assert it.lint() == []
    wide, narrow = statements
    assert "s3:PutObject" in wide["UseTheirObjects"]["Action"] and narrow["UseTheirObjects"]["Action"] == [
        "s3:GetObject"
    ]
    assert wide["UseTheirKeys"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert narrow["UseTheirKeys"]["Action"] == ["kms:Decrypt"]
    assert narrow["ListTheBuckets"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}


def test_adot_comes_after_cert_manager() -> None:
    it = made({"adot": {}, "cert-manager": {}})
    assert it.template("addons")["Resources"]["AdotAddOn"]["DependsOn"] == ["CertManagerAddOn"]
    assert made({"adot": {}}).errors == ["BPC401"]
    chart = {"adot": {}, "cert-manager": {"source": "chart"}}
    assert made(chart, gitops={"engine": "flux"}).errors == ["BPC977"]


@pytest.mark.parametrize(("said", "errors"), [({"subscribed": True}, []), ({"subscribed": False}, ["BPC971"])])
def test_kubecost_is_for_who_has_subscribed(said: dict[str, bool], errors: list[str]) -> None:
    storage = {"classes": [{"name": "gp3", "default": True}]}
    it = made({"aws-ebs-csi-driver": {}, "kubecost": said}, storage=storage)
    assert it.errors == errors
    if not errors:
        assert it.resources("addons", "AWS::EKS::Addon")["KubecostAddOn"]["AddonName"] == "kubecost_kubecost"
