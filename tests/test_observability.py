"""What is watched: an error in a log reaches the alarm, whoever is named hears of it, and the dashboard shows it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bpc.kit import cloudwatch
from parts.compiling import Compiled, compiled
from parts.filters import counts

EMAIL = {"email": "ops@example.com"}
INSIGHTS = {"amazon-cloudwatch-observability": {}}
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
ERRORS = {"name": "backend-errors", "log": "application", "container": "backend-app", "contains": ["ERROR"]}


def made(wanted: dict[str, Any], **more: Any) -> Compiled:
    return compiled(**{"addons": INSIGHTS, "nodeGroups": [{"name": "workers"}], "observability": wanted} | more)


def line(log: str, container: str = "backend-app", namespace: str = "default") -> str:
    """What Fluent Bit writes for a container's line."""
    return json.dumps({"log": log, "kubernetes": {"container_name": container, "namespace_name": namespace}})


def pattern(alarm: dict[str, Any]) -> str:
    it = made({"alarms": [alarm]})
    assert it.errors == []
    return str(it.resource("observability", "AWS::Logs::MetricFilter")["FilterPattern"])


def widgets(it: Compiled) -> list[dict[str, Any]]:
    body = it.resource("observability", "AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
    return list(json.loads(body)["widgets"])


# Alarms


def test_an_error_in_the_applications_log_reaches_its_alarm() -> None:
    it = made({"notify": [EMAIL], "alarms": [ERRORS]})
    counted = it.resource("observability", "AWS::Logs::MetricFilter")
    assert counts(counted["FilterPattern"], line("2026-11-21 ERROR RegionController: no such region"))
    assert not counts(counted["FilterPattern"], line("2026-11-21 INFO RegionController: here you are"))
    assert not counts(counted["FilterPattern"], line("2026-11-21 ERROR", container="frontend"))
    assert counted["LogGroupName"] == {
        "Fn::ImportValue": {"Fn::Sub": "${AddonsStack}-ContainerInsightsApplicationLogGroup"}
    }
    [measured] = counted["MetricTransformations"]
    alarm = it.resource("observability", "AWS::CloudWatch::Alarm")
    assert (measured["MetricNamespace"], measured["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])
    assert (alarm["Statistic"], alarm["Threshold"], alarm["TreatMissingData"]) == ("Sum", 1, "notBreaching")
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert it.lint() == []


@pytest.mark.parametrize(
    ("said", "yes", "no"),
    [
        ({"contains": ["ERROR", "WARN"]}, [line("a WARN"), line("ERROR")], [line("warn"), "ERROR, but no JSON"]),
        ({"kubernetesNamespace": "shop"}, [line("x", namespace="shop")], [line("shop")]),
        (
            {"container": "a", "kubernetesNamespace": "b", "contains": ["x", "y"]},
            [line("y", "a", "b")],
            [line("y", "a", "c"), line("y", "c", "b"), line("z", "a", "b")],
        ),
        ({"contains": ["[Errno 2]"]}, [line("OSError: [Errno 2] gone")], [line("OSError: [Errno 3] gone")]),
    ],
)
def test_the_lines_of_containers_that_count(said: dict[str, Any], yes: list[str], no: list[str]) -> None:
    found = pattern({"name": "some", "log": "application"} | said)
    assert [counts(found, one) for one in (*yes, *no)] == [True] * len(yes) + [False] * len(no)


def test_lines_that_are_no_json_are_looked_at_as_they_are() -> None:
    found = pattern({"name": "some", "log": "cluster", "contains": ["panic:", "fatal error"]})
    assert counts(found, "E1121 goroutine 7: fatal error: out of memory")
    assert not counts(found, "E1121 error")


def test_a_pattern_of_ones_own_is_left_as_it_is() -> None:
    assert pattern({"name": "some", "log": "host", "pattern": "%oom-kill%"}) == "%oom-kill%"


@pytest.mark.parametrize("metric", cloudwatch.METRICS)
def test_a_metric_that_is_known_needs_no_more_than_its_name(metric: str) -> None:
    it = made({"alarms": [{"name": "some", "metric": metric}]})
    alarm = it.resource("observability", "AWS::CloudWatch::Alarm")
    known = cloudwatch.METRICS[metric]
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == (
        known.namespace,
        known.statistic,
        known.threshold,
    )
    assert alarm["Dimensions"] == [{"Name": "ClusterName", "Value": "shop"}]
    assert "AlarmActions" not in alarm


@pytest.mark.parametrize("metric", cloudwatch.METRICS)
def test_whoever_is_woken_up_reads_what_it_means_and_what_to_do_first(metric: str) -> None:
    wanted = {"name": "some", "metric": metric}
    about = made({"alarms": [wanted]}).resource("observability", "AWS::CloudWatch::Alarm")["AlarmDescription"]
    assert about == cloudwatch.METRICS[metric].about
    assert re.match(r"[A-Z].+[.] First: .+[.?]$", about)
    assert len(about) <= 1024
    own = made({"alarms": [wanted | {"description": "See the runbook."}]})
    assert own.resource("observability", "AWS::CloudWatch::Alarm")["AlarmDescription"] == "See the runbook."


def test_an_alarm_on_a_log_says_where_the_lines_are() -> None:
    def about(alarm: dict[str, Any]) -> str:
        it = made({"alarms": [{"name": "some"} | alarm]})
        return str(it.resource("observability", "AWS::CloudWatch::Alarm")["AlarmDescription"])

    said = about(
        {"log": "application", "container": "web", "kubernetesNamespace": "shop", "contains": ["ERROR", "WARN"]}
    )
    assert said.startswith('Lines of the container web in the namespace shop say "ERROR" or "WARN". First: ')
    assert "/aws/containerinsights/shop/application" in said
    assert "/aws/eks/shop/cluster" in about({"log": "cluster", "contains": ["panic"]})
    assert about({"log": "host", "pattern": "%oom%"}).startswith("Lines match %oom%. First: ")


def test_nothing_is_said_of_what_is_not_known() -> None:
    """Neither of another metric, nor of one that rings when it is low."""
    for alarm in (
        {"metric": "Depth", "namespace": "MyApp", "threshold": 1},
        {"metric": "node_cpu_utilization", "comparisonOperator": "LessThanThreshold"},
    ):
        it = made({"alarms": [{"name": "some"} | alarm]})
        assert "AlarmDescription" not in it.resource("observability", "AWS::CloudWatch::Alarm")


def test_what_is_said_of_a_known_metric_goes_before() -> None:
    said = {"threshold": 95, "statistic": "Maximum", "dimensions": {"ClusterName": "shop", "NodeName": "a"}}
    it = made({"alarms": [{"name": "some", "metric": "node_cpu_utilization"} | said]})
    alarm = it.resource("observability", "AWS::CloudWatch::Alarm")
    assert (alarm["Threshold"], alarm["Statistic"], len(alarm["Dimensions"])) == (95, "Maximum", 2)


def test_the_same_name_in_another_namespace_is_another_metric() -> None:
    other = {"name": "some", "metric": "node_cpu_utilization", "namespace": "MyApp"}
    assert made({"alarms": [other]}).errors == ["BPC984"]
    alarm = made({"alarms": [other | {"threshold": 7}]}).resource("observability", "AWS::CloudWatch::Alarm")
    assert alarm["Namespace"] == "MyApp"
    assert "Dimensions" not in alarm


# Who hears


def test_the_topic_is_encrypted_with_a_key_that_alarms_may_use() -> None:
    it = made({"notify": [EMAIL], "alarms": [ERRORS], "events": ["spot-interruption"]})
    assert it.resource("observability", "AWS::SNS::Topic")["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmKey", "Arn"]}
    policy = it.resource("observability", "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    allowed = {one["Principal"].get("Service", [""])[0]: one for one in policy}
    alarms = allowed["cloudwatch.amazonaws.com"]
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    # EventBridge sends nothing that a condition could look at.
    assert "Condition" not in allowed["events.amazonaws.com"]


def test_only_who_has_something_to_tell_may_publish() -> None:
    def publishers(wanted: dict[str, Any]) -> list[str]:
        policy = made(wanted).resource("observability", "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        return [one["Principal"]["Service"][0] for one in policy if one["Effect"] == "Allow"]

    assert publishers({"notify": [EMAIL]}) == ["cloudwatch.amazonaws.com"]
    both = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    assert publishers({"notify": [EMAIL], "events": ["spot-interruption"]}) == both


def test_everybody_hears_in_their_own_way() -> None:
    slack = {"slack": {"workspaceId": "T012", "channelId": "C012"}}
    web = {"https": "https://events.example.com/sns"}
    it = made({"notify": [EMAIL, web, slack, {"topicArn": TOPIC}], "alarms": [ERRORS | {"tellWhenOver": True}]})
    found = {
        one["Protocol"]: one["Endpoint"] for one in it.resources("observability", "AWS::SNS::Subscription").values()
    }
    assert found == {"email": "ops@example.com", "https": "https://events.example.com/sns"}
    channel = it.resource("observability", "AWS::Chatbot::SlackChannelConfiguration")
    assert (channel["SlackWorkspaceId"], channel["SlackChannelId"]) == ("T012", "C012")
    # Left out, the channel might do everything that its role does.
    [guard] = channel["GuardrailPolicies"]
    assert guard == {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/CloudWatchReadOnlyAccess"}
    alarm = it.resource("observability", "AWS::CloudWatch::Alarm")
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}, TOPIC]
    assert it.lint() == []


def test_a_given_topic_needs_none_of_ours() -> None:
    it = made({"notify": [{"topicArn": TOPIC}], "alarms": [ERRORS], "events": ["rebalance-recommendation"]})
    for kind in ("AWS::SNS::Topic", "AWS::KMS::Key", "AWS::SNS::TopicPolicy"):
        assert it.resources("observability", kind) == {}
    assert it.resource("observability", "AWS::Events::Rule")["Targets"] == [{"Id": "Topic1", "Arn": TOPIC}]


# Queries and the dashboard


def test_a_query_reads_the_log_groups_that_the_platform_makes() -> None:
    query = {"name": "errors", "logs": ["cluster", "application"], "query": "filter @message like /${x}/"}
    it = made({"queries": [query]})
    saved = it.resource("observability", "AWS::Logs::QueryDefinition")
    assert saved["Name"] == "shop/errors"
    assert saved["QueryString"] == query["query"]
    exports = {value["Export"]["Name"]["Fn::Sub"] for stack in ("cluster", "addons") for value in outputs(it, stack)}
    wanted = {one["Fn::ImportValue"]["Fn::Sub"] for one in saved["LogGroupNames"]}
    assert {re.sub(r"\$\{\w+Stack\}", "${AWS::StackName}", one) for one in wanted} <= exports
    [shown] = [one for one in widgets(it) if one["type"] == "log"]
    assert (
        "SOURCE '/aws/containerinsights/shop/application' | SOURCE '/aws/eks/shop/cluster'"
        in shown["properties"]["query"]
    )
    assert shown["properties"]["query"].endswith("/${!x}/")
    assert it.lint() == []


def outputs(it: Compiled, stack: str) -> list[dict[str, Any]]:
    return [one for one in it.template(stack)["Outputs"].values() if "Export" in one]


def test_the_dashboard_fills_its_grid_and_nothing_lies_on_anything() -> None:
    query = {"name": "errors", "logs": ["application"], "query": "limit 20"}
    it = made({"alarms": [ERRORS, {"name": "cpu", "metric": "node_cpu_utilization"}], "queries": [query]})
    seen: set[tuple[int, int]] = set()
    for one in widgets(it):
        cells = {(one["x"] + x, one["y"] + y) for x in range(one["width"]) for y in range(one["height"])}
        assert not cells & seen
        assert all(x < 24 for x, _ in cells)
        seen |= cells
    assert len(seen) == 24 * (max(y for _, y in seen) + 1)


def test_the_dashboard_shows_what_is_measured_and_no_more() -> None:
    def shown(addons: dict[str, Any]) -> set[str]:
        it = made({}, addons=addons)
        return {row[1] for row in drawn(it) if len(row) > 1 and row[0] != "AWS/Logs"}

    everything, older, nothing = shown(INSIGHTS), shown({"cloudwatch-agent": {}}), shown({})
    assert "pod_number_of_container_restarts" in everything - older
    assert "node_cpu_utilization" in older - nothing
    assert {one for one in nothing if not one.startswith(("apiserver", "scheduler"))} == set()


def drawn(it: Compiled) -> list[Any]:
    """Every metric and expression of the dashboard; a dot stands for what the row before has in the same place."""
    found: list[Any] = []
    for one in widgets(it):
        before: list[Any] = []
        for row in one["properties"]["metrics"] if one["type"] == "metric" else ():
            before = [before[place] if value == "." else value for place, value in enumerate(row)]
            found.append(before)
    return found


def test_the_ten_most_of_nodes_and_namespaces_are_drawn_by_their_names() -> None:
    rows = [row[0] for row in drawn(made({})) if len(row) == 1]
    assert len(rows) == 4
    for row in rows:
        assert re.fullmatch(
            r"SORT\(SEARCH\('.+ ClusterName=\"shop\"', '\w+', 300\), AVG, DESC, 10\)", row["expression"]
        )
        dimension = re.fullmatch(r"\$\{!PROP\('Dim\.(\w+)'\)\}", row["label"])
        assert dimension and dimension[1] in row["expression"].split("}")[0]
    assert [row for row in drawn(made({}, addons={})) if len(row) == 1] == []


def test_a_line_is_drawn_where_an_alarm_rings() -> None:
    cpu = {"name": "cpu", "metric": "node_cpu_utilization", "threshold": 70}
    one_node = {"name": "one", "metric": "node_cpu_utilization", "dimensions": {"NodeName": "a"}}
    it = made({"alarms": [cpu, one_node, ERRORS]})
    lines = [
        one["properties"]["annotations"]["horizontal"] for one in widgets(it) if "annotations" in one["properties"]
    ]
    assert [[(each["label"], each["value"]) for each in one] for one in lines] == [[("cpu", 70)]]


def test_rows_say_what_they_are_about() -> None:
    it = made({"notify": [EMAIL], "alarms": [ERRORS], "events": ["spot-interruption"], "guardDuty": {}})
    headings = [one["properties"]["markdown"] for one in widgets(it) if one["type"] == "text"]
    assert headings == ["## Nodes", "## Pods", "## Control plane", "## Logs", "## What else was told"]
    told = [row[3] for row in drawn(it) if row[0] == "AWS/Events"]
    assert told == ["${SpotInterruptionRule}", "${GuardDutyRule}"]
    assert set(told) <= {f"${{{one}}}" for one in it.resources("observability", "AWS::Events::Rule")}
    assert widgets(it)[0]["type"] == "alarm"
    assert it.lint() == []


def test_what_is_written_is_drawn_for_each_log_group() -> None:
    groups = [row[3] for row in drawn(made({})) if row[0] == "AWS/Logs"]
    assert groups[0] == "/aws/eks/shop/cluster"
    assert set(groups[1:]) == {
        f"/aws/containerinsights/shop/{kind}" for kind in ("application", "dataplane", "host", "performance")
    }
    nothing = made({}, addons={}, cluster={"logging": {"types": []}})
    assert [row for row in drawn(nothing) if row[0] == "AWS/Logs"] == []


def test_no_dashboard_where_none_is_wanted() -> None:
    it = made({"dashboard": False, "alarms": [ERRORS]})
    assert it.resources("observability", "AWS::CloudWatch::Dashboard") == {}


def test_in_one_template_the_log_group_is_there_before_its_filter() -> None:
    it = made({"alarms": [ERRORS]}, cloudformation={"layout": "single"})
    counted = it.resource("shop", "AWS::Logs::MetricFilter")
    assert counted["LogGroupName"] == {"Ref": "ContainerInsightsApplicationLogGroup"}
    assert it.lint() == []


def test_whoever_deploys_may_have_that_dashboard_and_no_other() -> None:
    files = made({}).files
    policies = [json.loads(text) for path, text in files.items() if "deployer-policy" in path]
    found = [one for policy in policies for one in policy["Statement"] if "cloudwatch:PutDashboard" in one["Action"]]
    named = [one for one in found[0]["Resource"] if ":dashboard/" in one]
    assert len(found) == 1
    assert named == ["arn:aws:cloudwatch::*:dashboard/shop"]
