"""Managed Prometheus: the collector reads what is there, rules are over what it reads, and alerts reach people."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from bpc.kit import promql
from bpc.plan.prometheus import CONTAINERS, CONTROL_PLANE, NODES, OBJECTS, SOURCES
from bpc.stacks.observability import default_rules, scraping
from parts.compiling import Compiled, compiled

EMAIL = {"email": "ops@example.com"}
TOPIC = "arn:aws:sns:eu-central-1:111122223333:on-call"
EXPORTERS = {"kube-state-metrics": {}, "prometheus-node-exporter": {}}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def made(wanted: dict[str, Any], notify: list[Any] | None = None, **more: Any) -> Compiled:
    watched = {"prometheus": wanted} | ({"notify": notify} if notify else {})
    return compiled(**{"nodeGroups": [{"name": "workers"}], "observability": watched} | more)


def workspace(it: Compiled) -> dict[str, Any]:
    return it.resource("observability", "AWS::APS::Workspace")


def read(it: Compiled) -> dict[str, dict[str, Any]]:
    """The jobs of the collector, by name."""
    blob = it.resource("observability", "AWS::APS::Scraper")["ScrapeConfiguration"]["ConfigurationBlob"]
    whole = yaml.safe_load(blob["Fn::Base64"])
    assert whole["global"]["external_labels"] == {"cluster": "shop"}
    return {one["job_name"]: one for one in whole["scrape_configs"]}


def rules(it: Compiled, title: str) -> list[dict[str, Any]]:
    data = it.resources("observability", "AWS::APS::RuleGroupsNamespace")[title]["Data"]
    return list(yaml.safe_load(data)["groups"])


# The workspace


def test_the_least_that_can_be_said_makes_a_whole_workspace() -> None:
    it = made({})
    assert it.errors == []
    assert workspace(it)["WorkspaceConfiguration"] == {"RetentionPeriodInDays": 150}
    group = it.resource("observability", "AWS::Logs::LogGroup")
    assert (group["LogGroupName"], group["RetentionInDays"]) == ("/aws/vendedlogs/prometheus/shop", 90)
    assert workspace(it)["LoggingConfiguration"] == {"LogGroupArn": {"Fn::GetAtt": ["PrometheusLogGroup", "Arn"]}}
    assert not {"KmsKeyArn", "AlertManagerDefinition", "QueryLoggingConfiguration"} & workspace(it).keys()
    resource = it.template("observability")["Resources"]["PrometheusWorkspace"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Retain")
    assert {"PrometheusEndpoint", "PrometheusWorkspaceId"} <= it.template("observability")["Outputs"].keys()
    assert it.lint() == []


def test_keys_limits_and_logged_queries() -> None:
    logs = {"retentionDays": 30, "keyArn": KEY, "queriesAboveSamples": 0}
    it = made({"keyArn": KEY, "limits": [{"labels": {"b": "1", "a": "2"}, "maxSeries": 7}], "logs": logs})
    assert workspace(it)["KmsKeyArn"] == KEY
    [limit] = workspace(it)["WorkspaceConfiguration"]["LimitsPerLabelSets"]
    assert limit == {
        "LabelSet": [{"Name": "a", "Value": "2"}, {"Name": "b", "Value": "1"}],
        "Limits": {"MaxSeries": 7},
    }
    [logged] = workspace(it)["QueryLoggingConfiguration"]["Destinations"]
    assert logged["Filters"] == {"QspThreshold": 0}
    assert it.resource("observability", "AWS::Logs::LogGroup")["KmsKeyId"] == KEY
    assert it.lint() == []


def test_whoever_deploys_may_use_the_key_that_is_named_and_no_other() -> None:
    def used(it: Compiled) -> list[Any]:
        policies = [json.loads(text) for path, text in it.files.items() if "deployer-policy" in path]
        said = [one for policy in policies for one in policy["Statement"]]
        return [one["Resource"] for one in said if "kms:Decrypt" in one["Action"]]

    assert used(made({"keyArn": KEY})) == [KEY]
    assert used(made({}, [EMAIL])) == []


# The collector


def test_the_collector_is_where_the_control_plane_is_and_reads_into_the_workspace() -> None:
    it = made({})
    scraper = it.resource("observability", "AWS::APS::Scraper")
    source = scraper["Source"]["EksConfiguration"]
    assert source["ClusterArn"]["Fn::Sub"].endswith(":cluster/shop")
    assert len(source["SubnetIds"]) >= 2
    [group] = source["SecurityGroupIds"]
    assert group == {"Fn::ImportValue": {"Fn::Sub": "${ClusterStack}-ClusterSecurityGroupId"}}
    assert "ClusterSecurityGroupId" in it.template("cluster")["Outputs"]
    assert scraper["Destination"]["AmpConfiguration"] == {
        "WorkspaceArn": {"Fn::GetAtt": ["PrometheusWorkspace", "Arn"]}
    }
    assert it.resources("cluster", "AWS::EKS::AccessEntry") == made({"collector": {"enabled": False}}).resources(
        "cluster", "AWS::EKS::AccessEntry"
    )


def test_without_a_collector_nothing_is_opened() -> None:
    it = made({"collector": {"enabled": False}, "remoteWrite": [{"namespace": "a", "serviceAccount": "b"}]})
    assert it.errors == []
    assert it.resources("observability", "AWS::APS::Scraper") == {}
    assert "ClusterSecurityGroupId" not in it.template("cluster")["Outputs"]
    assert it.lint() == []


def test_what_it_reads() -> None:
    jobs = read(made({}))
    assert [*jobs] == [one["job_name"] for one in scraping.jobs(control_plane=True)]
    assert jobs["kube-state-metrics"]["honor_labels"] is True
    own = {"job_name": "queue", "static_configs": [{"targets": ["10.0.0.7:9150"]}]}
    fewer = read(made({"collector": {"controlPlane": False, "intervalSeconds": 30, "jobs": [own]}}))
    assert jobs.keys() - fewer.keys() == {"api-server", "scheduler", "controller-manager"}
    assert fewer["queue"] == own


@pytest.mark.parametrize("job", scraping.jobs(control_plane=True), ids=lambda one: str(one["job_name"]))
def test_every_series_has_an_instance_of_its_own(job: dict[str, Any]) -> None:
    """Where the address is the API server's for all, the node stands in its place, or series would be one another."""
    targets = [one.get("target_label") for one in job["relabel_configs"]]
    rewritten = {"target_label": "__address__", "replacement": scraping.API} in job["relabel_configs"]
    assert rewritten == (job["kubernetes_sd_configs"] == [{"role": "node"}])
    assert not rewritten or "instance" in targets


