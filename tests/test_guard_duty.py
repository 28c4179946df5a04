"""GuardDuty: its detector, who brings its agent, and what of its findings people hear."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled
from parts.event_patterns import hears

NODES = [{"name": "workers", "instanceTypes": ["m7g.large"]}]
EMAIL = {"email": "ops@example.com"}
AGENT: dict[str, Any] = {"addons": {"aws-guardduty-agent": {}}, "network": {"endpoints": ["guardduty-data"]}}


def made(wanted: dict[str, Any], **more: Any) -> Compiled:
    watched = {"notify": [EMAIL], "guardDuty": wanted}
    return compiled(**{"nodeGroups": NODES, "observability": watched} | more)


def features(it: Compiled) -> dict[str, str]:
    """What the detector says of each protection plan; of Runtime Monitoring, who brings agents too."""
    assert it.errors == []
    found = {}
    for one in it.resource("observability", "AWS::GuardDuty::Detector")["Features"]:
        found[one["Name"]] = one["Status"]
        found |= {more["Name"]: more["Status"] for more in one.get("AdditionalConfiguration", [])}
    return found


def tags(it: Compiled) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in it.resource("cluster", "AWS::EKS::Cluster").get("Tags", [])}


def test_what_is_not_listed_is_switched_off() -> None:
    it = made({"findingPublishingFrequency": "ONE_HOUR"})
    on, off = "ENABLED", "DISABLED"
    plans = {"EKS_AUDIT_LOGS": on, "RUNTIME_MONITORING": on, "EKS_ADDON_MANAGEMENT": on, "EBS_MALWARE_PROTECTION": off}
    assert features(it) == plans
    detector = it.resource("observability", "AWS::GuardDuty::Detector")
    assert (detector["Enable"], detector["FindingPublishingFrequency"]) == (True, "ONE_HOUR")
    malware = {"EKS_AUDIT_LOGS": off, "RUNTIME_MONITORING": off, "EBS_MALWARE_PROTECTION": on}
    assert features(made({"features": ["EBS_MALWARE_PROTECTION"]})) == malware
    assert it.lint() == []


def test_nothing_is_switched_off_that_another_partition_may_not_have() -> None:
    it = made({}, metadata={"name": "shop", "region": "cn-north-1"})
    assert "EBS_MALWARE_PROTECTION" not in features(it)


def test_there_is_one_agent_alone() -> None:
    """Either GuardDuty brings it or the stacks do, and then GuardDuty leaves the cluster alone."""
    theirs, ours = made({}), made({}, **AGENT)
    assert features(theirs)["EKS_ADDON_MANAGEMENT"] == "ENABLED"
    assert features(ours)["EKS_ADDON_MANAGEMENT"] == "DISABLED"
    assert ("GuardDutyManaged" in tags(theirs), tags(ours)["GuardDutyManaged"]) == (False, "false")
    assert "GuardDutyManaged" not in tags(made({}, **AGENT | {"observability": {}}))
    assert features(made({"eksAddonManagement": False}))["EKS_ADDON_MANAGEMENT"] == "DISABLED"


def test_an_agent_of_ours_in_an_account_where_guardduty_brings_its_own() -> None:
    it = made({"detector": "existing"}, **AGENT)
    assert it.resources("observability", "AWS::GuardDuty::Detector") == {}
    assert tags(it)["GuardDutyManaged"] == "false"


def finding(severity: float, **resource: Any) -> dict[str, Any]:
    detail = {"severity": severity, "resource": resource}
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": detail}


def tagged(*tags: tuple[str, str]) -> dict[str, Any]:
    return {"instanceDetails": {"tags": [{"key": key, "value": value} for key, value in tags]}}


@pytest.mark.parametrize(
    ("resource", "ours"),
    [
        ({"eksClusterDetails": {"name": "shop"}}, True),
        ({"eksClusterDetails": {"name": "shop2"}}, False),
        (tagged(("Name", "a"), ("kubernetes.io/cluster/shop", "owned")), True),
        (tagged(("kubernetes.io/cluster/other", "owned")), False),
        (tagged(("eks:eks-cluster-name", "shop")), True),
        (tagged(("eks:cluster-name", "other"), ("Name", "shop")), False),
        ({"accessKeyDetails": {"userName": "shop"}}, False),
    ],
)
def test_findings_about_the_cluster_are_told_and_no_others(resource: dict[str, Any], ours: bool) -> None:
    pattern = rule(made({}))["EventPattern"]
    assert hears(pattern, finding(5, **resource)) is ours


@pytest.mark.parametrize(("severity", "least"), [("low", 1), ("medium", 4), ("high", 7), ("critical", 9)])
def test_findings_are_told_from_a_severity_on(severity: str, least: int) -> None:
    pattern = rule(made({"severity": severity}))["EventPattern"]
    about = {"eksClusterDetails": {"name": "shop"}}
    assert [hears(pattern, finding(value, **about)) for value in (least - 0.1, least, 10)] == [False, True, True]


def rule(it: Compiled) -> dict[str, Any]:
    return it.resource("observability", "AWS::Events::Rule")


def test_findings_reach_the_topic() -> None:
    it = made({"detector": "existing"})
    assert rule(it)["Targets"] == [{"Id": "Topic1", "Arn": {"Ref": "AlarmTopic"}}]
    for kind, key in (("AWS::SNS::TopicPolicy", "PolicyDocument"), ("AWS::KMS::Key", "KeyPolicy")):
        statements = it.resource("observability", kind)[key]["Statement"]
        services = [one["Principal"].get("Service") for one in statements if one["Effect"] == "Allow"]
        assert ["events.amazonaws.com"] in services
    assert it.lint() == []


def test_a_detector_without_anybody_to_tell() -> None:
    it = made({}, observability={"guardDuty": {}})
    assert it.resources("observability", "AWS::Events::Rule") == {}
    assert features(it)


def readme(it: Compiled) -> str:
    return it.files["README.md"].decode().split("## GuardDuty", 1)[1].split("\n## ", 1)[0]


def test_the_readme_says_whose_the_detector_is_and_what_else_it_touches() -> None:
    assert "There can be one alone" in readme(made({}))
    assert "every** EKS cluster" in readme(made({}))
    assert "every** EKS cluster" not in readme(made({}, **AGENT))
    assert "is not of these stacks" in readme(made({"detector": "existing"}))
    fargate = {"fargateProfiles": [{"name": "web", "selectors": [{"namespace": "web"}]}]}
    assert ["on Fargate" in readme(made({}, **more)) for more in (fargate, {})] == [True, False]
