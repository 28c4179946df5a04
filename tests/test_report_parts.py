"""Parts of the page about a platform: what a reviewer asks, what is watched, and pipelines."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bpc.kit import statements as iam
from bpc.output.stacks import Stacks
from bpc.report import dashboard, findings, pipelines, services, watching
from bpc.report.findings import (
    ACCOUNTS,
    CHANGES,
    CLUSTER,
    FEDERATED,
    MAINTAINED,
    MANAGES,
    OPEN,
    READS,
    SERVICES,
    WHOLE,
    Finding,
)
from parts.pages import SPECS, blueprint, finished, of_spec, words


def asked(stacks: Stacks, kind: str) -> list[tuple[str, str, str]]:
    return [(one.where, words(one.what), one.answer) for one in findings.found(stacks) if one.kind == kind]


def of_statement(**statement: Any) -> list[Finding]:
    """What is asked about one statement of a role."""
    policy = {"PolicyDocument": {"Statement": [{"Effect": "Allow", **statement}]}}
    resource = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}
    (stacks,) = finished(blueprint())
    return [*findings.found(stacks.replace(templates={"x": {"Resources": {"Role": resource}}}))]


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_star_is_asked_about(path: Any) -> None:
    """Whoever reads the findings alone has seen each statement for every resource, and each that lets others in."""
    for stacks in of_spec(path.stem):
        whole = {(one.where, one.kind) for one in findings.found(stacks)}
        text = words(findings.findings(stacks))
        for title, one in [pair for made in stacks.templates.values() for pair in made["Resources"].items()]:
            if one["Type"] == findings.ENDPOINT:
                continue
            for _, statement in iam.statements(one.get("Properties", {})):
                stars = "*" in iam.listed(statement.get("Resource")) and "Principal" not in statement
                if statement["Effect"] == "Allow" and stars:
                    assert any(where == title for where, _ in whole) and title in text
                    assert str(statement.get("Sid", "")) in text


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ({"Action": "*", "Resource": "*"}, OPEN),
        ({"NotAction": "iam:*", "Resource": "*"}, OPEN),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::a"}, WHOLE),
        ({"Action": ["iam:PassRole"], "Resource": "arn:aws:iam::1:role/a"}, MANAGES),
        ({"Action": ["vpc-lattice:PutAuthPolicy"], "Resource": "*"}, MANAGES),
        ({"Action": ["sts:AssumeRole"], "Resource": "arn:aws:iam::1:role/a"}, MANAGES),
        ({"Action": ["ec2:RunInstances", "ec2:DescribeInstances"], "Resource": "*"}, CHANGES),
        ({"Action": ["ec2:DescribeInstances"], "Resource": ["*"]}, READS),
    ],
)
def test_a_statement_is_of_one_kind(statement: dict[str, Any], kind: str) -> None:
    (found,) = of_statement(**statement)
    assert found.kind == kind and found.where == "Role"
    assert "DescribeInstances" not in found.what or kind == READS, "what is asked about is what changes something"


def test_what_names_its_resources_is_not_asked_about() -> None:
    assert of_statement(Action=["s3:GetObject", "s3:PutObject"], Resource="arn:aws:s3:::a/*") == []
    assert of_statement(Effect="Deny", Action="*", Resource="*") == []


def test_who_is_let_in() -> None:
    assert (
        of_statement(Principal={"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}, Action="s3:GetObject") == []
    )
    (other,) = of_statement(Principal={"AWS": "arn:aws:iam::222222222222:root"}, Action="s3:GetObject")
    assert (other.kind, other.answer) == (ACCOUNTS, "none")
    kinds = [one.kind for one in of_statement(Principal="*", Action="s3:GetObject", Resource="*")]
    assert kinds == [ACCOUNTS, OPEN]
    where = {"StringEquals": {"aws:SourceAccount": "1"}}
    (service,) = of_statement(Principal={"Service": "a.amazonaws.com"}, Action="sts:AssumeRole", Condition=where)
    assert (service.kind, service.answer) == (SERVICES, "under a condition on aws:SourceAccount")


def test_the_findings_of_the_examples() -> None:
    dev, prod = of_spec("pipeline")
    assert ("BackendAppRepository", "arn:${AWS::Partition}:iam::444455556666:root", "Sid: OtherAccountsPull") in asked(
        dev, ACCOUNTS
    )
    assert asked(prod, ACCOUNTS) == []
    admin = "arn:aws:iam::111122223333:role/Admin by AmazonEKSClusterAdminPolicy"
    assert asked(dev, CLUSTER) == [("AdminRole111122223333AccessEntry", admin, "in the whole cluster")]
    (everything,) = of_spec("everything")
    (role,) = asked(everything, MANAGES)
    assert role[:2] == ("KarpenterRole", "iam:PassRole") and "alone; under a condition on iam:PassedTo" in role[2]
    assert asked(everything, OPEN) == [] and asked(everything, CHANGES) == []
    assert asked(of_spec("irsa")[0], FEDERATED)
    maintained = {(where, what) for where, what, _ in asked(everything, MAINTAINED)}
    assert ("KarpenterNodeRole", "AmazonEKSWorkerNodePolicy") in maintained
    (leads,) = [one for one in asked(of_spec("teams")[0], CLUSTER) if "PaymentsLeads" in one[1]]
    assert leads[2] == "in payments, payments-batch alone"


def test_a_finding_of_several_places_is_told_once() -> None:
    text = findings.findings(of_spec("everything")[0])
    assert text.count("ec2.amazonaws.com") == 1
    assert "<li><code>WorkersNodeRole</code></li><li><code>GpuNodeRole</code></li>" in text


def test_the_dashboard_is_laid_out_as_cloudwatch_does() -> None:
    stacks = of_spec("observability")[0]
    (made,) = [
        one["Properties"]["DashboardBody"]["Fn::Sub"]
        for template in stacks.templates.values()
        for one in template["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    widgets = json.loads(made)["widgets"]
    drawn = dashboard.dashboards(stacks)
    places = re.findall(r"grid-column: (\d+) / span (\d+); grid-row: (\d+) / span (\d+)", drawn)
    assert [tuple(map(int, one)) for one in places] == [
        (one["x"] + 1, one["width"], one["y"] + 1, one["height"]) for one in widgets
    ]
    seen = words(drawn)
    assert all(one["properties"].get("title", "") in seen for one in widgets)
    names = {line[1] for one in widgets for line in one["properties"].get("metrics", ()) if len(line) > 1}
    names -= {"."}  # it repeats the line before
    assert names and all(str(name) in seen for name in names)
    assert "${AWS::Region}" not in seen


def test_widgets_of_every_kind() -> None:
    widgets = [
        {"type": "text", "properties": {"markdown": "# Nodes\n\nWhat they do"}},
        {"type": "explorer", "properties": {"labels": []}},
        {
            "type": "metric",
            "x": 12,
            "y": 3,
            "properties": {
                "metrics": [[{"expression": "a/b", "label": "share"}], ["n", "m"], [".", ".", {"label": "again"}]]
            },
        },
        {"type": "log", "properties": {"query": "SOURCE 'a' | fields ${!x}"}},
        {"type": "alarm", "properties": {"title": "Rings", "alarms": ["${A.Arn}"]}},
    ]
    body = json.dumps({"widgets": widgets})
    resource = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body}}
    (stacks,) = finished(blueprint())
    seen = words(dashboard.dashboards(stacks.replace(templates={"x": {"Resources": {"Board": resource}}})))
    assert seen.startswith("Board : 5 widgets.")
    assert "Nodes What they do Explorer labels Graph share: a/b m again: m Query SOURCE 'a' fields ${x} Rings A" in seen
    assert not dashboard.wanted(stacks) and words(dashboard.dashboards(stacks)) == "There is none."


def test_log_groups_and_queries() -> None:
    dev, prod = of_spec("observability")
    seen = words(watching.logs(dev))
    assert "/aws/containerinsights/watched/application 30 days" in seen
    assert "backend-access" in seen and "| stats count(*) as ACCESS_COUNT" in seen
    assert "/aws/containerinsights/watched/application 365 days" in words(watching.logs(prod))


def test_the_stages_of_a_pipeline() -> None:
    dev, prod = of_spec("pipeline")
    seen = words(pipelines.pipelines(prod))
    assert "1. Source Source: takes the source CodeCommit nothing" in seen
    assert "waits for somebody to approve Manual" in seen and "waits for somebody" not in words(
        pipelines.pipelines(dev)
    )
    assert "runs as ${PipelineRole.Arn} ." in seen
    assert not pipelines.wanted(of_spec("study")[0])
    assert words(pipelines.pipelines(of_spec("study")[0])) == "There are none."


def test_services_that_watch() -> None:
    (stacks,) = finished(blueprint())
    assert not services.wanted(stacks) and words(services.services(stacks)) == "There are none."
    domain = {
        "DomainName": "logs",
        "ClusterConfig": {"InstanceType": "r6g.large.search", "InstanceCount": 3},
        "AdvancedSecurityOptions": {"Enabled": True},
    }
    resources = {
        "Domain": {"Type": "AWS::OpenSearchService::Domain", "Properties": domain},
        "Detector": {
            "Type": "AWS::GuardDuty::Detector",
            "Properties": {"Features": [{"Name": "EKS_AUDIT_LOGS"}, {"Name": "RUNTIME_MONITORING"}]},
        },
        "Scan": {"Type": "AWS::ECR::RegistryScanningConfiguration"},
        "Grafana": {"Type": "AWS::Grafana::Workspace", "Properties": {"DataSources": ["PROMETHEUS", "CLOUDWATCH"]}},
    }
    seen = words(services.services(stacks.replace(templates={"x": {"Resources": resources}})))
    assert "OpenSearch Domain DomainName: logs ClusterConfig.InstanceType: r6g.large.search" in seen
    assert "ClusterConfig.InstanceCount: 3 AdvancedSecurityOptions.Enabled: true" in seen
    assert "GuardDuty Detector Features.Name: EKS_AUDIT_LOGS, RUNTIME_MONITORING" in seen
    assert "Scanning of images Scan as it is by default" in seen
    assert "DataSources: PROMETHEUS, CLOUDWATCH" in seen