def relabeled(job: dict[str, Any], labels: dict[str, str]) -> dict[str, str] | None:
    """What Prometheus makes of a target; None if it is dropped."""
    labels = dict(labels)
    for one in job["relabel_configs"]:
        value = ";".join(labels.get(name, "") for name in one.get("source_labels", ()))
        found = re.fullmatch(one.get("regex", "(.*)"), value)
        action = one.get("action", "replace")
        if (action == "keep" and not found) or (action == "drop" and found):
            return None
        if action == "replace" and found:
            labels[one["target_label"]] = found.expand(one.get("replacement", "$1").replace("$", "\\"))
    return labels


def test_annotated_pods_are_read_where_they_say() -> None:
    said = "__meta_kubernetes_pod_annotation_prometheus_io"
    pod = {"__address__": "10.0.1.5", f"{said}_scrape": "true", "__meta_kubernetes_pod_name": "web-1"}
    [job] = [one for one in scraping.jobs(control_plane=False) if one["job_name"] == "annotated-pods"]
    target = relabeled(job, pod | {f"{said}_port": "8080", f"{said}_path": "/stats"})
    assert target and (target["__address__"], target["__metrics_path__"]) == ("10.0.1.5:8080", "/stats")
    six = relabeled(job, pod | {"__address__": "[2001:db8::5]:80", f"{said}_port": "8080"})
    assert six and six["__address__"] == "[2001:db8::5]:8080"
    assert relabeled(job, pod | {f"{said}_scrape": "false"}) is None
    assert relabeled(job, pod | {"__meta_kubernetes_pod_phase": "Succeeded"}) is None


def test_exporters_are_read_once() -> None:
    services = {"kube-state-metrics": "http", "prometheus-node-exporter": "metrics"}
    for name, port in services.items():
        target = {
            scraping.NAMED: name,
            "__meta_kubernetes_service_annotation_prometheus_io_scrape": "true",
            "__meta_kubernetes_endpoint_port_name": port,
            "__meta_kubernetes_pod_node_name": "node-1",
        }
        readers = [
            one["job_name"]
            for one in scraping.jobs(control_plane=True)
            if one["kubernetes_sd_configs"] == [{"role": "endpoints"}] and relabeled(one, target)
        ]
        assert readers == [name.removeprefix("prometheus-")]


