"""Managed Grafana: people sign in, and it reads what it shows and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled

WORKSPACE = {"Fn::GetAtt": ["PrometheusWorkspace", "Arn"]}
SAML = {"metadataUrl": "https://login.example.com/saml/metadata", "adminRoles": ["platform"]}


def made(wanted: dict[str, Any], prometheus: bool = True, **more: Any) -> Compiled:
    watched = {"grafana": wanted} | ({"prometheus": {}} if prometheus else {})
    return compiled(**{"nodeGroups": [{"name": "workers"}], "observability": watched} | more)


def workspace(it: Compiled) -> dict[str, Any]:
    return it.resource("observability", "AWS::Grafana::Workspace")


def allowed(it: Compiled) -> list[dict[str, Any]]:
    role = it.resources("observability", "AWS::IAM::Role")["GrafanaWorkspaceRole"]
    return list(role["Policies"][0]["PolicyDocument"]["Statement"])


def test_the_least_that_can_be_said() -> None:
    it = made({})
    assert it.errors == []
    said = workspace(it)
    assert (said["AuthenticationProviders"], said["PermissionType"]) == (["AWS_SSO"], "CUSTOMER_MANAGED")
    assert said["DataSources"] == ["CLOUDWATCH", "PROMETHEUS"]
    assert said["RoleArn"] == {"Fn::GetAtt": ["GrafanaWorkspaceRole", "Arn"]}
    assert said["PluginAdminEnabled"] is False
    assert not {"GrafanaVersion", "NetworkAccessControl", "SamlConfiguration", "VpcConfiguration"} & said.keys()
    assert {"GrafanaUrl", "GrafanaWorkspaceId"} <= it.template("observability")["Outputs"].keys()
    assert it.lint() == []
    assert workspace(made({}, prometheus=False))["DataSources"] == ["CLOUDWATCH"]


def test_nobody_elses_workspace_takes_the_role() -> None:
    role = made({}).resources("observability", "AWS::IAM::Role")["GrafanaWorkspaceRole"]
    [trusted] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": ["grafana.amazonaws.com"]}
    assert trusted["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert trusted["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":/workspaces/*")


@pytest.mark.parametrize(
    ("sources", "services"),
    [
        (["prometheus"], {"aps"}),
        (["xray"], {"xray"}),
        (["cloudwatch"], {"cloudwatch", "ec2", "logs", "tag"}),
        (["prometheus", "xray"], {"aps", "xray"}),
    ],
)
def test_the_role_reads_its_sources_and_nothing_else(sources: list[str], services: set[str]) -> None:
    statements = allowed(made({"dataSources": sources}))
    actions = [action for one in statements for action in one["Action"]]
    assert {one.partition(":")[0] for one in actions} == services
    verbs = ("Batch", "Describe", "Get", "List", "Query", "Start", "Stop")
    assert all(one.partition(":")[2].startswith(verbs) for one in actions)
    assert len({one["Sid"] for one in statements}) == len(statements)


def test_metrics_are_those_of_this_workspace_and_logs_those_of_this_platform() -> None:
    by_name = {one["Sid"]: one for one in allowed(made({}))}
    assert by_name["AskTheWorkspace"]["Resource"] == [WORKSPACE]
    assert "aps:QueryMetrics" in by_name["AskTheWorkspace"]["Action"]
    assert all("shop" in one["Fn::Sub"] for one in by_name["ReadThePlatformsLogs"]["Resource"])
    anywhere = [action for one in by_name.values() if "*" in one["Resource"] for action in one["Action"]]
    assert not {"aps:QueryMetrics", "logs:StartQuery", "logs:GetLogEvents"} & {*anywhere}


def test_people_sign_in_by_saml() -> None:
    it = made({"authentication": ["saml"], "saml": SAML | {"editorRoles": ["dev"], "loginMinutes": 60}})
    assert workspace(it)["AuthenticationProviders"] == ["SAML"]
    said = workspace(it)["SamlConfiguration"]
    assert said["IdpMetadata"] == {"Url": SAML["metadataUrl"]}
    assert said["RoleValues"] == {"Admin": ["platform"], "Editor": ["dev"]}
    assert (said["AssertionAttributes"], said["LoginValidityDuration"]) == ({"Role": "role"}, 60)
    assert b"/saml/acs" in it.files["README.md"]
    assert b"Identity Center" not in it.files["README.md"].partition(b"## Grafana")[2].partition(b"\n## ")[0]
    assert it.lint() == []


def test_from_where_it_is_reached_is_said_whole() -> None:
    it = made({"access": {"prefixListIds": ["pl-0123456789abcdef0"]}, "version": "10.4", "pluginAdmin": True})
    assert workspace(it)["NetworkAccessControl"] == {"PrefixListIds": ["pl-0123456789abcdef0"], "VpceIds": []}
    assert (workspace(it)["GrafanaVersion"], workspace(it)["PluginAdminEnabled"]) == ("10.4", True)
    assert it.lint() == []


def test_into_the_vpc_and_not_back() -> None:
    it = made({"inVpc": True})
    said = workspace(it)["VpcConfiguration"]
    assert 2 <= len(said["SubnetIds"]) <= 6
    group = it.resources("observability", "AWS::EC2::SecurityGroup")["GrafanaSecurityGroup"]
    assert "SecurityGroupIngress" not in group
    assert said["SecurityGroupIds"] == [{"Fn::GetAtt": ["GrafanaSecurityGroup", "GroupId"]}]
    assert it.lint() == []


def test_inside_a_private_network_what_it_asks_has_endpoints() -> None:
    private: dict[str, Any] = {
        "network": {"topology": "private", "endpoints": ["private-cluster"]},
        "cluster": {"endpoint": {"access": "private"}},
    }

    def services(wanted: dict[str, Any]) -> str:
        return str(made(wanted, **private).resources("network", "AWS::EC2::VPCEndpoint"))

    inside = services({"inVpc": True, "dataSources": ["cloudwatch", "prometheus", "xray"]})
    assert all(one in inside for one in ("aps-workspaces", ".monitoring", ".logs", ".xray"))
    assert "aps-workspaces" not in services({"dataSources": ["prometheus"]})


def test_regions_without_it() -> None:
    assert made({}, metadata={"name": "shop", "region": "eu-north-1"}).errors == ["BPC709"]