def test_the_kubelet_of_a_node_is_asked_through_the_api() -> None:
    [job] = [one for one in scraping.jobs(control_plane=False) if one["job_name"] == "containers"]
    target = relabeled(job, {"__address__": "10.0.0.1:10250", "__meta_kubernetes_node_name": "node-1"})
    assert target == {
        "__address__": "kubernetes.default.svc:443",
        "__meta_kubernetes_node_name": "node-1",
        "__metrics_path__": "/api/v1/nodes/node-1/proxy/metrics/cadvisor",
        "instance": "node-1",
    }


# Rules


def test_default_rules_are_over_metrics_that_are_there() -> None:
    def names(**more: Any) -> list[str]:
        return [one["name"] for one in rules(made({}, **more), "PrometheusDefaultRules")]

    assert names() == [CONTAINERS, CONTROL_PLANE]
    assert names(addons=EXPORTERS) == [CONTAINERS, NODES, OBJECTS, CONTROL_PLANE]
    off = made({"collector": {"enabled": False}, "remoteWrite": [{"namespace": "a", "serviceAccount": "b"}]})
    assert off.resources("observability", "AWS::APS::RuleGroupsNamespace") == {}
    assert made({"defaultRules": False}).resources("observability", "AWS::APS::RuleGroupsNamespace") == {}


@pytest.mark.parametrize("group", default_rules.RULES)
def test_default_rules_are_promql_over_what_the_collector_keeps(group: str) -> None:
    kept = re.compile("|".join((scraping.CONTAINERS, scraping.KUBELET, scraping.API_SERVER, scraping.SCHEDULER)))
    recorded = {one["record"] for one in default_rules.RULES[group] if "record" in one}
    for one in default_rules.RULES[group]:
        assert promql.mistake(one["expr"]) == ""
        for name in {*promql.metrics(one["expr"])} - recorded - {"and", "up"}:
            assert name.startswith(SOURCES[group].prefixes) or group == CONTAINERS, name
            assert group in (NODES, OBJECTS) or kept.fullmatch(name), name


def test_every_alert_says_how_bad_it_is_and_what_it_is_about() -> None:
    alerts = [one for group in default_rules.RULES.values() for one in group if "alert" in one]
    assert len({one["alert"] for one in alerts}) == len(alerts) > 15
    for one in alerts:
        assert one["labels"]["severity"] in ("warning", "critical")
        assert one["annotations"]["summary"]


def test_rules_of_ones_own() -> None:
    own = {"alert": "OrdersFail", "expr": 'x{a="${AWS::Region}"} > 1', "keepFiringFor": "5m", "labels": {"a": "b"}}
    it = made({"ruleGroups": [{"name": "orders", "intervalSeconds": 30, "rules": [own]}]})
    data = it.resources("observability", "AWS::APS::RuleGroupsNamespace")["PrometheusRules"]["Data"]
    # Nothing is put in for what only looks as if it were CloudFormation's.
    [group] = yaml.safe_load("${".join(data["Fn::Join"][1]))["groups"]
    assert (group["name"], group["interval"]) == ("orders", "30s")
    assert group["rules"] == [
        {"alert": "OrdersFail", "expr": own["expr"], "keep_firing_for": "5m", "labels": {"a": "b"}}
    ]
    assert it.lint() == []


def test_an_expression_may_have_several_lines_and_any_letter() -> None:
    expression = "sum(x)\n  / on () # why: 'so'\nsum(y{a=\"é: #\"})"
    it = made({"ruleGroups": [{"name": "on", "rules": [{"record": "yes", "expr": expression}]}]})
    [group] = rules(it, "PrometheusRules")
    assert (group["name"], group["rules"]) == ("on", [{"record": "yes", "expr": expression}])


@pytest.mark.parametrize(
    "text",
    [
        'sum by (code) (rate(http_requests_total{code=~"5..", path!="/{id}"}[5m:1m])) > bool 1',
        "a / on (x) group_left (y) b offset 5m # why)",
        '{__name__=~"a.*"}',
        "label_replace(up, 'a', \"it's $1\", `b`, '(.*)')",
        "rate(x[1h30m] @ end())",
    ],
)
def test_what_is_promql(text: str) -> None:
    assert promql.mistake(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sum(x", "a round bracket is not closed"),
        ("x[5m}", "a curly bracket is closed that is not open"),
        ("x[five]", "no range"),
        ("x{a}", "no list of labels"),
        ("x{a='b}", "a quote is not closed"),
        ("x and", "it ends with and"),
        ("x +", "it ends with +"),
        ("# x", "no expression"),
    ],
)
def test_what_is_no_promql(text: str, said: str) -> None:
    assert said in promql.mistake(text)


def test_the_metrics_of_an_expression() -> None:
    found = promql.metrics('sum by (kube_a) (rate(kube_b{kube_c="node_d"}[5m])) / on (node_e) node_f')
    assert {*found} - {"on", "by"} == {"kube_b", "node_f"}


# Alerts


def test_an_alert_reaches_the_topic_and_may() -> None:
    it = made({"repeatHours": 12}, [EMAIL, {"topicArn": TOPIC}])
    text = workspace(it)["AlertManagerDefinition"]["Fn::Sub"]
    manager = yaml.safe_load(yaml.safe_load(text)["alertmanager_config"])
    assert manager["route"]["repeat_interval"] == "12h"
    [receiver] = [one for one in manager["receivers"] if one["name"] == manager["route"]["receiver"]]
    told = [(one["topic_arn"], one["sigv4"]["region"]) for one in receiver["sns_configs"]]
    assert told == [("${AlarmTopic}", "${AWS::Region}"), ("arn:${AWS::Partition}" + TOPIC[7:], "eu-central-1")]
    policy = it.resource("observability", "AWS::SNS::TopicPolicy")["PolicyDocument"]
    [publish] = [one for one in policy["Statement"] if one["Sid"] == "PrometheusPublish"]
    assert publish["Principal"] == {"Service": ["aps.amazonaws.com"]}
    assert publish["Condition"]["ArnLike"] == {"aws:SourceArn": {"Fn::GetAtt": ["PrometheusWorkspace", "Arn"]}}
    assert publish["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    key = it.resource("observability", "AWS::KMS::Key")["KeyPolicy"]
    assert {"Service": ["aps.amazonaws.com"]} in [one["Principal"] for one in key["Statement"]]
    assert it.lint() == []


def test_alarms_alone_let_nobody_else_publish() -> None:
    it = compiled(observability={"notify": [EMAIL]}, nodeGroups=[{"name": "workers"}])
    texts = [text for path, text in it.files.items() if "observability" in path]
    assert texts
    assert not any(b"aps.amazonaws.com" in text for text in texts)


# Others that write


def test_whoever_writes_may_write_to_this_workspace_and_nothing_else() -> None:
    it = made({"remoteWrite": [{"namespace": "prometheus", "serviceAccount": "server"}]})
    [role] = it.resources("observability", "AWS::IAM::Role").values()
    [policy] = role["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["aps:RemoteWrite"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["PrometheusWorkspace", "Arn"]}]
    association = it.resource("observability", "AWS::EKS::PodIdentityAssociation")
    assert (association["Namespace"], association["ServiceAccount"]) == ("prometheus", "server")
    assert b"api/v1/remote_write" in it.files["README.md"]
    assert it.lint() == []


def test_where_endpoints_are_the_only_way_there_is_one_to_the_workspace() -> None:
    network = {"topology": "private", "endpoints": ["private-cluster"]}
    cluster = {"endpoint": {"access": "private"}}

    def services(wanted: dict[str, Any]) -> str:
        it = made(wanted, network=network, cluster=cluster)
        assert it.errors == []
        return str(it.resources("network", "AWS::EC2::VPCEndpoint"))

    assert "aps-workspaces" in services({"remoteWrite": [{"namespace": "a", "serviceAccount": "b"}]})
    # AWS's own collector does not write out of the VPC.
    assert "aps-workspaces" not in services({})


@pytest.mark.parametrize(
    ("region", "wanted", "errors"),
    [
        ("cn-north-1", {}, {"BPC709"}),
        ("us-gov-west-1", {}, {"BPC709"}),
        ("us-gov-west-1", {"collector": {"enabled": False}}, set()),
    ],
)
def test_regions_without_it(region: str, wanted: dict[str, Any], errors: set[str]) -> None:
    assert {*made(wanted, metadata={"name": "shop", "region": region}).errors} == errors


def test_an_outpost_is_out_of_reach() -> None:
    arn = "arn:aws:outposts:eu-west-1:111122223333:outpost/op-0123456789abcdef0"
    outpost = {"arn": arn, "controlPlaneInstanceType": "m5.large"}
    assert "BPC658" in made({}, cluster={"outpost": outpost}).errors


def test_the_readme_says_whose_metrics_are_missing() -> None:
    assert b"`kube-state-metrics` has those of" in made({}).files["README.md"]
    assert b"has those of" not in made({}, addons=EXPORTERS).files["README.md"]
    assert (
        b"Slack does not show its alerts"
        in made({}, [{"slack": {"workspaceId": "T0123ABCD", "channelId": "C0123ABCD"}}]).files["README.md"]
    )
